/**
 * `memo plan` from the shell: `node bench/cli/run.mjs [BUFFERS] [ROUNDS]`.
 *
 * Each round starts fresh processes, one after the other, in turning order: `true` (what starting
 * any process costs here), `memo --version` (what starting memo costs), and `memo plan` with its
 * plan written to a file. Printed are the medians over the rounds, with the least and the most,
 * from before the start to the end of the process.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must, ROOT } from "../../scripts/lib/command.mjs";
import { problem } from "../problem.mjs";

const [buffers = 1000, rounds = 101] = process.argv.slice(2).map(Number);

/** Runs a program to its end; returns the milliseconds it took. */
function timed([program, ...args]) {
  const start = process.hrtime.bigint();
  const { status, error, stderr } = spawnSync(program, args, { encoding: "utf8" });
  const end = process.hrtime.bigint();
  if (status !== 0) throw error ?? new Error(`${program} ${args.join(" ")}: ${status}\n${stderr}`);
  return Number(end - start) / 1e6;
}

function spread(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], least: sorted[0], most: sorted.at(-1) };
}

await must("cargo", ["build", "--release", "--package", "memo-cli", "--quiet"]);
const memo = join(ROOT, "target/release/memo");
const folder = mkdtempSync(join(tmpdir(), "memo-bench-"));
try {
  const input = join(folder, "in.csv");
  writeFileSync(input, problem(buffers));
  const output = (name) => ["-o", join(folder, name), "--force"];
  const commands = [
    ["true", ["true"]],
    ["memo --version", [memo, "--version"]],
    ["memo plan, no output", [memo, "plan", input]],
    ["memo plan -o out.json", [memo, "plan", input, ...output("out.json")]],
    ["memo plan -o out.csv", [memo, "plan", input, ...output("out.csv")]],
  ].map(([name, command]) => ({ name, command, times: [] }));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < commands.length; turn++) {
      const { command, times } = commands[(round + turn) % commands.length];
      times.push(timed(command));
    }
  }
  console.log(`${buffers} buffers, ${rounds} fresh processes each, milliseconds`);
  for (const { name, times } of commands) {
    const { median, least, most } = spread(times);
    const range = `[${least.toFixed(2)}, ${most.toFixed(2)}]`;
    console.log(`${name.padEnd(24)} ${median.toFixed(2).padStart(7)}  ${range}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
