/**
 * What a planner can say, and how it comes out of the native library.
 *
 * @module
 */

import { MemoError } from "./errors.ts";
import type { Octets } from "./native/symbols.ts";

/** How a lower bound was proven. */
export type Certificate =
  /** So many bytes are live at this step. */
  | { readonly kind: "max-load"; readonly step: number }
  /** The buffers live at this step need so many bytes because of their alignments. */
  | { readonly kind: "aligned-load"; readonly step: number }
  /** A pinned buffer ends there. */
  | { readonly kind: "pin-top" }
  /** An exact planner searched for anything smaller and found nothing. */
  | { readonly kind: "finished-search" };

/** No plan has a smaller peak than `lowerBound`. */
export interface Bound {
  /** Bytes. */
  readonly lowerBound: number;
  /** How it was proven. */
  readonly certificate: Certificate;
}

/** Offsets for the buffers of a problem. */
export interface Plan extends Bound {
  /** Bytes from the start of the arena, one for each buffer. */
  readonly offsets: Float64Array<ArrayBuffer>;
  /** The largest top: offset + size. */
  readonly peak: number;
}

/** What makes a plan impossible. */
export type Cause =
  /** The lower bound exceeds the capacity. */
  | { readonly kind: "capacity"; readonly capacity: number }
  /** This pinned buffer ends beyond the capacity. */
  | { readonly kind: "pin-over-capacity"; readonly buffer: number }
  /** Two pinned buffers conflict and share bytes. */
  | { readonly kind: "pins-collide"; readonly first: number; readonly second: number }
  /** Two buffers must share their offset, but their pins, an alignment or a pair kept apart forbids it. */
  | { readonly kind: "ties-contradict"; readonly first: number; readonly second: number };

/** Which limit was reached. */
export type Reason = "heuristic" | "time-limit" | "cancelled" | "node-limit";

/** The answer of a planner: branch on `status`. */
export type Outcome =
  /** A plan whose peak is its lower bound: none can be smaller. */
  | ({ readonly status: "optimal" } & Plan)
  /** A plan; a smaller peak may exist. */
  | ({ readonly status: "feasible" } & Plan)
  /** Proven: no plan fits the capacity, the pins and the ties. */
  | ({ readonly status: "infeasible"; readonly cause: Cause } & Bound)
  /** A limit was reached first; `best` may exceed the capacity. */
  | ({ readonly status: "gave-up"; readonly reason: Reason; readonly best: Plan | null } & Bound);

/** The certificates, at the numbers they have in `memo.h`. */
export const CERTIFICATES = [
  "",
  "max-load",
  "pin-top",
  "finished-search",
  "aligned-load",
  "spill",
] as const;

/** The reasons, at the numbers they have in `memo.h`. */
const REASONS = ["", "heuristic", "time-limit", "cancelled", "node-limit"] as const;

/** Bytes of `MemoOutcome`: three doubles, then eight 32-bit integers. */
const OUTCOME_BYTES = 3 * 8 + 8 * 4;

/** Room for a `MemoOutcome`. */
export function emptyOutcome(): Octets {
  return new Uint8Array(new ArrayBuffer(OUTCOME_BYTES));
}

/** The lower bound in a `MemoOutcome`. */
export function boundOf(flat: Octets): Bound {
  const { lowerBound, certificate, step } = fields(flat);
  return { lowerBound, certificate: certificateOf(certificate, step) };
}

/** The certificate of this number. */
export function certificateOf(number: number, step: number): Certificate {
  const kind = CERTIFICATES[number];
  switch (kind) {
    case "max-load":
    case "aligned-load":
      return { kind, step };
    case "pin-top":
    case "finished-search":
      return { kind };
    default:
      throw unknown("certificate", number);
  }
}

/** The answer in a `MemoOutcome` and the offsets written beside it. */
export function outcomeOf(flat: Octets, offsets: Float64Array<ArrayBuffer>): Outcome {
  const { status, peak, reason, hasPlan } = fields(flat);
  const bound = boundOf(flat);
  const plan = (): Plan => ({ offsets, peak, ...bound });
  switch (status) {
    case 1:
      return { status: "optimal", ...plan() };
    case 2:
      return { status: "feasible", ...plan() };
    case 3:
      return { status: "infeasible", cause: causeOf(flat), ...bound };
    case 4:
      return {
        status: "gave-up",
        reason: reasonOf(reason),
        best: hasPlan === 1 ? plan() : null,
        ...bound,
      };
    default:
      throw unknown("status", status);
  }
}

function causeOf(flat: Octets): Cause {
  const { cause, capacity, first, second } = fields(flat);
  switch (cause) {
    case 1:
      return { kind: "capacity", capacity };
    case 2:
      return { kind: "pin-over-capacity", buffer: first };
    case 3:
      return { kind: "pins-collide", first, second };
    case 4:
      return { kind: "ties-contradict", first, second };
    default:
      throw unknown("cause", cause);
  }
}

/** The reason of this number. */
export function reasonOf(number: number): Reason {
  return REASONS[number] || unknown("reason", number);
}

interface Fields {
  peak: number;
  lowerBound: number;
  capacity: number;
  status: number;
  certificate: number;
  step: number;
  reason: number;
  cause: number;
  first: number;
  second: number;
  hasPlan: number;
}

function fields(flat: Octets): Fields {
  const [peak = 0, lowerBound = 0, capacity = 0] = new Float64Array(flat.buffer, 0, 3);
  const words = new Uint32Array(flat.buffer, 24, 8);
  const [status = 0, certificate = 0, step = 0, reason = 0, cause = 0] = words;
  const [first = 0, second = 0, hasPlan = 0] = words.subarray(5);
  return {
    peak,
    lowerBound,
    capacity,
    status,
    certificate,
    step,
    reason,
    cause,
    first,
    second,
    hasPlan,
  };
}

/** A number that no version of the library returns. */
export function unknown(what: string, number: number): never {
  throw new MemoError("INTERNAL", `the native library returned ${what} ${number}`);
}
