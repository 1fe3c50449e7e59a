/**
 * LibTorch served from plans, beside every allocator that can be had:
 *
 *     node bench/torch/run.mjs [--set short|full] [--models a,b] [--images 64,224] [--batches 1,8]
 *       [--workers 1,2] [--settings planned,glibc] [--rounds N] [--runs N] [--install] [--out FOLDER]
 *       [--report]
 *
 * A row is a model, an image size, a batch and a number of workers. For each row fresh processes of
 * all settings take turns, the first one another each round. What a process finds is added to
 * `FOLDER/measured.jsonl` at once, so an interrupted run goes on where it stopped; `--report` only
 * writes `FOLDER/report.md` and `FOLDER/*.svg` anew. One thread an op, random weights. `short` takes
 * about ten minutes on two cores, `full` a night.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { must, ROOT } from "../../scripts/lib/command.mjs";
import { CACHE, libtorch } from "../../scripts/libtorch.mjs";
import { writeReport } from "./report.mjs";
import { settings } from "./settings.mjs";

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
  },
  full: {
    models: `${PAPER},${NEWER}`,
    images: "64,128,224",
    batches: "1,8,32",
    workers: "1,2,4,8,16",
    rounds: "7",
    runs: "30",
  },
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
  const build = [
    "build",
    "--release",
    "--package",
    "memo-cli",
    "--features",
    "torch",
    "--quiet",
  ];
  await must("cargo", build, { env });
  const all = settings(list(options.settings), options.install);
  for (const { name, skip } of all) {
    if (skip) console.error(`skipped: ${name}: ${skip}`);
  }
  const running = all.filter(({ skip }) => !skip);
  const done = new Set(known().map(idOf));
  for (const row of rows(env.MEMO_PYTHON)) {
    for (let round = 0; round < Number(options.rounds); round++) {
      for (let turn = 0; turn < running.length; turn++) {
        const setting = running[(round + turn) % running.length];
        const cell = {
          ...row,
          setting: setting.name,
          kind: setting.kind,
          round,
        };
        if (!done.has(idOf(cell))) measure(cell, setting);
      }
    }
    console.error(
      `${row.model} ${row.image} x${row.batch}, ${row.workers} workers`,
    );
  }
}

function idOf({ model, image, batch, workers, setting, round }) {
  return [model, image, batch, workers, setting, round].join(" ");
}

/** All rows whose model can be exported and whose processes fit into memory. */
function rows(python) {
  return list(options.images).flatMap((image) => {
    const models = exported(python, image);
    return list(options.batches).flatMap((batch) =>
      list(options.workers).flatMap((workers) =>
        models.map(({ model, path }) => ({
          model,
          path,
          image,
          batch,
          workers,
        }))
      )
    );
  });
}

function exported(python, image) {
  const folder = join(CACHE, "bench-models");
  const script = join(ROOT, "bench", "torch", "export.py");
  const { stdout, status, stderr } = spawnSync(
    python,
    [script, folder, image, ...list(options.models)],
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
  if (status !== 0) {
    throw new Error(`${python} cannot export models: ${stderr.trim()}`);
  }
  return stdout.trim().split("\n").flatMap((line) => {
    const [model, path, ...why] = line.split(" ");
    if (path !== "-") return [{ model, path }];
    console.error(`skipped: ${model} at ${image}: ${why.join(" ")}`);
    return [];
  });
}

/** One fresh process; what it found, or why it found nothing, goes into the file. */
function measure(cell, setting) {
  const { path, ...row } = cell;
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  const side = Number(row.image);
  const shape = row.model === "encoder" ? [row.batch, side, 768] : [row.batch, 3, side, side];
  const args = [
    "measure",
    path,
    "--input",
    shape.join("x"),
    "--workers",
    row.workers,
  ];
  const effort = ["--runs", options.runs, "--warmup", "7"];
  const [busy] = loadavg();
  const { status, stdout } = spawnSync(
    join(target, "release", "memo-torch"),
    [...args, ...effort, ...setting.args],
    {
      encoding: "utf8",
      env: { ...clean(), ...setting.env },
      maxBuffer: 1 << 26,
    },
  );
  const machine = `${cpus()[0]?.model}, ${cpus().length} cores, ${gib(totalmem())} GiB`;
  appendFileSync(
    measured,
    `${JSON.stringify({ ...row, machine, busy, ...found(status, stdout) })}\n`,
  );
}

/** Without whatever changes an allocator. */
function clean() {
  const changes = /^(MALLOC_|GLIBC_TUNABLES|LD_PRELOAD|THP_MEM_ALLOC|MIMALLOC_|TCMALLOC_)/;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !changes.test(name)),
  );
}

function gib(bytes) {
  return Math.round(bytes / 2 ** 30);
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
    return { failed: `ended with ${status ?? "a signal"}` };
  }
}
