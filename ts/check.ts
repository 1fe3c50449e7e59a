/**
 * The judge of any plan, whoever made it.
 *
 * @module
 */

import type { CheckedColumns } from "./columns.ts";
import type { Code } from "./errors.ts";
import { failure, native } from "./native.ts";
import { type CheckedRoom, checkedRoom, withProblem } from "./open.ts";
import type { Problem, Room, TieredProblem } from "./problem.ts";
import { checkedColumns } from "./specs.ts";
import { type PlanToCheck, type Stated, stated, type TieredPlanToCheck } from "./stated.ts";

/** Whether a plan is valid and, if not, its first fault. */
export type Verdict =
  | { readonly valid: true }
  | { readonly valid: false; readonly code: Code; readonly message: string };

/**
 * Judges a plan: every offset, the peak, and the lower bound as far as the buffers contradict it; over
 * several arenas, each of them, and the cost.
 *
 * @throws {MemoError} When the buffers or the plan are not what they must be. A plan with a fault is
 * an answer, not an error.
 */
export function check(problem: Problem, plan: PlanToCheck, room?: Room): Verdict;
/** As above, over several arenas. */
export function check(
  problem: TieredProblem,
  plan: TieredPlanToCheck,
  room?: Pick<Room, "align">,
): Verdict;
export function check(
  problem: Problem | TieredProblem,
  plan: PlanToCheck | TieredPlanToCheck,
  room: Room = {},
): Verdict {
  const checked = checkedRoom(room);
  const judged = stated(plan);
  return verdictOn(judged, checkedColumns(problem), checked);
}

/** What {@link check} says of a plan that has been read. */
export function verdictOn(plan: Stated, columns: CheckedColumns, room: CheckedRoom): Verdict {
  const status = withProblem(
    columns,
    room,
    (id) =>
      plan.tiered
        ? native().memo_check_tiered(id, ...plan.crossing())
        : native().memo_check(id, ...plan.crossing()),
  );
  if (status === 0) return { valid: true };
  const error = failure(status);
  // A fault of the plan (2xx) is an answer; anything else is the caller's error.
  if (status < 200 || status > 299) throw error;
  return { valid: false, code: error.code, message: error.message };
}
