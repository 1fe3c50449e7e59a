/** The harness fails what uvu alone would let pass. */

import { test } from "uvu";
import * as assert from "uvu/assert";
import { ofLibtest, ofRuntimes, summary } from "../scripts/lib/counts.mjs";
import { runScript } from "./support/child.ts";

/** What the harness says of a folder of `tests/broken`. */
function harness(folder: string): { status: number | null; report: unknown } {
  const { status, stdout } = runScript("scripts/uvu.mjs", [`tests/broken/${folder}`]);
  const report = /^@report (.+)$/m.exec(stdout);
  return { status, report: report && JSON.parse(report[1]!) };
}

const failed = (file: string, failed: number, passed: number = 0) => ({
  status: 1,
  report: [{ file: `${file}.test.ts`, passed, failed, skipped: 0 }],
});

test("a file that forgets test.run() fails", () => {
  assert.equal(harness("not_run"), failed("not_run", 1));
});

test("a file that cannot be imported fails", () => {
  assert.equal(harness("no_import"), failed("no_import", 1));
});

test("a failing test fails, beside one that passes", () => {
  assert.equal(harness("failing"), failed("failing", 1, 1));
});

test("a test that never ends leaves no report", () => {
  assert.is(harness("never_ending").report, null);
});

test("a test that exits leaves no report", () => {
  assert.is(harness("exiting").report, null);
});

test("a folder without tests fails", () => {
  assert.equal(harness("empty"), { status: 1, report: [] });
});

test("runtimes that run fewer tests fail", () => {
  const file = (passed: number) => [{ file: "a", passed, failed: 0, skipped: 0 }];
  assert.is(ofRuntimes({ node: file(3), bun: file(3), deno: file(3) }).failed, 0);
  assert.is(ofRuntimes({ node: file(3), bun: file(2), deno: file(3) }).failed, 1);
  assert.is(ofRuntimes({ node: file(3), bun: [], deno: file(3) }).failed, 1);
  assert.is(ofRuntimes({ node: file(3), bun: file(3), deno: null }).failed, 1);
});

test("libtest's counts are summed, a crash and a compile error count", () => {
  const ran = (result: string) => `running 3 tests\n${result}\n`;
  const fine = ran("test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured") +
    "test slow ... ignored, needs an hour\n";
  assert.equal(ofLibtest(fine + fine, 0), {
    passed: 4,
    failed: 0,
    skipped: 2,
    reasons: ["slow: needs an hour", "slow: needs an hour"],
  });
  assert.is(ofLibtest(fine + ran("abort"), 101).failed, 1);
  assert.is(ofLibtest(ran("test result: FAILED. 1 passed; 2 failed; 0 ignored"), 101).failed, 2);
  assert.is(ofLibtest("", 101).failed, 1);
});

test("the closing line", () => {
  const counts = { passed: 5, failed: 1, skipped: 0 };
  assert.is(summary(counts), "5 passed, 1 failed");
  assert.is(summary({ ...counts, skipped: 2 }), "5 passed, 1 failed, 2 skipped");
});

test.run();
