/**
 * The judge of any plan, whoever made it.
 *
 * @module
 */

import { checkedColumns, checkedOffsets, lengthOf, offsetsColumn } from "./columns.ts";
import type { Code, MemoError } from "./errors.ts";
import { failure, native } from "./native.ts";
import { badArgument, integer, shown, WORD_MAX } from "./numbers.ts";
import { type Certificate, CERTIFICATES, type Plan } from "./outcome.ts";
import { capacityOf, checkedRoom, problemArguments } from "./plan.ts";
import type { Problem, Room } from "./problem.ts";

/** A plan as it is judged: offsets may come in an array. */
export type PlanToCheck = Omit<Plan, "offsets"> & {
  readonly offsets: Float64Array | readonly number[];
};

/** Whether a plan is valid and, if not, its first fault. */
export type Verdict =
  | { readonly valid: true }
  | { readonly valid: false; readonly code: Code; readonly message: string };

/**
 * Judges a plan: every offset, the peak, and the lower bound as far as the buffers contradict it.
 *
 * @throws {MemoError} When the buffers or the plan are not what they must be. A plan with a fault is
 * an answer, not an error.
 */
export function check(problem: Problem, plan: PlanToCheck, room: Room = {}): Verdict {
  const checked = checkedRoom(room);
  if (typeof plan !== "object" || plan === null) {
    throw badArgument(`plan ${shown(plan)} must be an object { offsets, peak, … }`);
  }
  const bytes = (name: "peak" | "lowerBound"): number =>
    integer(plan[name], Number.MAX_SAFE_INTEGER, () => name);
  const stated = offsetsColumn(plan.offsets);
  const [peak, lowerBound] = [bytes("peak"), bytes("lowerBound")];
  const certificate = certificateArguments(plan.certificate);
  const columns = checkedColumns(problem);
  const offsets = checkedOffsets(stated);
  const status = native().memo_check(
    ...problemArguments(columns, checked),
    capacityOf(columns, checked),
    lengthOf(offsets),
    offsets,
    peak,
    lowerBound,
    ...certificate,
  );
  return status === 0 ? { valid: true } : verdict(failure(status));
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
]);

function certificateArguments(certificate: Certificate): [number: number, step: number] {
  const number = CERTIFICATES.indexOf(certificate?.kind);
  if (number < 1) {
    throw badArgument(`certificate ${shown(certificate?.kind)} must be one of a plan`);
  }
  if (certificate.kind !== "max-load" && certificate.kind !== "aligned-load") return [number, 0];
  return [number, integer(certificate.step, WORD_MAX, () => "certificate: step")];
}
