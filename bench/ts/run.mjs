/**
 * TypeScript `plan` against Rust on the same problem with the same planner:
 * `node bench/ts/run.mjs [BUFFERS] [PLANNER] [ROUNDS]`.
 *
 * Rust and the three runtimes wait in a process each; in a round every one plans once, one after
 * the other, in turning order. What counts is the ratio within a round, because the machine changes
 * between rounds; printed are medians over the rounds with the first and the third quartile. Rust is
 * timed on a problem it holds, TypeScript from checking its columns to the decoded answer.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../../scripts/lib/command.mjs";
import { buildAddon, buildProgram } from "../../scripts/lib/rust.mjs";
import { installPackages, RUNTIMES } from "../../scripts/lib/runtimes.mjs";
import { problem } from "../problem.mjs";

const [buffers = "10000", planner = "greedy_by_size", rounds = "100"] = process.argv.slice(2);

/** Rounds before any that counts: the runtimes compile what they run often. */
const WARM_UP_ROUNDS = 20;

/** A process that plans once each time it is asked. */
function contestant([command, args], file, library) {
  const child = spawn(command, [...args, file, planner], {
    cwd: ROOT,
    env: { ...process.env, MEMO_MALLOC_LIB: library },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async plan() {
      child.stdin.write("\n");
      const { value, done } = await answers.next();
      if (done) throw new Error(`${command} ended with ${child.exitCode}`);
      const [peak, nanoseconds] = value.split(" ").map(Number);
      return { peak, milliseconds: nanoseconds / 1e6 };
    },
    end: () => child.stdin.end(),
  };
}

/** Lets every contestant plan in each round; returns times by name, and asserts equal peaks. */
async function compete(contestants) {
  const names = Object.keys(contestants);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  const peaks = new Set();
  for (let round = -WARM_UP_ROUNDS; round < Number(rounds); round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round + WARM_UP_ROUNDS) % names.length];
      const { peak, milliseconds } = await contestants[name].plan();
      peaks.add(peak);
      if (round >= 0) times[name].push(milliseconds);
    }
  }
  if (peaks.size !== 1) throw new Error(`peaks differ: ${[...peaks].join(" ")}`);
  return { times, peak: [...peaks][0] };
}

/** The median with the quartiles beside it. */
function spread(numbers, digits, unit) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(digits);
  return `${at(0.5)} ${unit} [${at(0.25)}, ${at(0.75)}]`;
}

await installPackages();
const library = await buildAddon("release");
const commands = { rust: [await buildProgram("memo-bench", "plan", "release"), []] };
for (const [name, [command, args]] of Object.entries(RUNTIMES)) {
  commands[name] = [command, [...args, "bench/ts/plan.ts"]];
}

const folder = mkdtempSync(join(tmpdir(), "memo-bench-"));
const file = join(folder, "problem.csv");
writeFileSync(file, problem(Number(buffers)));
const contestants = Object.fromEntries(
  Object.entries(commands).map(([name, command]) => [name, contestant(command, file, library)]),
);
const { times, peak } = await compete(contestants);
for (const { end } of Object.values(contestants)) end();
rmSync(folder, { recursive: true });

console.log(`${buffers} buffers, ${planner}, peak ${peak}, ${rounds} rounds`);
console.log("      median [quartiles]            against Rust, paired by round");
for (const [name, own] of Object.entries(times)) {
  const more = own.map((time, round) => (time / times.rust[round] - 1) * 100);
  console.log(`${name.padEnd(6)}${spread(own, 3, "ms").padEnd(30)}${spread(more, 1, "%")}`);
}
