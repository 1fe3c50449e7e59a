/**
 * Plans over several arenas, and how they come out of the native library.
 *
 * @module
 */

import type { Words } from "./columns.ts";
import type { CostBoundArguments, Octets, SpreadArguments } from "./native/symbols.ts";
import { type Cause, type Reason, reasonOf, unknown } from "./outcome.ts";

/** How a lower bound of a cost was proven. */
export type CostCertificate =
  /**
   * Every buffer in the cheapest tier that it may go to, and what the loads at some steps force out
   * of full tiers: lists of steps for the cheapest tier, the cheapest two, and so on.
   */
  | { readonly kind: "spill"; readonly steps: readonly (readonly number[])[] }
  /** All that could cost less was tried. */
  | { readonly kind: "finished-search" };

/** A tier and an offset for each buffer of a problem. */
export interface TieredPlan {
  /** The index of the tier of each buffer. */
  readonly tiers: Uint32Array<ArrayBuffer>;
  /** Bytes from the start of its tier. */
  readonly offsets: Float64Array<ArrayBuffer>;
  /** The largest top of each tier. */
  readonly peaks: Float64Array<ArrayBuffer>;
  /** What all bytes cost. */
  readonly cost: number;
  /** No plan costs less. */
  readonly lowerBound: number;
  /** How that was proven. */
  readonly certificate: CostCertificate;
}

/** What makes a plan over tiers impossible. */
export type TieredCause =
  | Extract<Cause, { kind: "ties-contradict" | "pins-collide" }>
  /** This buffer is too large, or pinned too high, for every tier that it may go to. */
  | { readonly kind: "no-room"; readonly buffer: number }
  /** At this step more bytes are live than the tiers hold that these may go to. */
  | { readonly kind: "overfull"; readonly step: number }
  /** Every way to spread the buffers was tried. */
  | { readonly kind: "no-spread" };

/** The answer to a problem over tiers: branch on `status`. */
export type TieredOutcome =
  /** A plan whose cost is its lower bound: none can cost less. */
  | ({ readonly status: "optimal" } & TieredPlan)
  /** A plan; a smaller cost may exist. */
  | ({ readonly status: "feasible" } & TieredPlan)
  /** Proven: there is no plan. */
  | { readonly status: "infeasible"; readonly cause: TieredCause }
  /** A limit was reached before there was a plan. */
  | { readonly status: "gave-up"; readonly reason: Reason };

/** What is known of a cost without planning: branch on `status`. */
export type CostBound =
  /** No plan costs less than `lowerBound`. */
  | {
    readonly status: "bounded";
    readonly lowerBound: number;
    readonly certificate: Extract<CostCertificate, { kind: "spill" }>;
  }
  /** Proven: there is no plan. */
  | { readonly status: "infeasible"; readonly cause: TieredCause };

/** Bytes of `MemoSpread`: two doubles, then eight 32-bit integers. */
const SPREAD_BYTES = 2 * 8 + 8 * 4;

/** Room for an answer over tiers. */
export interface SpreadRoom {
  /** Where the library writes. */
  readonly to: SpreadArguments;
  /** What it wrote. */
  outcome(): TieredOutcome;
}

/** Room for an answer of so many buffers and tiers. */
export function spreadRoom(count: number, tierCount: number): SpreadRoom {
  const [tiers, offsets] = [new Uint32Array(count), new Float64Array(count)];
  const peaks = new Float64Array(tierCount);
  const [spillEnds, spillSteps] = spillRoom(count, tierCount);
  const flat = new Uint8Array(new ArrayBuffer(SPREAD_BYTES));
  return {
    to: [count, tiers, offsets, tierCount, peaks, spillEnds, spillSteps, flat],
    outcome: () => {
      const certificate = (number: number): CostCertificate =>
        certificateOf(number, spillEnds, spillSteps);
      return outcomeOf(flat, { tiers, offsets, peaks }, certificate);
    },
  };
}

/** Room for a bound over tiers. */
export interface CostBoundRoom {
  /** Where the library writes. */
  readonly to: CostBoundArguments;
  /** What it wrote. */
  bound(): CostBound;
}

/** Room for a bound of so many buffers and tiers. */
export function costBoundRoom(count: number, tierCount: number): CostBoundRoom {
  const [spillEnds, spillSteps] = spillRoom(count, tierCount);
  const flat = new Uint8Array(new ArrayBuffer(SPREAD_BYTES));
  return {
    to: [count, tierCount, spillEnds, spillSteps, flat],
    bound: () => {
      const [, lowerBound = 0] = new Float64Array(flat.buffer, 0, 2);
      const [status, , , ...cause] = new Uint32Array(flat.buffer, 16, 8);
      return status === 3
        ? { status: "infeasible", cause: causeOf(cause) }
        : { status: "bounded", lowerBound, certificate: spillOf(spillEnds, spillSteps) };
    },
  };
}

/** Room for where the lists of a certificate end, and for their steps. */
function spillRoom(count: number, tierCount: number): [ends: Words, steps: Words] {
  // No tiers at all are refused by the library.
  const levels = Math.max(0, tierCount - 1);
  return [new Uint32Array(levels), new Uint32Array(count * levels)];
}

function outcomeOf(
  flat: Octets,
  columns: Pick<TieredPlan, "tiers" | "offsets" | "peaks">,
  certified: (number: number) => CostCertificate,
): TieredOutcome {
  const [cost = 0, lowerBound = 0] = new Float64Array(flat.buffer, 0, 2);
  const [status = 0, certificate = 0, reason = 0, ...cause] = new Uint32Array(flat.buffer, 16, 8);
  const plan = (): TieredPlan => ({
    ...columns,
    cost,
    lowerBound,
    certificate: certified(certificate),
  });
  switch (status) {
    case 1:
      return { status: "optimal", ...plan() };
    case 2:
      return { status: "feasible", ...plan() };
    case 3:
      return { status: "infeasible", cause: causeOf(cause) };
    case 4:
      return { status: "gave-up", reason: reasonOf(reason) };
    default:
      throw unknown("status", status);
  }
}

function certificateOf(certificate: number, ends: Words, steps: Words): CostCertificate {
  if (certificate === 3) return { kind: "finished-search" };
  if (certificate !== 5) throw unknown("certificate", certificate);
  return spillOf(ends, steps);
}

function spillOf(ends: Words, steps: Words): Extract<CostCertificate, { kind: "spill" }> {
  const list = (end: number, at: number): number[] => [...steps.subarray(ends[at - 1] ?? 0, end)];
  return { kind: "spill", steps: Array.from(ends, list) };
}

function causeOf([cause = 0, first = 0, second = 0, step = 0]: number[]): TieredCause {
  switch (cause) {
    case 3:
      return { kind: "pins-collide", first, second };
    case 4:
      return { kind: "ties-contradict", first, second };
    case 5:
      return { kind: "no-room", buffer: first };
    case 6:
      return { kind: "overfull", step };
    case 7:
      return { kind: "no-spread" };
    default:
      throw unknown("cause", cause);
  }
}
