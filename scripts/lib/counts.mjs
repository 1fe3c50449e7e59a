/**
 * Test counts: what was passed, failed, skipped, and why skipped.
 *
 * @module
 */

/** Nothing yet. */
export const NONE = { passed: 0, failed: 0, skipped: 0, reasons: [] };

/** The sum of several counts. */
export function sum(all) {
  return all.reduce((a, b) => ({
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    reasons: [...a.reasons, ...(b.reasons ?? [])],
  }), NONE);
}

/** The closing line. */
export function summary({ passed, failed, skipped }) {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

/**
 * What `cargo test` printed and its status, as counts. A test binary that started and did not end,
 * and a failure that no count shows (a compile error, a crash), count as one failure each.
 */
export function ofLibtest(printed, status) {
  const started = printed.match(/^running \d+ tests?$/gm) ?? [];
  const ended = [...printed.matchAll(
    /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm,
  )];
  const ignored = [...printed.matchAll(/^test (.+) \.\.\. ignored(?:, (.+))?$/gm)];
  const counts = sum(ended.map(([, passed, failed, skipped]) => ({
    passed: Number(passed),
    failed: Number(failed),
    skipped: Number(skipped),
  })));
  counts.reasons = ignored.map(([, name, reason]) => `${name}: ${reason ?? "no reason given"}`);
  counts.failed += started.length - ended.length;
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

/**
 * The reports of `scripts/uvu.mjs` by runtime (null for one that did not reach its end), as counts.
 * A missing report and a file that ran fewer tests in one runtime count as a failure each.
 */
export function ofRuntimes(reports) {
  const complaints = [];
  const counts = [];
  const ran = new Map();
  for (const [runtime, report] of Object.entries(reports)) {
    if (report === null) complaints.push(`${runtime}: did not finish`);
    for (const file of report ?? []) {
      counts.push({ ...file, reasons: skips(runtime, file) });
      const count = file.passed + file.failed + file.skipped;
      ran.set(file.file, { ...ran.get(file.file), [runtime]: count });
    }
  }
  const finished = Object.keys(reports).filter((runtime) => reports[runtime] !== null);
  for (const [file, by] of ran) {
    const found = finished.map((runtime) => by[runtime] ?? 0);
    if (new Set(found).size > 1) {
      complaints.push(`${file}: not the same number of tests: ${JSON.stringify(by)}`);
    }
  }
  const total = sum(counts);
  return { ...total, failed: total.failed + complaints.length, complaints };
}

function skips(runtime, { file, skipped }) {
  return skipped === 0 ? [] : [`${runtime}: ${file}: ${skipped} marked with test.skip or only`];
}
