/**
 * The functions of the native library, told once for every runtime. They are documented in
 * `bindings/c/memo.h`; a test compares the two.
 *
 * @module
 */

import type { Doubles, Words } from "../columns.ts";

/** Bytes that a foreign call can read or write. */
export type Octets = Uint8Array<ArrayBuffer>;

/** What a parameter is: a scalar, or the address of an array's first element. */
export type Parameter = "u32" | "i32" | "f64" | "array";

/** Parameters and result of a function. */
export interface Signature {
  readonly parameters: readonly Parameter[];
  readonly result: Parameter;
}

/** The signature of each function of a library. */
export type Symbols<N> = Readonly<Record<keyof N & string, Signature>>;

/** See {@link NewArguments}. */
const NEW: readonly Parameter[] = [
  "u32",
  "array",
  "array",
  "array",
  "array",
  "array",
  "f64",
  "f64",
  "array",
];

/** Ties in columns, read or written. */
const TIES: readonly Parameter[] = [
  "u32",
  "u32",
  "array",
  "array",
  "array",
  "u32",
  "array",
  "u32",
  "array",
];

/** Tiers in columns, read or written. */
const TIERS: readonly Parameter[] = [
  "u32",
  "u32",
  "u32",
  "array",
  "array",
  "array",
  "array",
  "u32",
  "array",
];

/** See {@link PlanArguments}. */
const PLAN: readonly Parameter[] = ["u32", "array", "f64", "f64", "u32", "u32"];

/** See {@link TieredPlanArguments}. */
const TIERED_PLAN: readonly Parameter[] = [
  "u32",
  "array",
  "array",
  "u32",
  "array",
  "f64",
  "f64",
  "u32",
  "u32",
  "array",
  "array",
];

/** See {@link SpreadArguments}. */
const SPREAD: readonly Parameter[] = [
  "u32",
  "array",
  "array",
  "u32",
  "array",
  "array",
  "array",
  "array",
];

/** See {@link TextArguments}. */
const TEXT: readonly Parameter[] = ["array", "array", "array", "array"];

/** Each function. */
export const SYMBOLS: Symbols<Native> = {
  memo_abi_version: { parameters: [], result: "u32" },
  memo_code_name: { parameters: ["i32", "array", "u32"], result: "u32" },
  memo_last_error: { parameters: ["array", "u32"], result: "u32" },
  memo_plan: { parameters: ["u32", "array", "f64", "u32", "array", "array"], result: "i32" },
  memo_check: { parameters: ["u32", ...PLAN], result: "i32" },
  memo_lower_bound: { parameters: ["u32", "array"], result: "i32" },
  memo_explain: {
    parameters: ["u32", "u32", "array", "u32", "array", "array", "array", "array", "array"],
    result: "i32",
  },
  memo_plan_tiered: { parameters: ["u32", "f64", ...SPREAD], result: "i32" },
  memo_lower_bound_tiered: {
    parameters: ["u32", "u32", "u32", "array", "array", "array"],
    result: "i32",
  },
  memo_check_tiered: { parameters: ["u32", ...TIERED_PLAN], result: "i32" },
  memo_problem_new: { parameters: NEW, result: "i32" },
  memo_problem_later: { parameters: NEW, result: "i32" },
  memo_problem_tie: { parameters: TIES, result: "i32" },
  memo_problem_ties: { parameters: TIES, result: "i32" },
  memo_problem_spread: { parameters: TIERS, result: "i32" },
  memo_problem_tiers: { parameters: TIERS, result: "i32" },
  memo_problem_read: { parameters: ["array", "array", "u32", "array"], result: "i32" },
  memo_problem_size: { parameters: ["u32", "array"], result: "i32" },
  memo_problem_columns: {
    parameters: ["u32", "u32", "array", "array", "array", "array", "array"],
    result: "i32",
  },
  memo_problem_ids: { parameters: ["u32", "u32", "array", "u32", "array"], result: "i32" },
  memo_problem_name: { parameters: ["u32", "u32", "array", "u32", "array"], result: "i32" },
  memo_problem_threads: { parameters: ["u32", "u32"], result: "i32" },
  memo_problem_close: { parameters: ["u32"], result: "i32" },
  memo_job_start: { parameters: ["u32", "array", "f64", "array"], result: "i32" },
  memo_job_progress: { parameters: ["u32", "array"], result: "i32" },
  memo_job_cancel: { parameters: ["u32"], result: "i32" },
  memo_job_take: { parameters: ["u32", "u32", "array", "array"], result: "i32" },
  memo_job_take_tiered: { parameters: ["u32", ...SPREAD], result: "i32" },
  memo_job_close: { parameters: ["u32"], result: "i32" },
  memo_plan_text: { parameters: ["u32", ...PLAN, ...TEXT], result: "i32" },
  memo_plan_text_tiered: { parameters: ["u32", ...TIERED_PLAN, ...TEXT], result: "i32" },
  memo_text_copy: { parameters: ["u32", "u32", "array"], result: "i32" },
  memo_text_close: { parameters: ["u32"], result: "i32" },
};

/** A column of 64-bit integers that a foreign call can read. */
export type BigWords = BigUint64Array<ArrayBuffer>;

/** A problem in columns, and where its handle goes. */
export type NewArguments = [
  count: number,
  sizes: Doubles,
  starts: Words,
  ends: Words,
  alignments: Doubles | null,
  pins: Doubles | null,
  align: number,
  capacity: number,
  handle: Words,
];

/** Ties in columns, read or written. */
export type TiesArguments = [
  problem: number,
  intervalCount: number,
  intervalBuffers: Words,
  intervalStarts: Words,
  intervalEnds: Words,
  shareCount: number,
  shares: Words,
  apartCount: number,
  apart: Words,
];

/** Tiers in columns, read or written, but for where buffers may go. */
export type TiersArguments = [
  problem: number,
  tierCount: number,
  nameBytes: number,
  names: Octets,
  nameEnds: Words,
  capacities: Doubles,
  costs: Doubles,
  count: number,
];

/** A plan of one arena that is judged. */
export type PlanArguments = [
  count: number,
  offsets: Doubles,
  peak: number,
  lowerBound: number,
  certificate: number,
  step: number,
];

/** A plan over tiers that is judged. */
export type TieredPlanArguments = [
  count: number,
  tiers: Words,
  offsets: Doubles,
  tierCount: number,
  peaks: Doubles,
  cost: number,
  lowerBound: number,
  certificate: number,
  spillCount: number,
  spillEnds: Words,
  spillSteps: Words,
];

/** The columns of an answer over tiers. */
export type SpreadArguments = [
  count: number,
  tiers: Words,
  offsets: Doubles,
  tierCount: number,
  peaks: Doubles,
  spillEnds: Words,
  spillSteps: Words,
  outcome: Octets,
];

/** The columns of a bound over tiers. */
export type CostBoundArguments = [
  count: number,
  tierCount: number,
  spillEnds: Words,
  spillSteps: Words,
  outcome: Octets,
];

/** What text to make, and where its handle and its number of bytes go. */
export type TextArguments = [name: Octets, title: Octets, handle: Words, byteCount: Words];

/** The functions of {@link SYMBOLS}, typed. */
export interface Native {
  memo_abi_version(): number;
  memo_code_name(code: number, name: Octets, capacity: number): number;
  memo_last_error(text: Octets, capacity: number): number;
  memo_plan(
    problem: number,
    planner: Octets,
    timeLimit: number,
    count: number,
    offsets: Doubles,
    outcome: Octets,
  ): number;
  memo_check(problem: number, ...plan: PlanArguments): number;
  memo_lower_bound(problem: number, outcome: Octets): number;
  memo_explain(
    problem: number,
    count: number,
    live: Words,
    changeMax: number,
    buffers: Words,
    gone: Doubles,
    freedBy: Doubles,
    madeAt: Doubles,
    explanation: Octets,
  ): number;
  memo_plan_tiered(problem: number, timeLimit: number, ...to: SpreadArguments): number;
  memo_lower_bound_tiered(problem: number, ...to: CostBoundArguments): number;
  memo_check_tiered(problem: number, ...plan: TieredPlanArguments): number;
  memo_problem_new(...columns: NewArguments): number;
  memo_problem_later(...columns: NewArguments): number;
  memo_problem_tie(...ties: TiesArguments): number;
  memo_problem_ties(...ties: TiesArguments): number;
  memo_problem_spread(...tiers: [...TiersArguments, allowed: BigWords | null]): number;
  memo_problem_tiers(...tiers: [...TiersArguments, allowed: BigWords]): number;
  memo_problem_read(name: Octets, bytes: Octets, byteCount: number, handle: Words): number;
  memo_problem_size(handle: number, size: Octets): number;
  memo_problem_columns(
    handle: number,
    count: number,
    sizes: Doubles,
    starts: Words,
    ends: Words,
    alignments: Doubles,
    pins: Doubles,
  ): number;
  memo_problem_ids(
    handle: number,
    idBytes: number,
    text: Octets,
    idCount: number,
    ends: Words,
  ): number;
  memo_problem_name(
    handle: number,
    idBytes: number,
    text: Octets,
    count: number,
    ends: Words,
  ): number;
  memo_problem_threads(problem: number, threads: number): number;
  memo_problem_close(handle: number): number;
  memo_job_start(problem: number, planner: Octets, timeLimit: number, job: Words): number;
  memo_job_progress(job: number, progress: Octets): number;
  memo_job_cancel(job: number): number;
  memo_job_take(job: number, count: number, offsets: Doubles, outcome: Octets): number;
  memo_job_take_tiered(job: number, ...to: SpreadArguments): number;
  memo_job_close(job: number): number;
  memo_plan_text(problem: number, ...text: [...PlanArguments, ...TextArguments]): number;
  memo_plan_text_tiered(
    problem: number,
    ...text: [...TieredPlanArguments, ...TextArguments]
  ): number;
  memo_text_copy(text: number, byteCount: number, bytes: Octets): number;
  memo_text_close(text: number): number;
}
