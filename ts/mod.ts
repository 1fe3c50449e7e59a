/**
 * Memory planning: lifetimes in, offsets out, with a proof of how good they are. The same names,
 * types and numbers in Node, Bun and Deno.
 *
 * @module
 */

export { check, type PlanToCheck, type Verdict } from "./check.ts";
export { type Code, CODES, MemoError } from "./errors.ts";
export type { Bound, Cause, Certificate, Outcome, Plan, Reason } from "./outcome.ts";
export { lowerBound, plan, type PlannerName, PLANNERS, type PlanOptions } from "./plan.ts";
export type { BufferSpec, Columns, Problem, Room } from "./problem.ts";
export { type ReadOptions, type ReadProblem, readProblem } from "./read.ts";
