/** The native library is found, or its absence is explained. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ROOT, runScript } from "./support/child.ts";

const EXAMPLE = "examples/plan.ts";
const EXPECTED = "peak 1536, lower bound 1536: optimal\n" +
  "buffer 0 at 0\nbuffer 1 at 1024\nbuffer 2 at 0\n";

test("the example says what its C sister says", () => {
  assert.equal(runScript(EXAMPLE), { status: 0, stdout: EXPECTED, stderr: "" });
});

test("the example of tiers spreads its buffers", () => {
  const stdout = "cost 41984, tiers 1,0,0, offsets 0,0,0\n";
  assert.equal(runScript("examples/tiers.ts"), { status: 0, stdout, stderr: "" });
});

test("a library that was asked for and is missing is fatal, and named", () => {
  const missing = join(ROOT, "no", "such", "library.so");
  const { status, stderr } = runScript(EXAMPLE, [], { MEMO_MALLOC_LIB: missing });
  assert.is.not(status, 0);
  assert.ok(stderr.includes(`named by MEMO_MALLOC_LIB cannot be loaded on ${process.platform}`));
  assert.ok(stderr.includes(`  ${missing}: `), stderr);
  assert.ok(stderr.includes("fix: point MEMO_MALLOC_LIB at the library of this version"), stderr);
});

test("a file that is no library is fatal, and named", () => {
  const file = join(ROOT, "package.json");
  const { status, stderr } = runScript(EXAMPLE, [], { MEMO_MALLOC_LIB: file });
  assert.is.not(status, 0);
  assert.ok(stderr.includes(`  ${file}: `), stderr);
});

test("a library of another version is fatal, and its version told", () => {
  const folder = mkdtempSync(join(tmpdir(), "memo-other-"));
  const library = join(folder, "other.so");
  const undefinedOnes = process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : [];
  const args = ["-shared", "-fPIC", ...undefinedOnes, "tests/fixtures/other_version.c"];
  const compiled = spawnSync("cc", [...args, "-o", library], { cwd: ROOT, encoding: "utf8" });
  assert.is(compiled.status, 0, compiled.stderr);
  const { status, stderr } = runScript(EXAMPLE, [], { MEMO_MALLOC_LIB: library });
  rmSync(folder, { recursive: true });
  assert.is.not(status, 0);
  assert.match(stderr, `  ${library}: has ABI version 999, this package needs `);
  assert.match(stderr, "fix: point MEMO_MALLOC_LIB at the library of this version");
});

test.run();
