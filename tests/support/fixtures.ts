/** The fixtures that the Rust tests use as well. */

import { readFileSync } from "node:fs";
import type {
  Buffers,
  BufferSpec,
  Certificate,
  Columns,
  IntervalColumns,
  PlannerName,
  TieredBuffers,
  TieredColumns,
} from "../../ts/mod.ts";

/** Buffers as they are in a fixture. */
export interface ProblemCase {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly alignments?: readonly number[];
  readonly pins?: readonly (number | null)[];
  readonly capacity?: number;
  readonly align?: number;
  /** Buffer, start, end. */
  readonly intervals?: readonly (readonly [number, number, number])[];
  readonly shares?: readonly (readonly [number, number])[];
  readonly apart?: readonly (readonly [number, number])[];
}

/** A problem to be spread over tiers. */
export interface TieredCase extends ProblemCase {
  readonly tiers: readonly { name: string; capacity: number | null; cost: number }[];
  readonly allowed?: readonly (readonly number[] | null)[];
}

/** A problem to be planned. */
export interface PlanCase extends ProblemCase {
  readonly planner?: PlannerName;
  readonly timeLimit?: number;
}

/** A problem, a plan of it, and the code of the plan's first fault. */
export interface FaultCase extends ProblemCase {
  readonly plan: {
    readonly offsets: readonly number[];
    readonly peak: number;
    readonly lowerBound: number;
    readonly certificate: Certificate;
  };
  readonly code: string | null;
}

/** A fixture file. */
export function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8"));
}

/** The buffers of a case in columns. */
export function columnsOf(problem: ProblemCase): Columns {
  return {
    sizes: Float64Array.from(problem.sizes),
    starts: Uint32Array.from(problem.starts),
    ends: Uint32Array.from(problem.ends),
    alignments: problem.alignments && Float64Array.from(problem.alignments),
    pins: problem.pins && Float64Array.from(problem.pins, (pin) => pin ?? NaN),
    intervals: problem.intervals && intervalsOf(problem.intervals),
    shares: problem.shares && Uint32Array.from(problem.shares.flat()),
    apart: problem.apart && Uint32Array.from(problem.apart.flat()),
    capacity: problem.capacity,
  };
}

function intervalsOf(rows: readonly (readonly [number, number, number])[]): IntervalColumns {
  const [buffers, starts, ends] = [0, 1, 2].map((at) => Uint32Array.from(rows, (row) => row[at]!));
  return { buffers: buffers!, starts: starts!, ends: ends! };
}

/** The buffers and tiers of a case in columns. */
export function tieredColumnsOf(problem: TieredCase): TieredColumns {
  const { capacity: _, tiers: __, ...columns } = columnsOf(problem);
  const all = 2n ** 64n - 1n;
  const bits = (tiers: readonly number[]): bigint =>
    tiers.reduce((bits, tier) => bits | 1n << BigInt(tier), 0n);
  return {
    ...columns,
    tiers: tiersOf(problem),
    allowed: problem.allowed &&
      BigUint64Array.from(problem.allowed, (tiers) => tiers === null ? all : bits(tiers)),
  };
}

function tiersOf({ tiers }: TieredCase): TieredColumns["tiers"] {
  return tiers.map(({ capacity, ...tier }) => ({ ...tier, capacity: capacity ?? undefined }));
}

/** The buffers and tiers of a case as objects. */
export function tieredObjectsOf(problem: TieredCase): TieredBuffers {
  const { capacity: _, buffers, apart } = objectsOf(problem);
  const names = (idx: number): string[] | undefined =>
    problem.allowed?.[idx]?.map((tier) => problem.tiers[tier]!.name);
  return {
    buffers: buffers.map((buffer, idx) => ({ ...buffer, tiers: names(idx) })),
    apart,
    tiers: tiersOf(problem),
  };
}

/** The buffers of a case as objects. */
export function objectsOf(problem: ProblemCase): Buffers {
  const share = (idx: number): number | undefined =>
    problem.shares?.find(([buffer]) => buffer === idx)?.[1];
  const buffers = problem.sizes.map((size, idx): BufferSpec => ({
    size,
    ...liveIn(problem, idx),
    alignment: problem.alignments?.[idx],
    pin: problem.pins?.[idx] ?? undefined,
    sharesWith: share(idx),
  }));
  return { buffers, apart: problem.apart, capacity: problem.capacity };
}

function liveIn(
  { starts, ends, intervals }: ProblemCase,
  idx: number,
): { start: number; end: number } | { intervals: [number, number][] } {
  const own = intervals?.filter(([buffer]) => buffer === idx) ?? [];
  if (own.length === 0) return { start: starts[idx]!, end: ends[idx]! };
  return { intervals: own.map(([, start, end]) => [start, end]) };
}
