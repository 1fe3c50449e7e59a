/**
 * What LibTorch models cost, planned and not: `node bench/torch/capture.mjs [MODEL.pt ...]`.
 *
 * For each model, without arguments those that `npm run demo` exported: what recording adds to a run
 * (aim: at most 5 %), what making the trace takes afterwards, and `memo bench`, whose planned line shows page faults
 * for each run (aim: 0) and is compared with the faster glibc. Everything runs in fresh processes.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { ROOT } from "../../scripts/lib/command.mjs";
import { median } from "./figures.mjs";

const RELEASE = join(
  process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"),
  "release",
);
const INPUT = ["--input", "1x3x224x224", "--threads", "1"];
const ROUNDS = 5;

/** Models of the demo, of every LibTorch it was run with. */
function exported() {
  const folder = join(ROOT, "memo-demo", "models");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".pt"))
    .map((name) => join(folder, name));
}

/** Runs a program of the release build; what it printed. */
function printed(program, args) {
  const options = { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] };
  const { status, stdout, error } = spawnSync(
    join(RELEASE, program),
    args,
    options,
  );
  if (status === 0) return stdout;
  console.error(error?.message ?? stdout);
  process.exit(status ?? 2);
}

/** By how many per cent recorded runs are slower than plain ones, and the milliseconds of a trace. */
function captureCost(model) {
  const cost = JSON.parse(
    printed("memo-torch", ["capture-cost", model, ...INPUT]),
  );
  const added = (median(cost.recorded_ns) / median(cost.plain_ns) - 1) * 100;
  return { added, trace: median(cost.trace_ns) / 1e6 };
}

/** The median of all processes, the least and the most. */
function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const [least, middle, most] = [sorted[0], median(sorted), sorted.at(-1)].map((
    v,
  ) => v.toFixed(1));
  return `${middle} [${least}, ${most}]`;
}

const models = process.argv.length > 2 ? process.argv.slice(2) : exported();
if (models.length === 0) {
  console.error(
    "no models: run `npm run demo` first, or name TorchScript files",
  );
  process.exit(2);
}
for (const model of models) {
  const costs = Array.from({ length: ROUNDS }, () => captureCost(model));
  const added = spread(costs.map((cost) => cost.added));
  const trace = spread(costs.map((cost) => cost.trace));
  console.log(
    `${basename(model)}: recording adds ${added} % to a run, its trace takes ${trace} ms`,
  );
  console.log(printed("memo", ["bench", model, ...INPUT]));
}
