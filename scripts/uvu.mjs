/**
 * Runs uvu files in the runtime that runs this script: `node scripts/uvu.mjs FOLDER`.
 *
 * uvu alone lets a file pass that forgets `test.run()`, or whose tests never finish. Its queue is
 * therefore driven here, and the closing `@report` line is what tells the caller that all was run.
 *
 * @module
 */

import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const SUFFIX = ".test.ts";
const folder = resolve(process.argv[2] ?? "tests");
const files = readdirSync(folder).filter((name) => name.endsWith(SUFFIX)).sort();

// Both must be set before uvu is loaded: it then queues what `test.run()` is called for.
globalThis.UVU_DEFER = 1;
globalThis.UVU_QUEUE = [];

const report = [];
for (const file of files) report.push(await runFile(file));
if (report.length === 0) console.error(`no *${SUFFIX} in ${folder}`);
const failed = report.length === 0 || report.some((file) => file.failed > 0);
console.log(`@report ${JSON.stringify(report)}`);
process.exit(failed ? 1 : 0);

/** Loads one file and runs what it queued. */
async function runFile(file) {
  console.log(file);
  const counts = { file, passed: 0, failed: 0, skipped: 0 };
  const queue = [];
  globalThis.UVU_INDEX = globalThis.UVU_QUEUE.push(queue) - 1;
  try {
    await import(pathToFileURL(resolve(folder, file)).href);
  } catch (error) {
    return refused(counts, error.stack ?? String(error));
  }
  if (queue.length === 0) return refused(counts, "no suite was run: is `test.run()` missing?");
  for (const suite of queue) {
    const [errors, passed, skipped, total] = await suite();
    counts.passed += passed;
    counts.skipped += skipped;
    counts.failed += total - passed;
    if (typeof errors === "string") console.error(errors);
  }
  return counts.passed + counts.failed === 0 ? refused(counts, "no test was run") : counts;
}

function refused(counts, reason) {
  console.error(`  ${counts.file}: ${reason}`);
  return { ...counts, failed: counts.failed + 1 };
}
