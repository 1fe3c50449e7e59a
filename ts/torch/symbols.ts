/**
 * The functions of the library for LibTorch that are used here. They are documented in
 * `bindings/torch/memo_torch.h`; a test compares the two.
 *
 * @module
 */

import type { Doubles, Words } from "../columns.ts";
import type { Octets, Parameter, Symbols } from "../native/symbols.ts";

/** A model, how many inputs it gets, these, and where the handle of the run goes. */
const RUN: readonly Parameter[] = ["u32", "u32", "array", "array"];

/** See {@link TensorArguments}. */
const TENSOR: readonly Parameter[] = ["i32", "u32", "array", "f64", "array", "array"];

/** Where a text goes, how much room there is, and where its length goes. */
const TEXT: readonly Parameter[] = ["array", "u32", "array"];

/** Each function. */
export const SYMBOLS: Symbols<NativeTorch> = {
  memo_torch_abi_version: { parameters: [], result: "u32" },
  memo_torch_version: { parameters: ["array", "u32"], result: "u32" },
  memo_torch_code_name: { parameters: ["i32", "array", "u32"], result: "u32" },
  memo_torch_last_error: { parameters: ["array", "u32"], result: "u32" },
  memo_torch_model_load: { parameters: ["array", "array"], result: "i32" },
  memo_torch_model_run: { parameters: RUN, result: "i32" },
  memo_torch_model_start: { parameters: RUN, result: "i32" },
  memo_torch_model_close: { parameters: ["u32"], result: "i32" },
  memo_torch_run_is_done: { parameters: ["u32", "array"], result: "i32" },
  memo_torch_run_wait: { parameters: ["u32", "array"], result: "i32" },
  memo_torch_run_take: { parameters: ["u32", "u32", "array"], result: "i32" },
  memo_torch_run_cancel: { parameters: ["u32"], result: "i32" },
  memo_torch_run_close: { parameters: ["u32"], result: "i32" },
  memo_torch_tensor_copy: { parameters: TENSOR, result: "i32" },
  memo_torch_tensor_borrow: { parameters: TENSOR, result: "i32" },
  memo_torch_tensor_shape: { parameters: ["u32", "array"], result: "i32" },
  memo_torch_tensor_lengths: { parameters: ["u32", "u32", "array"], result: "i32" },
  memo_torch_tensor_read: { parameters: ["u32", "f64", "array"], result: "i32" },
  memo_torch_tensor_close: { parameters: ["u32"], result: "i32" },
  memo_torch_enable: { parameters: ["array", "u32", "f64", "f64", "f64"], result: "i32" },
  memo_torch_disable: { parameters: [], result: "i32" },
  memo_torch_settle: { parameters: [], result: "i32" },
  memo_torch_trim: { parameters: ["array"], result: "i32" },
  memo_torch_stats_json: { parameters: TEXT, result: "i32" },
  memo_torch_stats_text: { parameters: TEXT, result: "i32" },
  memo_torch_set_threads: { parameters: ["u32", "u32"], result: "i32" },
};

/** What a tensor is made of, and where its handle goes. */
export type TensorArguments = [
  kind: number,
  rank: number,
  shape: Doubles,
  byteCount: number,
  bytes: Octets,
  tensor: Words,
];

/** The functions of {@link SYMBOLS}, typed. */
export interface NativeTorch {
  memo_torch_abi_version(): number;
  memo_torch_version(text: Octets, capacity: number): number;
  memo_torch_code_name(code: number, name: Octets, capacity: number): number;
  memo_torch_last_error(text: Octets, capacity: number): number;
  memo_torch_model_load(path: Octets, model: Words): number;
  memo_torch_model_run(model: number, inputCount: number, inputs: Words, run: Words): number;
  memo_torch_model_start(model: number, inputCount: number, inputs: Words, run: Words): number;
  memo_torch_model_close(model: number): number;
  memo_torch_run_is_done(run: number, isDone: Words): number;
  memo_torch_run_wait(run: number, outputCount: Words): number;
  memo_torch_run_take(run: number, outputCount: number, outputs: Words): number;
  memo_torch_run_cancel(run: number): number;
  memo_torch_run_close(run: number): number;
  memo_torch_tensor_copy(...tensor: TensorArguments): number;
  memo_torch_tensor_borrow(...tensor: TensorArguments): number;
  memo_torch_tensor_shape(tensor: number, shape: Octets): number;
  memo_torch_tensor_lengths(tensor: number, rank: number, lengths: Doubles): number;
  memo_torch_tensor_read(tensor: number, byteCount: number, bytes: Octets): number;
  memo_torch_tensor_close(tensor: number): number;
  memo_torch_enable(
    plans: Octets | null,
    plansMax: number,
    memoryLimit: number,
    trimAfter: number,
    planningLimit: number,
  ): number;
  memo_torch_disable(): number;
  memo_torch_settle(): number;
  memo_torch_trim(bytes: Doubles): number;
  memo_torch_stats_json(json: Octets, capacity: number, length: Words): number;
  memo_torch_stats_text(text: Octets, capacity: number, length: Words): number;
  memo_torch_set_threads(ofOp: number, atOnce: number): number;
}
