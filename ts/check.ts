/**
 * The judge of any plan, whoever made it.
 *
 * @module
 */

import { checkedOffsets, lengthOf, offsetsColumn, type Words } from "./columns.ts";
import type { Code, MemoError } from "./errors.ts";
import { failure, native } from "./native.ts";
import { badArgument, integer, shown, WORD_MAX } from "./numbers.ts";
import { checkedRoom, withProblem } from "./open.ts";
import { type Certificate, CERTIFICATES, type Plan } from "./outcome.ts";
import type { Problem, Room, TieredProblem } from "./problem.ts";
import { checkedColumns } from "./specs.ts";
import { type CheckedTieredPlan, type CostCertificate, judge, type TieredPlan } from "./spread.ts";

/** A plan as it is judged: offsets may come in an array. */
export type PlanToCheck = Omit<Plan, "offsets"> & {
  readonly offsets: Float64Array | readonly number[];
};

/** A plan over tiers as it is judged: columns may come in arrays. */
export type TieredPlanToCheck = Omit<TieredPlan, "tiers" | "offsets" | "peaks"> & {
  readonly tiers: Uint32Array | readonly number[];
  readonly offsets: Float64Array | readonly number[];
  readonly peaks: Float64Array | readonly number[];
};

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
  if (typeof plan !== "object" || plan === null) {
    throw badArgument(`plan ${shown(plan)} must be an object { offsets, peak, … }`);
  }
  // What the caller gave is read before columns are checked: see `checkedRoom`.
  const judged = "tiers" in plan ? tieredPlan(plan) : onePlan(plan);
  const columns = checkedColumns(problem);
  const status = withProblem(columns, checked, judged);
  return status === 0 ? { valid: true } : verdict(failure(status));
}

/** Reads a plan of one arena; returns what judges it once its problem is open. */
function onePlan(plan: PlanToCheck): (problem: number) => number {
  const bytes = (name: "peak" | "lowerBound"): number => exact(plan[name], name);
  const stated = offsetsColumn(plan.offsets);
  const [peak, lowerBound] = [bytes("peak"), bytes("lowerBound")];
  const certificate = certificateArguments(plan.certificate);
  return (problem) => {
    const offsets = checkedOffsets(stated);
    const count = lengthOf(offsets);
    return native().memo_check(problem, count, offsets, peak, lowerBound, ...certificate);
  };
}

/** As {@link onePlan}, over tiers: copies of all columns. */
function tieredPlan(plan: TieredPlanToCheck): (problem: number) => number {
  const each = (column: ArrayLike<number>, name: string, max: number): number[] =>
    Array.from(column, (value, idx) => integer(value, max, () => `${name}[${idx}]`));
  const checked: CheckedTieredPlan = {
    tiers: Uint32Array.from(each(plan.tiers, "tiers", WORD_MAX)),
    offsets: Float64Array.from(each(plan.offsets, "offsets", Number.MAX_SAFE_INTEGER)),
    peaks: Float64Array.from(each(plan.peaks, "peaks", Number.MAX_SAFE_INTEGER)),
    cost: exact(plan.cost, "cost"),
    lowerBound: exact(plan.lowerBound, "lowerBound"),
    ...costArguments(plan.certificate),
  };
  if (checked.offsets.length !== checked.tiers.length) {
    throw badArgument(
      `offsets has ${checked.offsets.length} elements, but tiers has ${checked.tiers.length}; make them equal`,
    );
  }
  return (problem) => judge(problem, checked);
}

function exact(value: unknown, name: string): number {
  return integer(value, Number.MAX_SAFE_INTEGER, () => name);
}

/** A fault of the plan (2xx) is an answer; anything else is the caller's error. */
function verdict(error: MemoError): Verdict {
  if (!PLAN_FAULTS.has(error.code)) throw error;
  return { valid: false, code: error.code, message: error.message };
}

const PLAN_FAULTS: ReadonlySet<Code> = new Set<Code>([
  "OFFSET_COUNT",
  "OFFSET_MISALIGNED",
  "PIN_MOVED",
  "OVER_CAPACITY",
  "COLLISION",
  "PEAK_WRONG",
  "BOUND_WRONG",
  "SHARE_BROKEN",
  "NOT_APART",
  "TIER_WRONG",
  "COST_WRONG",
]);

function certificateArguments(certificate: Certificate): [number: number, step: number] {
  const number = CERTIFICATES.indexOf(certificate?.kind);
  if (number < 1) {
    throw badArgument(`certificate ${shown(certificate?.kind)} must be one of a plan`);
  }
  if (certificate.kind !== "max-load" && certificate.kind !== "aligned-load") return [number, 0];
  return [number, integer(certificate.step, WORD_MAX, () => "certificate: step")];
}

function costArguments(
  certificate: CostCertificate,
): Pick<CheckedTieredPlan, "certificate" | "spillEnds" | "spillSteps"> {
  const number = CERTIFICATES.indexOf(certificate?.kind);
  const step = (value: unknown): number => integer(value, WORD_MAX, () => "certificate: step");
  const lists = certificate?.kind === "spill" ? certificate.steps : [];
  if (number < 1 || !Array.isArray(lists) || !lists.every(Array.isArray)) {
    throw badArgument(`certificate ${shown(certificate?.kind)} must be one of a plan over tiers`);
  }
  const spillSteps: Words = Uint32Array.from(lists.flat(), step);
  let end = 0;
  const spillEnds: Words = Uint32Array.from(lists, (list) => end += list.length);
  return { certificate: number, spillEnds, spillSteps };
}
