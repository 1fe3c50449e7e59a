/** Ends in the middle of a plan, in the way that is asked for. */

import { planAsync } from "../../ts/mod.ts";
import { endDuring } from "./endings.ts";
import { hard } from "./problems.ts";

await endDuring({
  script: import.meta.url,
  // A plan goes on for a minute.
  begin: () =>
    new Promise((resolve, reject) => {
      const onProgress = (): void => resolve();
      planAsync(hard, { planner: "auto", timeLimit: 60, onProgress }).catch(reject);
    }),
  // The planner's thread must be able to see that nobody wants its answer.
  after: () => 50,
});
