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

const PROBLEM = ["u32", "array", "array", "array", "array", "array", "f64"] satisfies Parameter[];

/** Parameters and result of a function. */
export interface Signature {
  readonly parameters: readonly Parameter[];
  readonly result: Parameter;
}

/** Each function. */
export const SYMBOLS: Readonly<Record<keyof Native, Signature>> = {
  memo_abi_version: { parameters: [], result: "u32" },
  memo_code_name: { parameters: ["i32", "array", "u32"], result: "u32" },
  memo_last_error: { parameters: ["array", "u32"], result: "u32" },
  memo_plan: {
    parameters: [...PROBLEM, "f64", "array", "f64", "array", "array"],
    result: "i32",
  },
  memo_check: {
    parameters: [...PROBLEM, "f64", "u32", "array", "f64", "f64", "u32", "u32"],
    result: "i32",
  },
  memo_lower_bound: { parameters: [...PROBLEM, "array"], result: "i32" },
  memo_problem_read: { parameters: ["array", "array", "u32", "array"], result: "i32" },
  memo_problem_size: { parameters: ["u32", "array"], result: "i32" },
  memo_problem_columns: {
    parameters: ["u32", "u32", "array", "array", "array", "array", "array"],
    result: "i32",
  },
  memo_problem_ids: { parameters: ["u32", "u32", "array", "u32", "array"], result: "i32" },
  memo_problem_close: { parameters: ["u32"], result: "i32" },
};

/** The columns and the alignment that begin the parameters of most functions. */
export type ProblemArguments = [
  count: number,
  sizes: Doubles,
  starts: Words,
  ends: Words,
  alignments: Doubles | null,
  pins: Doubles | null,
  align: number,
];

/** The functions of {@link SYMBOLS}, typed. */
export interface Native {
  memo_abi_version(): number;
  memo_code_name(code: number, name: Octets, capacity: number): number;
  memo_last_error(text: Octets, capacity: number): number;
  memo_plan(
    ...problem: [
      ...ProblemArguments,
      capacity: number,
      planner: Octets,
      timeLimit: number,
      offsets: Doubles,
      outcome: Octets,
    ]
  ): number;
  memo_check(
    ...problem: [
      ...ProblemArguments,
      capacity: number,
      offsetCount: number,
      offsets: Doubles,
      peak: number,
      lowerBound: number,
      certificate: number,
      step: number,
    ]
  ): number;
  memo_lower_bound(...problem: [...ProblemArguments, outcome: Octets]): number;
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
  memo_problem_close(handle: number): number;
}
