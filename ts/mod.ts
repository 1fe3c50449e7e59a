/**
 * Memory planning: lifetimes in, offsets out, with a proof of how good they are. The same names,
 * types and numbers in Node, Bun and Deno.
 *
 * @module
 */

export { Arena, type ArenaOptions } from "./arena.ts";
export { check, type Verdict } from "./check.ts";
export { type Code, CODES, MemoError } from "./errors.ts";
export {
  type BufferChange,
  explain,
  type ExplainOptions,
  type Explanation,
  type Load,
  type TieredExplainOptions,
  type TieredExplanation,
} from "./explain.ts";
export type { BytesOf, Memory, Place, Range, ViewType, WebAssemblyMemory } from "./memory.ts";
export type { Bound, Cause, Certificate, Outcome, Plan, Reason } from "./outcome.ts";
export {
  lowerBound,
  plan,
  type PlannerName,
  PLANNERS,
  type PlanOptions,
  type SpreadOptions,
} from "./plan.ts";
export { planAsync, type Progress, type Watch } from "./plan_async.ts";
export type {
  BufferFields,
  BufferRef,
  Buffers,
  BufferSpec,
  Columns,
  IntervalColumns,
  OneLifetime,
  Problem,
  Room,
  SeveralIntervals,
  TieredBuffers,
  TieredColumns,
  TieredProblem,
  TierSpec,
} from "./problem.ts";
export {
  type ReadFields,
  type ReadOptions,
  type ReadProblem,
  readProblem,
  type ReadTieredProblem,
} from "./read.ts";
export type {
  CostBound,
  CostCertificate,
  TieredCause,
  TieredOutcome,
  TieredPlan,
} from "./spread.ts";
export type { PlanToCheck, TieredPlanToCheck } from "./stated.ts";
export { TieredArena, type TieredArenaOptions, type TierRange } from "./tiered_arena.ts";
export { encodePlan, render, type RenderOptions, type WriteOptions, writePlan } from "./write.ts";
