/**
 * How much faster a planned run is than one by the allocator that its process has:
 * `node bench/torch/turns.mjs [--models a,b] [--image 64] [--rounds 5] [--runs 100]
 * [--settings glibc,jemalloc] [--install] [--plan FILE ...]`.
 *
 * Planned and unplanned runs take turns in one process, so that what differs between processes, by far
 * the most, does not count. The figure of a process is the median over the turns of the planned run's
 * processor time over the unplanned one's; told are the median of fresh processes under each setting,
 * the least and the most. Batch 1, one thread. With `--plan`, for one model, plans made otherwise for
 * the same run are told beside it.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { must, ROOT } from "../../scripts/lib/command.mjs";
import { libtorch } from "../../scripts/libtorch.mjs";
import { median, spread } from "./figures.mjs";
import { exported, inputOf } from "./models.mjs";
import { settings, withoutSettings } from "./settings.mjs";

const text = (fallback) => ({ type: "string", default: fallback });
const { values: options } = parseArgs({
  options: {
    models: text("mobilenet_v3_small,shufflenet_v2_x0_5,squeezenet1_0,resnet18,googlenet"),
    image: text("64"),
    rounds: text("5"),
    runs: text("100"),
    settings: text(""),
    install: { type: "boolean", default: false },
    plan: { type: "string", multiple: true, default: [] },
  },
});

const { env } = libtorch();
const build = ["--package", "memo-cli", "--features", "torch", "--quiet"];
await must("cargo", ["build", "--release", ...build], { env });
const release = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "release");
const all = settings(options.settings.split(",").filter(Boolean), options.install);
const others = all.filter(({ name, skip }) => {
  if (skip) console.error(`skipped: ${name}: ${skip}`);
  return !skip && name !== "planned";
});
const folder = mkdtempSync(join(tmpdir(), "memo-turns-"));
try {
  const paths = exported(env.MEMO_PYTHON, options.image, options.models.split(","));
  for (const [model, path] of paths) await compare(model, path);
} finally {
  rmSync(folder, { recursive: true });
}

async function compare(model, path) {
  const input = inputOf({ model, batch: 1, image: options.image });
  const [trace, plan] = ["trace", "plan"].map((kind) => join(folder, `${model}.${kind}.json`));
  const quiet = { quiet: true };
  await must(join(release, "memo-torch"), ["capture", path, "--input", input, "-o", trace], quiet);
  await must(join(release, "memo"), ["plan", trace, "-o", plan, "--json"], quiet);
  const plans = [plan, ...options.plan];
  const args = ["turns", path, "--input", input, "--runs", options.runs];
  args.push(...plans.flatMap((plan) => ["--plan", plan]));
  console.log(`${model} at ${options.image}, processor time of a planned run, in % more`);
  for (const setting of others) {
    const rounds = Array.from({ length: Number(options.rounds) }, () => turns(args, setting));
    const told = plans.map((plan, idx) => {
      const name = plans.length > 1 ? `${basename(plan)} ` : "";
      return `${name}${spread(rounds.map((round) => more(round, idx)))}`;
    });
    const ms = spread(rounds.map(({ unplanned }) => median(unplanned.cpu_ns) / 1e6));
    console.log(`  than by ${setting.name}, ${ms} ms: ${told.join(", ")}`);
  }
}

/** What one fresh process finds. */
function turns(args, setting) {
  const { status, stdout } = spawnSync(join(release, "memo-torch"), args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...withoutSettings(process.env), ...setting.env },
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stdout}`);
  const found = JSON.parse(stdout);
  if (found.deviations > 0) console.error(`${found.deviations} requests differed from the plan`);
  return found;
}

function more({ unplanned, planned }, idx) {
  const ratios = planned[idx].cpu_ns.map((ns, turn) => ns / unplanned.cpu_ns[turn]);
  return (median(ratios) - 1) * 100;
}
