/**
 * Plans as callers state them, checked: what crosses to the native library.
 *
 * @module
 */

import { checkedOffsets, lengthOf, offsetsColumn, type Words } from "./columns.ts";
import type { PlanArguments, TieredPlanArguments } from "./native/symbols.ts";
import { badArgument, integer, shown, WORD_MAX } from "./numbers.ts";
import { type Certificate, CERTIFICATES, type Plan } from "./outcome.ts";
import type { CostCertificate, TieredPlan } from "./spread.ts";

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

/** A stated plan: what crosses, made once its problem is open. */
export type Stated =
  | { readonly tiered: false; crossing(): PlanArguments }
  | { readonly tiered: true; crossing(): TieredPlanArguments };

/** Reads a plan. What the caller gave is read before columns are checked: see `checkedRoom`. */
export function stated(plan: PlanToCheck | TieredPlanToCheck): Stated {
  if (typeof plan !== "object" || plan === null) {
    throw badArgument(`plan ${shown(plan)} must be an object { offsets, peak, … }`);
  }
  checkAnswered(plan);
  return "tiers" in plan ? tieredPlan(plan) : onePlan(plan);
}

/** Refuses an answer that is no plan: where types are not checked, it is easily passed on as one. */
function checkAnswered(plan: object): void {
  const { status } = plan as { readonly status?: unknown };
  if (status === "infeasible") throw badArgument("plan is an answer without a plan: infeasible");
  if (status === "gave-up") {
    throw badArgument("plan is an answer that gave up; pass its best, where that is not null");
  }
}

function onePlan(plan: PlanToCheck): Stated {
  const bytes = (name: "peak" | "lowerBound"): number => exact(plan[name], name);
  const column = offsetsColumn(plan.offsets);
  const [peak, lowerBound] = [bytes("peak"), bytes("lowerBound")];
  const certificate = certificateArguments(plan.certificate);
  const crossing = (): PlanArguments => {
    const offsets = checkedOffsets(column);
    return [lengthOf(offsets), offsets, peak, lowerBound, ...certificate];
  };
  return { tiered: false, crossing };
}

/** As {@link onePlan}, over tiers: copies of all columns. */
function tieredPlan(plan: TieredPlanToCheck): Stated {
  const each = (column: ArrayLike<number>, name: string, max: number): number[] =>
    Array.from(column, (value, idx) => integer(value, max, () => `${name}[${idx}]`));
  const tiers = Uint32Array.from(each(plan.tiers, "tiers", WORD_MAX));
  const offsets = Float64Array.from(each(plan.offsets, "offsets", Number.MAX_SAFE_INTEGER));
  const peaks = Float64Array.from(each(plan.peaks, "peaks", Number.MAX_SAFE_INTEGER));
  if (offsets.length !== tiers.length) {
    throw badArgument(
      `offsets has ${offsets.length} elements, but tiers has ${tiers.length}; make them equal`,
    );
  }
  const [cost, lowerBound] = [exact(plan.cost, "cost"), exact(plan.lowerBound, "lowerBound")];
  const certificate = costArguments(plan.certificate);
  const columns = [tiers.length, tiers, offsets, peaks.length, peaks] as const;
  return { tiered: true, crossing: () => [...columns, cost, lowerBound, ...certificate] };
}

function exact(value: unknown, name: string): number {
  return integer(value, Number.MAX_SAFE_INTEGER, () => name);
}

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
): [certificate: number, spillCount: number, spillEnds: Words, spillSteps: Words] {
  const number = CERTIFICATES.indexOf(certificate?.kind);
  const step = (value: unknown): number => integer(value, WORD_MAX, () => "certificate: step");
  const lists = certificate?.kind === "spill" ? certificate.steps : [];
  if (number < 1 || !Array.isArray(lists) || !lists.every(Array.isArray)) {
    throw badArgument(`certificate ${shown(certificate?.kind)} must be one of a plan over tiers`);
  }
  const spillSteps: Words = Uint32Array.from(lists.flat(), step);
  let end = 0;
  const spillEnds: Words = Uint32Array.from(lists, (list) => end += list.length);
  return [number, spillEnds.length, spillEnds, spillSteps];
}
