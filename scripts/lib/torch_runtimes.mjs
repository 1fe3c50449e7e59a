/**
 * LibTorch in the JavaScript runtimes.
 *
 * @module
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must, ROOT } from "./command.mjs";
import { NONE } from "./counts.mjs";
import { RUNTIMES, testFolder } from "./runtimes.mjs";
import { buildTorchAddon } from "./rust.mjs";

const MODELS = join(ROOT, "target", "tmp", "models");

/** Runs the uvu files of `tests/torch` in each runtime, where there is a LibTorch. */
export async function testTorch({ torch, reason }) {
  if (torch === null) return { ...NONE, skipped: 1, reasons: [`tests/torch: ${reason}`] };
  const library = await buildTorchAddon(torch);
  mkdirSync(MODELS, { recursive: true });
  const exporting = ["crates/torch/tests/models.py", MODELS, "tiny", "raising", "attention"];
  await must(torch.python, exporting);
  writeFileSync(join(MODELS, "broken.pt"), "no model");
  const env = { MEMO_TORCH_LIB: library, MEMO_TEST_MODELS: MODELS };
  return testFolder("tests/torch", env, Object.keys(RUNTIMES));
}
