/**
 * The programs whose files Rust tests read and write, from Python's package registry.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { CACHE } from "../libtorch.mjs";
import { run } from "./command.mjs";

const VENV = join(CACHE, "tools");
const VENV_PYTHON = join(VENV, "bin", "python");
const PACKAGES = ["jax", "onnx", "tflite", "tflite-micro", "flatbuffers", "numpy"];
const IMPORT = "import jax, onnx, tflite, tflite_micro, flatbuffers, numpy";

/**
 * A Python that has them, as `MEMO_TOOLS_PYTHON` for the tests: the one that is named, that of an
 * earlier run, or one that is made now; else the reason why there is none.
 */
export async function findTools() {
  const named = process.env.MEMO_TOOLS_PYTHON;
  const python = [named, VENV_PYTHON].filter(Boolean).find(hasAll) ?? await install();
  const env = { MEMO_TOOLS_PYTHON: python };
  return python === null ? { env: null, reason: "pip could not install them" } : { env };
}

function hasAll(python) {
  return spawnSync(python, ["-c", IMPORT], { stdio: "ignore" }).status === 0;
}

async function install() {
  console.log(`installing ${PACKAGES.join(", ")} into ${VENV}: up to 1 GB on disk`);
  const options = { quiet: true, seconds: 1800 };
  const steps = [
    ["python3", ["-m", "venv", VENV]],
    [VENV_PYTHON, ["-m", "pip", "install", "--quiet", ...PACKAGES]],
  ];
  for (const [command, args] of steps) {
    if ((await run(command, args, options)).status !== 0) return null;
  }
  return hasAll(VENV_PYTHON) ? VENV_PYTHON : null;
}
