/**
 * Everything: `npm test`, or `npm test -- rust` and `npm test -- ts` for a part.
 *
 * Does its own set-up, then runs the Rust tests (those of the C ABI and of LibTorch among them) and
 * the uvu files in Node, Bun and Deno. The last line is `N passed, N failed`, with the skipped
 * where there are any. Needs Node ≥ 20, npm and Rust.
 *
 * @module
 */

import { sum, summary } from "./lib/counts.mjs";
import { buildAddon, testRust } from "./lib/rust.mjs";
import { installPackages, testRuntimes } from "./lib/runtimes.mjs";
import { findTorch } from "./lib/torch.mjs";

const PARTS = {
  rust: async () => testRust(await findTorch()),
  ts: async () => {
    await installPackages();
    return testRuntimes(await buildAddon());
  },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((part) => !(part in PARTS));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(" ")}; known: ${Object.keys(PARTS).join(" ")}`);
  process.exit(2);
}

const counts = [];
for (const part of wanted.length > 0 ? wanted : Object.keys(PARTS)) {
  console.log(`\n=== ${part}`);
  try {
    counts.push(await PARTS[part]());
  } catch (error) {
    console.error(error.message);
    counts.push({ passed: 0, failed: 1, skipped: 0 });
  }
}
const total = sum(counts);
for (const reason of total.reasons) console.log(`skipped: ${reason}`);
console.log(`\n${summary(total)}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
