/**
 * Planners side by side with those of other projects:
 *
 *     node bench/peers/run.mjs FOLDER|FILE… [--install] [--seconds 10] [--rounds 1] [--threads 2]
 *       [--ours auto,exact] [--peers omnimalloc/omni,ortools/cp_sat] [--markdown]
 *
 * Problems are CSV files `id,lower,upper,size`, also `.csv.gz`; `cargo run --release -p memo-bench
 * --bin packings -- FOLDER` writes some whose optimum is known. Whoever plans does so on the same
 * cores, within the same limit, in turns, and never two at once. Every plan is judged twice: by
 * `memo check`, and by a comparison of all pairs that shares no code with it. Gaps are those to the
 * max load. With several rounds the seconds are medians, and the peak is the largest of all rounds.
 *
 * Peers come from package registries, into environments of their own in the user's cache, and only
 * with `--install`; one that is not there is skipped with the reason. MiniMalloc and idealloc are in
 * no registry. Nothing of other projects is part of this one.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { must } from "../../scripts/lib/command.mjs";
import { MEMO, ours, peers } from "./contestants.mjs";
import { filesIn, judge, maxLoad, planCsv, readProblem } from "./problem.mjs";
import { table } from "./table.mjs";

const { values: options, positionals: paths } = parseArgs({
  allowPositionals: true,
  options: {
    install: { type: "boolean", default: false },
    markdown: { type: "boolean", default: false },
    ours: { type: "string", default: "auto" },
    peers: { type: "string", default: "" },
    rounds: { type: "string", default: "1" },
    seconds: { type: "string", default: "10" },
    threads: { type: "string", default: `${availableParallelism()}` },
  },
});
const [rounds, seconds, threads] = [options.rounds, options.seconds, options.threads].map(Number);
if (paths.length === 0 || !(rounds >= 1) || !(seconds > 0) || !(threads >= 1)) {
  console.error("usage: node bench/peers/run.mjs FOLDER|FILE… [--install] [--seconds 10] …");
  process.exit(2);
}

await must("cargo", ["build", "--release", "--package", "memo-cli", "--quiet"]);
const folder = mkdtempSync(join(tmpdir(), "memo-peers-"));
try {
  process.exitCode = compare() ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

/** Runs all, prints the tables; returns whether every plan of `memo` is valid and the judges agree. */
function compare() {
  const [busy] = loadavg();
  const names = (list) => list.split(",").filter((name) => name !== "");
  const pinned = pinning();
  const contestants = [
    ...names(options.ours).map((planner) => ours(planner, folder, pinned)),
    ...peers(names(options.peers), options.install, pinned),
  ];
  for (const { name, skip } of contestants) if (skip) console.error(`skipped: ${name}: ${skip}`);
  const running = contestants.filter(({ skip }) => !skip);
  const rows = filesIn(paths).flatMap((path) => compareOn(path, running));
  const what = `${threads} threads, ${seconds} s each, ${rounds} rounds`;
  console.log(`${cpus()[0]?.model}, ${what}; ${busy.toFixed(1)} were busy before\n`);
  console.log(table(rows, options.markdown));
  return rows.every(({ name, fault, disagree }) =>
    !disagree && !(fault && name.startsWith("memo "))
  );
}

/** What puts a process on the first cores, where the system can. */
function pinning() {
  const taskset = ["taskset", "--cpu-list", `0-${threads - 1}`];
  const works = spawnSync(taskset[0], [...taskset.slice(1), "true"]).status === 0;
  if (!works) console.error("taskset does not work here: cores are not pinned");
  return works ? taskset : [];
}

/** One row for each contestant. */
function compareOn(path, contestants) {
  const problem = readProblem(path);
  const load = maxLoad(problem);
  const rows = contestants.map(({ name }) => ({ name, instance: problem.name, load, runs: [] }));
  for (const row of rows) row.buffers = problem.sizes.length;
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < rows.length; turn++) {
      const at = (round + turn) % rows.length;
      console.error(`${problem.name}: ${rows[at].name}`);
      rows[at].runs.push(
        judged(problem, () => contestants[at].run({ problem, path, load, seconds, threads })),
      );
    }
  }
  return rows.map(({ runs, ...row }) => ({ ...row, ...summary(runs) }));
}

/** A run with its peak and what both judges find wrong. */
function judged(problem, run) {
  let planned;
  try {
    planned = run();
  } catch (error) {
    return { fault: error.message };
  }
  const { offsets, seconds } = planned;
  const { peak, fault } = judge(problem, offsets);
  const disagree = !Number.isNaN(peak) && memoFinds(problem, offsets, peak) !== (fault === null);
  return { peak, seconds, fault: fault && `INVALID: ${fault}`, disagree };
}

/** Whether `memo check` finds a valid plan of this peak. */
function memoFinds(problem, offsets, peak) {
  const path = join(folder, "judged.csv");
  writeFileSync(path, planCsv(problem, offsets));
  const { stdout } = spawnSync(MEMO, ["check", path, "--json"], { encoding: "utf8" });
  const verdict = JSON.parse(stdout);
  return verdict.valid === true && verdict.peak === peak;
}

function summary(runs) {
  const failed = runs.find(({ fault }) => fault);
  const disagree = runs.some(({ disagree }) => disagree);
  if (failed) return { fault: failed.fault, disagree };
  const sorted = runs.map(({ seconds }) => seconds).toSorted((a, b) => a - b);
  const peak = Math.max(...runs.map(({ peak }) => peak));
  return { peak, seconds: sorted[sorted.length >> 1], fault: null, disagree };
}
