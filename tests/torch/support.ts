/** Models and inputs of the tests with LibTorch. */

import { join } from "node:path";
import process from "node:process";
import type { Tensor } from "../../ts/torch.ts";

/** The file of a model of `crates/torch/tests/models.py`. */
export function modelFile(name: string): string {
  const folder = process.env.MEMO_TEST_MODELS;
  if (!folder) throw new Error("MEMO_TEST_MODELS names no folder; run: npm test -- torch");
  return join(folder, `${name}.pt`);
}

/** An input for `tiny`. */
export function image(batch: number = 2): Tensor & { type: "f32" } {
  const shape = [batch, 3, 32, 32];
  const data = Float32Array.from({ length: batch * 3 * 32 * 32 }, (_, idx) => (idx % 97) / 97);
  return { type: "f32", shape, data };
}

/** An input for `attention` that keeps it busy for some tenths of a second. */
export function sequence(length: number = 3000): Tensor & { type: "f32" } {
  const data = Float32Array.from({ length: length * 32 }, (_, idx) => (idx % 31) / 31);
  return { type: "f32", shape: [1, length, 32], data };
}
