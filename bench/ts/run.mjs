/**
 * TypeScript `plan` against Rust on the same problem with the same planner:
 * `node bench/ts/run.mjs [BUFFERS] [PLANNER] [ROUNDS]`.
 *
 * Each round runs Rust and every runtime in a fresh process, one after the other, in turning order.
 * What counts is the ratio within a round, because the machine changes between rounds; printed are
 * the medians over the rounds, with the least and the most. Rust is timed on a problem it holds;
 * TypeScript from checking its columns to the decoded answer.
 *
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "../../scripts/lib/command.mjs";
import { buildAddon, buildProgram } from "../../scripts/lib/rust.mjs";
import { installPackages, RUNTIMES } from "../../scripts/lib/runtimes.mjs";

const [buffers = "10000", planner = "greedy_by_size", rounds = "15"] = process.argv.slice(2);

/** Runs in one process: the first are warm-up, for the compilers of the runtimes. */
const RUNS = 30;
const WARM_UP = 10;

/** Buffers as they come in inference: sizes over four orders, most short-lived. */
function problem(count) {
  let state = 1;
  const next = (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const lines = ["id,lower,upper,size"];
  for (let id = 0; id < count; id++) {
    const start = next(2 * count);
    const end = start + 1 + (next(10) === 0 ? next(count / 10) : next(20));
    lines.push(`${id},${start},${end},${(1 + next(100)) * 64 * 4 ** next(5)}`);
  }
  return `${lines.join("\n")}\n`;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of one process in milliseconds, and the peak it found. */
async function measure([command, args], file, env) {
  const printed = await must(command, [...args, file, planner, String(RUNS)], { env, quiet: true });
  const { peak, nanoseconds } = JSON.parse(printed);
  return { peak, milliseconds: median(nanoseconds.slice(WARM_UP)) / 1e6 };
}

function row(name, times, ratios) {
  const spread = (numbers, digits, unit) => {
    const [middle, least, most] = [median(numbers), Math.min(...numbers), Math.max(...numbers)]
      .map((number) => number.toFixed(digits));
    return `${middle}${unit} [${least}, ${most}]`;
  };
  const share = ratios.map((ratio) => (ratio - 1) * 100);
  return `${name.padEnd(6)}${spread(times, 3, " ms").padEnd(30)}${spread(share, 1, " %")}`;
}

await installPackages();
const env = { MEMO_MALLOC_LIB: await buildAddon("release") };
const contestants = { rust: [await buildProgram("memo-bench", "plan", "release"), []] };
for (const [name, [command, args]] of Object.entries(RUNTIMES)) {
  contestants[name] = [command, [...args, "bench/ts/plan.ts"]];
}

const folder = mkdtempSync(join(tmpdir(), "memo-bench-"));
const file = join(folder, "problem.csv");
writeFileSync(file, problem(Number(buffers)));
const names = Object.keys(contestants);
const times = Object.fromEntries(names.map((name) => [name, []]));
const peaks = new Set();
for (let round = 0; round < Number(rounds); round++) {
  const order = names.map((_, idx) => names[(idx + round) % names.length]);
  for (const name of order) {
    const { peak, milliseconds } = await measure(contestants[name], file, env);
    times[name].push(milliseconds);
    peaks.add(peak);
  }
}
rmSync(folder, { recursive: true });
if (peaks.size !== 1) throw new Error(`peaks differ: ${[...peaks].join(" ")}`);

console.log(`${buffers} buffers, ${planner}, peak ${[...peaks][0]}, ${rounds} rounds of ${RUNS}`);
console.log("      median [least, most]          against Rust, paired by round");
for (const name of names) {
  console.log(row(name, times[name], times[name].map((time, idx) => time / times.rust[idx])));
}
