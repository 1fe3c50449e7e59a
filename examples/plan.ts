/**
 * Plans three buffers and checks the plan. Runs in Node, Bun and Deno (`--allow-ffi`).
 *
 * @module
 */

// Outside this repository: from "@memo/malloc".
import { check, plan } from "../ts/mod.ts";

const buffers = [
  { size: 1024, start: 0, end: 2 },
  { size: 512, start: 1, end: 3 },
  { size: 1024, start: 2, end: 4 },
];

const answer = plan(buffers, { align: 64 });
switch (answer.status) {
  case "optimal":
  case "feasible": {
    console.log(`peak ${answer.peak}, lower bound ${answer.lowerBound}: ${answer.status}`);
    answer.offsets.forEach((offset, idx) => console.log(`buffer ${idx} at ${offset}`));
    const verdict = check(buffers, answer, { align: 64 });
    if (!verdict.valid) throw new Error(verdict.message);
    break;
  }
  case "infeasible":
    console.log(`needs at least ${answer.lowerBound} bytes`);
    break;
  case "gave-up":
    console.log(`${answer.reason}: best so far ${answer.best?.peak ?? "none"}`);
}
