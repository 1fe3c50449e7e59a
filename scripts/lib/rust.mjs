/**
 * The Rust side of the tests.
 *
 * @module
 */

import { must, run } from "./command.mjs";
import { NONE, ofLibtest, sum } from "./counts.mjs";

/** Runs every Rust test; those that need LibTorch only where there is one. */
export async function testRust(torch) {
  const chosen = torch === null ? ["--exclude", "memo-torch"] : ["--features", "memo-cli/torch"];
  const args = ["test", "--workspace", "--no-fail-fast", ...chosen];
  const { status, stdout } = await run("cargo", args, { env: torch?.env });
  const counts = ofLibtest(stdout, status);
  if (torch !== null) return counts;
  const skipped = { ...NONE, skipped: 1, reasons: ["memo-torch: no LibTorch, see above"] };
  return sum([counts, skipped]);
}

/** Builds the native library for the JavaScript runtimes; returns its path. */
export async function buildAddon(profile = "dev") {
  const printed = await must("cargo", [
    "build",
    "--quiet",
    "--package=memo-malloc-node",
    `--profile=${profile}`,
    "--message-format=json-render-diagnostics",
  ], { quiet: true });
  const artifacts = printed.split("\n").filter((line) => line.includes('"compiler-artifact"'));
  const addon = artifacts.map((line) => JSON.parse(line))
    .find(({ target }) => target.name === "memo_malloc_node");
  if (addon === undefined) throw new Error("cargo did not say where the addon is");
  return addon.filenames.find((name) => /\.(so|dylib|dll)$/.test(name));
}
