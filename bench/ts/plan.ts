/**
 * Plans the problem in a file whenever a line comes in, in the runtime that runs this:
 * `plan.ts FILE PLANNER` answers each line with the peak and the nanoseconds it took.
 *
 * @module
 */

import process from "node:process";
import { createInterface } from "node:readline";
import { plan, type PlannerName, readProblem } from "../../ts/mod.ts";

const [file, planner] = process.argv.slice(2);
const problem = readProblem(file!);

createInterface({ input: process.stdin }).on("line", () => {
  const start = performance.now();
  const answer = plan(problem, { planner: planner as PlannerName });
  const nanoseconds = Math.round((performance.now() - start) * 1e6);
  process.stdout.write(`${"peak" in answer ? answer.peak : 0} ${nanoseconds}\n`);
});
