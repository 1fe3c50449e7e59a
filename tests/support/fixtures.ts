/** The fixtures that the Rust tests use as well. */

import { readFileSync } from "node:fs";
import type { BufferSpec, Certificate, Columns, PlannerName } from "../../ts/mod.ts";

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
    capacity: problem.capacity,
  };
}

/** The buffers of a case as objects. */
export function objectsOf(problem: ProblemCase): BufferSpec[] {
  return problem.sizes.map((size, idx) => ({
    size,
    start: problem.starts[idx]!,
    end: problem.ends[idx]!,
    alignment: problem.alignments?.[idx],
    pin: problem.pins?.[idx] ?? undefined,
  }));
}
