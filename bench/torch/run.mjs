/**
 * LibTorch served from plans, beside every allocator that can be had:
 *
 *     node bench/torch/run.mjs [--set short|full] [--models a,b] [--images 64,224] [--batches 1,8]
 *       [--workers 1,2] [--settings planned,glibc] [--rounds N] [--runs N] [--minutes N] [--install]
 *       [--out FOLDER] [--report]
 *
 * A row is a model, an image size, a batch and a number of workers. For each row fresh processes of
 * all settings take turns, the first one another each round. What a process finds is added to
 * `FOLDER/measured.jsonl` at once, so a run that was interrupted, or stopped after its `--minutes`,
 * goes on where it stopped; `--report` only writes `FOLDER/report.md` and `FOLDER/*.svg` anew. One
 * thread an op, random weights. Rows that tell most come first (`rows.mjs`): `short` takes the first
 * ten minutes of a few models, `full` has what many nights can measure.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { must, ROOT } from "../../scripts/lib/command.mjs";
import { libtorch } from "../../scripts/libtorch.mjs";
import { exported, inputOf } from "./models.mjs";
import { writeReport } from "./report.mjs";
import { rowsOutwards, tooMuch } from "./rows.mjs";
import { settings, withoutSettings } from "./settings.mjs";

const PAPER = "alexnet,dcgan,vgg16,squeezenet1_0,resnet18,wide_resnet50_2,fcn_resnet50,googlenet," +
  "deeplabv3_resnet50,inception_v3,regnet_x_8gf,densenet161,shufflenet_v2_x0_5," +
  "resnext101_32x8d,mobilenet_v3_small,mnasnet0_5,deeplabv3_mobilenet_v3_large,mnasnet0_75";
const NEWER = "vit_b_16,efficientnet_b0,swin_t,encoder";

const SETS = {
  short: {
    models: "shufflenet_v2_x0_5,mobilenet_v3_small,squeezenet1_0,resnet18,googlenet,encoder",
    images: "64,128",
    batches: "1",
    workers: "1,2",
    rounds: "5",
    runs: "30",
    minutes: "10",
  },
  full: {
    models: `${PAPER},${NEWER}`,
    images: "64,128,224",
    batches: "1,8,32",
    workers: "1,2,4,8,16",
    rounds: "7",
    runs: "30",
    minutes: "Infinity",
  },
};

/** After so many seconds a process measures no more runs than the least. */
const SECONDS = "20";

/** When a process is given up; the slowest that is begun takes about a minute. */
const LATE_MS = 300_000;

const MACHINE = {
  name: `${cpus()[0]?.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  cores: cpus().length,
  bytes: totalmem(),
};

const text = (fallback) => ({ type: "string", default: fallback });
const { values: given } = parseArgs({
  options: {
    set: text("short"),
    models: { type: "string" },
    images: { type: "string" },
    batches: { type: "string" },
    workers: { type: "string" },
    rounds: { type: "string" },
    runs: { type: "string" },
    minutes: { type: "string" },
    settings: text(""),
    out: text(join(ROOT, "out", "torch")),
    install: { type: "boolean", default: false },
    report: { type: "boolean", default: false },
  },
});
if (!SETS[given.set]) {
  console.error(
    `--set ${given.set}: there are ${Object.keys(SETS).join(", ")}`,
  );
  process.exit(2);
}
const options = { ...SETS[given.set], ...given };
const list = (text) => text.split(",").filter((part) => part !== "");
const measured = join(options.out, "measured.jsonl");
mkdirSync(options.out, { recursive: true });
if (!options.report) await measureAll();
await writeReport(options.out, known());

/** What was measured so far. */
function known() {
  if (!existsSync(measured)) return [];
  // A last line that breaks off was being written when the run was interrupted.
  return readFileSync(measured, "utf8").split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

async function measureAll() {
  const { env } = libtorch();
  const build = ["--package", "memo-cli", "--features", "torch", "--quiet"];
  await must("cargo", ["build", "--release", ...build], { env });
  const all = settings(list(options.settings), options.install);
  for (const { name, skip } of all) {
    if (skip) console.error(`skipped: ${name}: ${skip}`);
  }
  const running = all.filter(({ skip }) => !skip);
  const [models, images, batches, workers] = ["models", "images", "batches", "workers"]
    .map((name) => list(options[name]));
  const pathsOf = once((image) => exported(env.MEMO_PYTHON, image, models));
  const rows = rowsOutwards({ models, images, batches, workers });
  const end = Date.now() + Number(options.minutes) * 60_000;
  for (const [idx, row] of rows.entries()) {
    const path = pathsOf(row.image).get(row.model);
    if (path && !measureRow(row, path, running, end)) {
      console.error(
        `${rows.length - idx} of ${rows.length} rows are left: the same command goes on`,
      );
      return;
    }
  }
}

/** Computes for each argument once. */
function once(compute) {
  const found = new Map();
  return (of) => found.get(of) ?? found.set(of, compute(of)).get(of);
}

/** Measures what is not known yet; false when the time is over before the end. */
function measureRow(row, path, running, end) {
  const name = `${row.model} ${row.image} x${row.batch}, ${row.workers} workers`;
  const done = new Set(known().map(idOf));
  const cells = turns(row, running).filter(({ cell }) => !done.has(idOf(cell)));
  for (const { cell, setting } of cells) {
    const why = tooMuch(row, known(), MACHINE);
    if (why) {
      console.error(`skipped: ${name}: ${why}`);
      return true;
    }
    if (Date.now() > end) return false;
    measure(cell, path, setting);
  }
  if (cells.length > 0) console.error(name);
  return true;
}

/** The processes of a row in their order. */
function turns(row, running) {
  return Array.from({ length: Number(options.rounds) }, (_, round) =>
    running.map((_, turn) => {
      const setting = running[(round + turn) % running.length];
      return { setting, cell: { ...row, setting: setting.name, kind: setting.kind, round } };
    })).flat();
}

function idOf({ model, image, batch, workers, setting, round }) {
  return [model, image, batch, workers, setting, round].join(" ");
}

/** One fresh process; what it found, or why it found nothing, goes into the file. */
function measure(cell, path, setting) {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  const args = ["measure", path, "--input", inputOf(cell), "--workers", cell.workers];
  const effort = ["--runs", options.runs, "--warmup", "7", "--seconds", SECONDS];
  const [busy] = loadavg();
  const { status, stdout, error } = spawnSync(
    join(target, "release", "memo-torch"),
    [...args, ...effort, ...setting.args],
    {
      encoding: "utf8",
      env: { ...withoutSettings(process.env), ...setting.env },
      maxBuffer: 1 << 26,
      timeout: LATE_MS,
      killSignal: "SIGKILL",
    },
  );
  const why = error?.code === "ETIMEDOUT" ? "took too long" : "was killed";
  const answer = status === null ? { failed: why, killed: true } : found(status, stdout);
  const line = { ...cell, machine: MACHINE.name, busy, ...answer };
  appendFileSync(measured, `${JSON.stringify(line)}\n`);
}

function found(status, stdout) {
  try {
    const answer = JSON.parse(stdout);
    if (answer.error) return { failed: answer.error.message };
    const sorted = answer.latencies_ns.sort((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    const { cpu_ns, faults, resident_max, served, outputs, runtime, cpu } = answer;
    const [median, p99] = [at(0.5), at(0.99)];
    return {
      median,
      p99,
      count: sorted.length,
      cpu_ns,
      faults,
      resident_max,
      served,
      outputs,
      runtime,
      cpu,
    };
  } catch {
    return { failed: `ended with ${status}` };
  }
}
