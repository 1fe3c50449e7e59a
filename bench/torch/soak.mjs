/**
 * A mixed soak of the LibTorch service, with every assertion:
 * `node bench/torch/soak.mjs [--minutes 120] [--seed 1] [--workers 2]`.
 *
 * Models and shapes by turns on threads that come and go, under options that change all the time; each
 * output is compared with the one of a run without the service. Ends with 1 if one was wrong. What is
 * done, and what the printed counts are, is told in `crates/torch/examples/soak`.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { must, ROOT } from "../../scripts/lib/command.mjs";
import { libtorch } from "../../scripts/libtorch.mjs";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "120" },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
  },
});

/** By the script that writes them. */
const MODELS = {
  "crates/torch/tests/models.py": "tiny scripted traced forked branching attention raising",
  "crates/cli/python/export_models.py": "resnet18 mobilenet_v3_small",
};

const { env, python } = libtorch();
const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
const folder = join(target, "bench", "soak");
for (const [script, names] of Object.entries(MODELS)) {
  await must(python, [join(ROOT, script), folder, ...names.split(" ")], { env });
}
await must("cargo", ["build", "--package=memo-torch", "--example=soak", "--quiet"], { env });

const options = Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
// More threads in a kernel may sum in another order.
const alone = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
const { status } = spawnSync(join(target, "debug", "examples", "soak"), [folder, ...options], {
  env: { ...process.env, ...alone },
  stdio: "inherit",
});
process.exitCode = status ?? 1;
