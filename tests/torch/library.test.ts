/** The library for LibTorch is found, or its absence is explained. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { version } from "../../ts/torch.ts";
import { ROOT, runScript } from "../support/child.ts";

const test = suite<{ folder: string }>("library");
test.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "memo-torch-"));
});
test.after(({ folder }) => rmSync(folder, { recursive: true }));

/** What is said when the library is this file. */
function told(library: string, permissions?: readonly string[]): string {
  const env = { MEMO_TORCH_LIB: library };
  const { status, stdout, stderr } = runScript("tests/torch/opening.ts", [], env, permissions);
  assert.is(status, 0, stderr);
  return stdout;
}

test("the version is that of LibTorch", () => {
  assert.match(version(), /^libtorch \d+\.\d+\.\d+$/);
});

test("a library that is missing is named", () => {
  const missing = join(ROOT, "no", "such", "library.so");
  const text = told(missing);
  assert.match(
    text,
    "LIBRARY: the library for LibTorch named by MEMO_TORCH_LIB cannot be loaded on",
  );
  assert.match(text, `  ${missing}: `);
  assert.match(text, "fix: build the library for the LibTorch there is: LIBTORCH=FOLDER cargo");
});

test("a LibTorch that is missing is told of, with the version that is needed", ({ folder }) => {
  const bytes = readFileSync(process.env.MEMO_TORCH_LIB!);
  // A library of this name there is none.
  for (let at = 0; (at = bytes.indexOf("\0libtorch_cpu.so", at)) >= 0; at++) {
    bytes.write("\0libtorch_xyz.so", at, "latin1");
  }
  const library = join(folder, "without.so");
  writeFileSync(library, bytes);
  const text = told(library);
  assert.match(text, "NO_TORCH: ");
  assert.match(text, "libtorch_xyz.so");
  const [, number] = version().split(" ");
  assert.match(
    text,
    `fix: install LibTorch ${number}, name its folder in LD_LIBRARY_PATH, or build`,
  );
});

/** Permissions that are too few, and the fix. The other runtimes know none. */
const TOO_FEW: [string, string][] = "Deno" in globalThis
  ? [
    ["--allow-sys", "fix: run Deno with --allow-env=MEMO_TORCH_LIB --allow-ffi"],
    ["--allow-env=MEMO_TORCH_LIB", "fix: run Deno with --allow-ffi"],
  ]
  : [];

test("a missing permission is told of, with what is needed it opens", () => {
  const library = process.env.MEMO_TORCH_LIB!;
  for (const [permission, fix] of TOO_FEW) assert.match(told(library, [permission]), fix);
  assert.match(told(library, ["--allow-env=MEMO_TORCH_LIB", "--allow-ffi"]), "BAD_MODEL: ");
});

test.run();
