/** Ends in the middle of a run, in the way that is asked for. */

import { isMainThread } from "node:worker_threads";
import { Model } from "../../ts/torch.ts";
import { endDuring, passed } from "../support/endings.ts";
import { modelFile, sequence } from "./support.ts";

await endDuring({
  script: import.meta.url,
  // Runs that take a while together.
  async begin(how) {
    const [model, borrow] = [Model.load(modelFile("attention")), how.endsWith("-borrow")];
    for (let run = 0; run < 4; run++) model.run([sequence()], { borrow });
    if (isMainThread) await passed(20);
  },
  // The threads of the library go on, in code that must still be there.
  after: (how) => how.startsWith("worker-exit") ? 50 : 2000,
});
