/**
 * Offsets for buffers.
 *
 * @module
 */

import type { CheckedColumns, Doubles } from "./columns.ts";
import { native, succeed } from "./native.ts";
import type { Octets } from "./native/symbols.ts";
import { badArgument, duration, integer, WORD_MAX } from "./numbers.ts";
import { type CheckedRoom, checkedRoom, withProblem } from "./open.ts";
import { type Bound, boundOf, emptyOutcome, type Outcome, outcomeOf } from "./outcome.ts";
import type { Problem, Room, TieredProblem } from "./problem.ts";
import { checkedColumns } from "./specs.ts";
import {
  type CostBound,
  costBoundRoom,
  type SpreadRoom,
  spreadRoom,
  type TieredOutcome,
} from "./spread.ts";
import { text } from "./texts.ts";

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
  "windows",
  "sweep",
  "lns",
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
  /**
   * How many threads may plan at once; one when left out, and more than two are not used. The plan
   * depends on it only where a time limit ends it.
   */
  readonly threads?: number | undefined;
}

/** How to spread over tiers. */
export type SpreadOptions = Pick<PlanOptions, "align" | "timeLimit" | "threads">;

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
  const checked = checkedOptions(options);
  return planned(checkedColumns(problem), checked);
}

/** What {@link plan} answers to a problem that has been read. */
export function planned(
  columns: CheckedColumns,
  { room, planner, timeLimit, threads, isNamed }: CheckedOptions,
): Outcome | TieredOutcome {
  checkPlanner(columns, isNamed);
  const answer = answerOf(columns);
  withProblem(columns, room, (id) => {
    succeed(native().memo_problem_threads(id, threads));
    succeed(
      answer.tiered
        ? native().memo_plan_tiered(id, timeLimit, ...answer.to)
        : native().memo_plan(id, planner, timeLimit, ...answer.to),
    );
  });
  return answer.outcome();
}

/** Options whose fields have been read and checked. */
export interface CheckedOptions {
  readonly room: CheckedRoom;
  readonly planner: Octets;
  readonly isNamed: boolean;
  readonly timeLimit: number;
  readonly threads: number;
}

/** The options, read before any column. */
export function checkedOptions(options: PlanOptions): CheckedOptions {
  const room = checkedRoom(options);
  const timeLimit = duration(options.timeLimit, "timeLimit");
  const threads = integer(options.threads ?? 1, WORD_MAX, () => "threads");
  const named = options.planner;
  return {
    room,
    planner: text(named ?? "auto", "planner"),
    isNamed: named !== undefined,
    timeLimit,
    threads,
  };
}

/** Room for an answer: where the library writes, and what it wrote. */
export type Answer =
  | ({ readonly tiered: true } & SpreadRoom)
  | {
    readonly tiered: false;
    readonly to: [count: number, offsets: Doubles, outcome: Octets];
    outcome(): Outcome;
  };

/** Refuses a planner where there is nothing to choose. */
export function checkPlanner({ tiers }: CheckedColumns, isNamed: boolean): void {
  if (tiers !== null && isNamed) throw badArgument("planner: tiers have a planner of their own");
}

/** Room for the answer to a problem. */
export function answerOf({ count, tiers }: CheckedColumns): Answer {
  if (tiers !== null) return { tiered: true, ...spreadRoom(count, tiers.names.length) };
  const [offsets, flat] = [new Float64Array(count), emptyOutcome()];
  return { tiered: false, to: [count, offsets, flat], outcome: () => outcomeOf(flat, offsets) };
}

/**
 * The number of bytes below which no plan of these buffers can go, whatever the capacity; over several
 * arenas, the cost below which none can go, or why there is no plan.
 *
 * @throws {MemoError} When the buffers or the options are not what they must be.
 */
export function lowerBound(problem: Problem, options?: Pick<Room, "align">): Bound;
/** As above, over several arenas. */
export function lowerBound(problem: TieredProblem, options?: Pick<Room, "align">): CostBound;
/** As above, where only the problem tells whether there are several. */
export function lowerBound(
  problem: Problem | TieredProblem,
  options?: Pick<Room, "align">,
): Bound | CostBound;
export function lowerBound(
  problem: Problem | TieredProblem,
  options: Pick<Room, "align"> = {},
): Bound | CostBound {
  const room = { ...checkedRoom(options), capacity: Infinity };
  const columns = checkedColumns(problem);
  const { count, tiers } = columns;
  if (tiers !== null) {
    const { to, bound } = costBoundRoom(count, tiers.names.length);
    withProblem(columns, room, (id) => succeed(native().memo_lower_bound_tiered(id, ...to)));
    return bound();
  }
  const outcome = emptyOutcome();
  withProblem(columns, room, (id) => succeed(native().memo_lower_bound(id, outcome)));
  return boundOf(outcome);
}
