/**
 * Everything: `npm test`; a part: `npm test -- rust`.
 *
 * Does its own set-up, then runs the Rust tests (those of the C ABI and of LibTorch among them), the
 * lock-free parts under a model checker, the uvu files in Node, Bun and Deno, LibTorch among them,
 * reports in a browser, and the packages as users install them. The last line is `N passed, N failed`,
 * with the skipped where there are any. Needs Node ≥ 20, npm and Rust.
 *
 * @module
 */

import { testReports } from "./lib/browser.mjs";
import { sum, summary } from "./lib/counts.mjs";
import { testInstalled } from "./lib/installed.mjs";
import { testInstructions } from "./lib/instructions.mjs";
import { testRelease } from "./lib/release.mjs";
import { buildAddon, testOrders, testRust } from "./lib/rust.mjs";
import { installPackages, testRuntimes } from "./lib/runtimes.mjs";
import { testSanitizers } from "./lib/sanitizers.mjs";
import { findTorch } from "./lib/torch.mjs";
import { testTorch } from "./lib/torch_runtimes.mjs";

const PARTS = {
  rust: async () => testRust(await findTorch()),
  orders: testOrders,
  ts: async () => {
    await installPackages();
    return testRuntimes(await buildAddon());
  },
  torch: async () => {
    await installPackages();
    return testTorch(await findTorch());
  },
  reports: async () => {
    await installPackages();
    return testReports();
  },
  packages: async () => {
    await installPackages();
    return testInstalled();
  },
};

/** Only when asked for, by name or with `--all`: they fetch more than a gigabyte, or build much. */
const LARGE_PARTS = {
  instructions: testInstructions,
  release: async () => testRelease((await findTorch()).torch),
};

/** Only when asked for by name: they take many minutes. */
const SLOW_PARTS = {
  sanitizers: testSanitizers,
};

const KNOWN = { ...PARTS, ...LARGE_PARTS, ...SLOW_PARTS };
const args = process.argv.slice(2);
const wanted = args.includes("--all") ? Object.keys({ ...PARTS, ...LARGE_PARTS }) : args;
const unknown = wanted.filter((part) => !(part in KNOWN));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(" ")}; known: ${Object.keys(KNOWN).join(" ")}, --all`);
  process.exit(2);
}

const counts = [];
for (const part of wanted.length > 0 ? wanted : Object.keys(PARTS)) {
  console.log(`\n=== ${part}`);
  try {
    counts.push(await KNOWN[part]());
  } catch (error) {
    console.error(error.message);
    counts.push({ passed: 0, failed: 1, skipped: 0 });
  }
}
const total = sum(counts);
for (const reason of total.reasons) console.log(`skipped: ${reason}`);
console.log(`\n${summary(total)}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
