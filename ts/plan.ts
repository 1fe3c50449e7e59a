/**
 * Offsets for buffers.
 *
 * @module
 */

import { native, succeed } from "./native.ts";
import type { Octets } from "./native/symbols.ts";
import { badArgument, duration, shown } from "./numbers.ts";
import { checkedRoom, withProblem } from "./open.ts";
import { type Bound, boundOf, emptyOutcome, type Outcome, outcomeOf } from "./outcome.ts";
import type { Problem, Room, TieredProblem } from "./problem.ts";
import { checkedColumns } from "./specs.ts";
import { spread, type TieredOutcome } from "./spread.ts";

/** The planners, by name. */
export const PLANNERS = [
  "auto",
  "greedy_by_size",
  "greedy_by_area",
  "greedy_by_duration",
  "greedy_by_start",
  "best_fit",
  "skyline",
  "skyline_restarts",
  "sweep",
  "windows",
  "exact",
  "ilp",
] as const;

/** The name of a planner. */
export type PlannerName = (typeof PLANNERS)[number];

/** How to plan. */
export interface PlanOptions extends Room {
  /** Which planner; `auto` when left out. */
  readonly planner?: PlannerName | undefined;
  /** Seconds after which the best so far is returned; no limit when left out. */
  readonly timeLimit?: number | undefined;
}

/** How to spread over tiers. */
export type SpreadOptions = Pick<PlanOptions, "align" | "timeLimit">;

/**
 * Plans where each buffer lies, so that buffers live at the same time share no byte; with `tiers`,
 * in which of several arenas as well, at the least cost.
 *
 * @example
 * ```ts
 * import { plan } from "@memo/malloc";
 *
 * const answer = plan([
 *   { size: 1024, start: 0, end: 2 },
 *   { size: 512, start: 1, end: 3 },
 *   { size: 1024, start: 2, end: 4 },
 * ]);
 * if (answer.status === "optimal") console.log(answer.peak, answer.offsets);
 * ```
 *
 * @throws {MemoError} When the buffers or the options are not what they must be. A problem without
 * a plan is an answer, `infeasible` or `gave-up`, not an error.
 */
export function plan(problem: Problem, options?: PlanOptions): Outcome;
/** As above, over several arenas. */
export function plan(problem: TieredProblem, options?: SpreadOptions): TieredOutcome;
/** As above, where only the problem tells whether there are several. */
export function plan(
  problem: Problem | TieredProblem,
  options?: PlanOptions,
): Outcome | TieredOutcome;
export function plan(
  problem: Problem | TieredProblem,
  options: PlanOptions = {},
): Outcome | TieredOutcome {
  const room = checkedRoom(options);
  const timeLimit = duration(options.timeLimit, "timeLimit");
  const named = options.planner;
  const planner = text(named ?? "auto", "planner");
  const columns = checkedColumns(problem);
  const { count, tiers } = columns;
  if (tiers !== null) {
    if (named !== undefined) throw badArgument("planner: tiers have a planner of their own");
    return withProblem(columns, room, (id) => spread(id, timeLimit, count, tiers.names.length));
  }
  const offsets = new Float64Array(count);
  const outcome = emptyOutcome();
  withProblem(columns, room, (id) => {
    succeed(native().memo_plan(id, planner, timeLimit, count, offsets, outcome));
  });
  return outcomeOf(outcome, offsets);
}

/**
 * The number of bytes below which no plan of these buffers can go, whatever the capacity.
 *
 * @throws {MemoError} When the buffers or the options are not what they must be.
 */
export function lowerBound(problem: Problem, options: Pick<Room, "align"> = {}): Bound {
  const room = { ...checkedRoom(options), capacity: Infinity };
  const columns = checkedColumns(problem);
  const outcome = emptyOutcome();
  withProblem(columns, room, (id) => succeed(native().memo_lower_bound(id, outcome)));
  return boundOf(outcome);
}

/** A text as C reads it. */
export function text(value: unknown, name: string): Octets {
  if (typeof value !== "string") throw badArgument(`${name} ${shown(value)} must be a string`);
  if (value.includes("\0")) throw badArgument(`${name} ${shown(value)} must not contain NUL`);
  return new TextEncoder().encode(`${value}\0`);
}
