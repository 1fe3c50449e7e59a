/**
 * Times plans of the problem in a file, in the runtime that runs this: `plan.ts FILE PLANNER RUNS`
 * prints the peak and the nanoseconds of each run as JSON.
 *
 * @module
 */

import process from "node:process";
import { plan, type PlannerName, readProblem } from "../../ts/mod.ts";

const [file, planner, runs] = process.argv.slice(2);
const problem = readProblem(file!);
const nanoseconds: number[] = [];
let peak = 0;
for (let run = 0; run < Number(runs); run++) {
  const start = performance.now();
  const answer = plan(problem, { planner: planner as PlannerName });
  nanoseconds.push(Math.round((performance.now() - start) * 1e6));
  if ("peak" in answer) peak = answer.peak;
}
console.log(JSON.stringify({ peak, nanoseconds }));
