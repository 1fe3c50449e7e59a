/**
 * Offsets for buffers.
 *
 * @module
 */

import { type CheckedColumns, checkedColumns } from "./columns.ts";
import { native, succeed } from "./native.ts";
import type { Octets, ProblemArguments } from "./native/symbols.ts";
import { badArgument, duration, integer, shown } from "./numbers.ts";
import { type Bound, boundOf, emptyOutcome, type Outcome, outcomeOf } from "./outcome.ts";
import type { Problem, Room } from "./problem.ts";

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

/**
 * Plans where each buffer lies, so that buffers live at the same time share no byte.
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
export function plan(problem: Problem, options: PlanOptions = {}): Outcome {
  const room = checkedRoom(options);
  const timeLimit = duration(options.timeLimit, "timeLimit");
  const planner = text(options.planner ?? "auto", "planner");
  const columns = checkedColumns(problem);
  const offsets = new Float64Array(columns.count);
  const outcome = emptyOutcome();
  succeed(
    native().memo_plan(
      ...problemArguments(columns, room),
      capacityOf(columns, room),
      planner,
      timeLimit,
      offsets,
      outcome,
    ),
  );
  return outcomeOf(outcome, offsets);
}

/**
 * The number of bytes below which no plan of these buffers can go, whatever the capacity.
 *
 * @throws {MemoError} When the buffers or the options are not what they must be.
 */
export function lowerBound(problem: Problem, options: Pick<Room, "align"> = {}): Bound {
  const room = checkedRoom(options);
  const columns = checkedColumns(problem);
  const outcome = emptyOutcome();
  succeed(native().memo_lower_bound(...problemArguments(columns, room), outcome));
  return boundOf(outcome);
}

/** A room whose fields have been read and checked. */
export interface CheckedRoom {
  readonly align: number;
  readonly capacity: number | undefined;
}

/**
 * The room, read before the columns are checked: a getter of the caller must not run between the
 * check of a column and the foreign call, since it can shorten the column's memory.
 */
export function checkedRoom(room: Room): CheckedRoom {
  if (typeof room !== "object" || room === null) {
    throw badArgument(`options ${shown(room)} must be an object`);
  }
  const align = integer(room.align ?? 1, Number.MAX_SAFE_INTEGER, () => "align");
  return { align, capacity: room.capacity };
}

/** The parameters with which most functions of the library begin. */
export function problemArguments(columns: CheckedColumns, room: CheckedRoom): ProblemArguments {
  const { count, sizes, starts, ends, alignments, pins } = columns;
  return [count, sizes, starts, ends, alignments, pins, room.align];
}

/** The capacity of the options, else of the problem, else none. */
export function capacityOf(columns: CheckedColumns, room: CheckedRoom): number {
  const capacity = room.capacity ?? columns.capacity ?? Infinity;
  if (capacity === Infinity) return capacity;
  return integer(capacity, Number.MAX_SAFE_INTEGER, () => "capacity");
}

/** A text as C reads it. */
export function text(value: unknown, name: string): Octets {
  if (typeof value !== "string") throw badArgument(`${name} ${shown(value)} must be a string`);
  if (value.includes("\0")) throw badArgument(`${name} ${shown(value)} must not contain NUL`);
  return new TextEncoder().encode(`${value}\0`);
}
