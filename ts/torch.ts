/**
 * LibTorch models, served from memory plans: load a TorchScript file, run it on a thread of its own,
 * and see what was planned. The same names, types and numbers in Node, Bun and Deno.
 *
 * @module
 */

export { type Code, MemoError } from "./errors.ts";
export { Model, type RunOptions, type RunSyncOptions } from "./torch/model.ts";
export {
  disable,
  enable,
  type Fallbacks,
  type ServiceOptions,
  setThreads,
  settle,
  type Stats,
  stats,
  summary,
  type Threads,
  trim,
  version,
} from "./torch/service.ts";
export type { ArrayOf, Tensor, TensorOf, TensorType } from "./torch/tensor.ts";
