/**
 * What recording adds to a run (aim: at most 3 %): `node bench/torch/capture.mjs [--models a,b]
 * [--image 224] [--rounds 5] [--runs 60]`, or with TorchScript files in place of `--models`.
 *
 * Plain runs, runs recorded for a trace with the place of each op, and runs recorded by the service
 * take turns in one process; the figure of a process is the median over the turns of how much more
 * the recorded run took than the plain one, on the clock and in processor time, which others on the
 * machine disturb less. Told are the median of fresh processes, the least and the most.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { must, ROOT } from "../../scripts/lib/command.mjs";
import { libtorch } from "../../scripts/libtorch.mjs";
import { median, spread } from "./figures.mjs";
import { exported, inputOf } from "./models.mjs";

const text = (fallback) => ({ type: "string", default: fallback });
const { values: options, positionals: files } = parseArgs({
  options: {
    models: text("mobilenet_v3_small,shufflenet_v2_x0_5,resnet18,googlenet"),
    image: text("224"),
    rounds: text("5"),
    runs: text("60"),
  },
  allowPositionals: true,
});

const { env } = libtorch();
const build = ["--package", "memo-cli", "--features", "torch", "--quiet"];
await must("cargo", ["build", "--release", ...build], { env });
const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
for (const { name, path, input } of models()) {
  const rounds = Array.from({ length: Number(options.rounds) }, () => costOf(path, input));
  const of = (figure) => spread(rounds.map(figure));
  const added = (kind) => {
    const clock = of((cost) => more(cost, kind, "wall_ns"));
    return `${clock} % on the clock, ${
      of((cost) => more(cost, kind, "cpu_ns"))
    } % of the processor`;
  };
  console.log(`${name}, a run of ${of(({ plain }) => median(plain.wall_ns) / 1e6)} ms
  for a trace: ${added("recorded")}; making it ${of(({ trace_ns }) => median(trace_ns) / 1e6)} ms
  in the service: ${added("in_service")}`);
}

function models() {
  const { image } = options;
  if (files.length > 0) {
    const input = inputOf({ batch: 1, image });
    return files.map((path) => ({ name: basename(path), path, input }));
  }
  return [...exported(env.MEMO_PYTHON, image, options.models.split(","))].map(([model, path]) => ({
    name: `${model} at ${image}`,
    path,
    input: inputOf({ model, batch: 1, image }),
  }));
}

/** What one fresh process finds. */
function costOf(path, input) {
  const args = ["capture-cost", path, "--input", input, "--threads", "1", "--runs", options.runs];
  const program = join(target, "release", "memo-torch");
  const { status, stdout, error } = spawnSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 1 << 26,
  });
  if (status === 0) return JSON.parse(stdout);
  throw new Error(`${path}: ${error?.message ?? stdout}`);
}

/** By how many per cent a recorded run takes more than the plain one of its turn. */
function more(cost, kind, clock) {
  const plain = cost.plain[clock];
  return (median(cost[kind][clock].map((ns, turn) => ns / plain[turn])) - 1) * 100;
}
