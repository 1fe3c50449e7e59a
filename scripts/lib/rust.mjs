/**
 * The Rust side of the tests.
 *
 * @module
 */

import { join } from "node:path";

import { must, run } from "./command.mjs";
import { NONE, ofLibtest, sum } from "./counts.mjs";
import { findTools } from "./tools.mjs";

/** The crates that need a LibTorch to build. */
const OF_TORCH = ["memo-torch", "memo-torch-c", "memo-torch-node"];

/** Runs every Rust test; those that need LibTorch only where there is one. */
export async function testRust({ torch, reason }) {
  const chosen = torch === null
    ? OF_TORCH.flatMap((crate) => ["--exclude", crate])
    : ["--features", "memo-cli/torch"];
  const args = ["test", "--workspace", "--no-fail-fast", ...chosen];
  const { status, stdout } = await run("cargo", args, { env: torch?.env });
  const counts = await withTools(ofLibtest(stdout, status));
  if (torch !== null) return counts;
  const skipped = { ...NONE, skipped: 1, reasons: [`${OF_TORCH.join(", ")}: ${reason}`] };
  return sum([counts, skipped]);
}

/** Where their programs can be had, the tests that were ignored for want of them are run and counted. */
async function withTools(counts) {
  const { env, reason } = await findTools();
  if (env === null) {
    return { ...counts, reasons: counts.reasons.map((test) => `${test}: ${reason}`) };
  }
  const args = ["test", "--package=memo-formats", "--test=tools", "--", "--ignored"];
  const { status, stdout } = await run("cargo", args, { env });
  const ran = ofLibtest(stdout, status);
  const left = counts.skipped - ran.passed - ran.failed;
  const names = [...stdout.matchAll(/^test (\S+) \.\.\. /gm)].map(([, name]) => name);
  const reasons = counts.reasons.filter((text) => !names.includes(text.split(":", 1)[0]));
  return sum([{ ...counts, skipped: Math.max(0, left), reasons }, ran]);
}

/** Runs the lock-free parts of the arena in every order that the memory model allows. */
export async function testOrders() {
  const args = ["test", "--package=memo-malloc", "--lib", "interleavings"];
  const env = { RUSTFLAGS: "--cfg loom", CARGO_TARGET_DIR: join("target", "loom") };
  const { status, stdout } = await run("cargo", args, { env });
  return ofLibtest(stdout, status);
}

/** Builds the native library for the JavaScript runtimes; returns its path. */
export async function buildAddon(profile = "dev", chosen = []) {
  return library(await build("memo-malloc-node", "memo_malloc_node", profile, chosen));
}

/** Builds the library for a LibTorch, for the same runtimes; returns its path. */
export async function buildTorchAddon({ env }, profile = "dev") {
  return library(await build("memo-torch-node", "memo_torch_node", profile, [], env));
}

function library({ filenames }) {
  return filenames.find((name) => /\.(so|dylib|dll)$/.test(name));
}

/** Builds a program; returns its path. */
export async function buildProgram(crate, name, profile = "dev", chosen = []) {
  return (await build(crate, name, profile, ["--bin", name, ...chosen])).executable;
}

/** Builds a crate; returns what cargo says of one of its targets. */
async function build(crate, target, profile, chosen, env = {}) {
  const args = ["build", "--package", crate, "--profile", profile, ...chosen];
  const format = "--message-format=json-render-diagnostics";
  const printed = await must("cargo", [...args, "--quiet", format], { quiet: true, env });
  const messages = printed.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const artifact = messages.find((message) =>
    message.reason === "compiler-artifact" && message.target.name === target
  );
  if (artifact === undefined) throw new Error(`cargo did not say where ${target} of ${crate} is`);
  return artifact;
}
