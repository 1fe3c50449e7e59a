/**
 * What a hand-out and a free that go as planned may cost, in instructions: no call, no lock, and
 * hardly more of them and of their loads than when these limits were set.
 *
 * @module
 */

import { buildProgram } from "./rust.mjs";
import { must, run } from "./command.mjs";
import { NONE } from "./counts.mjs";

/**
 * Of x86-64, from entry to the return, with those that keep the size for a fallback. Rust 1.95 made
 * 32 with 16 loads, and 37 with 11; another compiler may need a few more.
 */
const MOST = {
  alloc: { instructions: 35, loads: 17 },
  free: { instructions: 40, loads: 13 },
};

/** Disassembles the program that measures the arena. */
export async function testInstructions() {
  const reason = await missing();
  if (reason) return { ...NONE, skipped: 1, reasons: [`instructions: ${reason}`] };
  const program = await buildProgram("memo-bench", "arena", "release");
  const text = await must("objdump", ["-dC", "--no-show-raw-insn", program], { quiet: true });
  const complaints = Object.entries(MOST).map(([name, most]) => judged(text, name, most));
  for (const complaint of complaints.flat()) console.error(complaint);
  const failed = complaints.filter((found) => found.length > 0).length;
  return { ...NONE, passed: complaints.length - failed, failed };
}

async function missing() {
  if (process.arch !== "x64") return "the limits are for x86-64";
  const { status } = await run("objdump", ["--version"], { quiet: true });
  return status === 0 ? undefined : "needs objdump (apt-get install binutils)";
}

/** What is wrong with one of the two. */
function judged(text, name, most) {
  const path = pathOf(text, name);
  if (path === undefined) return [`${name}: not found in the disassembly`];
  const loads = path.filter(isLoad).length;
  console.log(`${name}: ${path.length} instructions, ${loads} loads`);
  return [
    [path.some((line) => /^(call|lock)/.test(line)), "calls, or takes a lock"],
    [path.length > most.instructions, `more than ${most.instructions} instructions`],
    [loads > most.loads, `more than ${most.loads} loads`],
  ].filter(([wrong]) => wrong).map(([, complaint]) => `${name}: ${complaint}`);
}

/** The instructions from its entry to its first return, without padding: no jump is taken. */
function pathOf(text, name) {
  const head = new RegExp(`^[0-9a-f]+ <.*replay::Planned as .*::${name}>:$`, "m").exec(text);
  if (head === null) return undefined;
  const body = text.slice(head.index).split("\n\n", 1)[0].split("\n").slice(1);
  const lines = body.map((line) => line.split("\t")[1]?.trim() ?? "");
  const end = lines.findIndex((line) => line.startsWith("ret"));
  return end < 0 ? undefined : lines.slice(0, end + 1).filter((line) => !/nop/.test(line));
}

/** Reads memory: an address as a source, or compared with; `lea` has one and reads nothing. */
function isLoad(line) {
  if (line.startsWith("lea")) return false;
  return /^\w+\s+\S*\(/.test(line) && /\),%|^cmp|^test/.test(line) || /^pop/.test(line);
}
