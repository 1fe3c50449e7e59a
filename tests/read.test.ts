/** Problems out of files and bytes. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { plan, type ReadProblem, readProblem, type ReadTieredProblem } from "../ts/mod.ts";
import { native } from "../ts/native.ts";
import { refusal } from "./support/codes.ts";

const CSV = "id,lower,upper,size\na,0,3,4\nbé,3,9,5\n";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** uvu finds no two typed arrays with NaN equal. */
function plain(problem: ReadProblem | ReadTieredProblem): unknown {
  return Object.values(problem).map((part) => typeof part === "number" ? part : [...part]);
}

const test = suite<{ folder: string }>("read");
test.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "memo-malloc-"));
});
test.after(({ folder }) => rmSync(folder, { recursive: true }));

test("bytes give columns that can be planned", () => {
  const problem = readProblem(bytes(CSV), { name: "x.csv" });
  assert.equal([...problem.sizes], [4, 5]);
  assert.equal([...problem.starts], [0, 3]);
  assert.equal([...problem.ends], [3, 9]);
  assert.equal([...problem.alignments], [1, 1]);
  assert.equal([...problem.pins], [NaN, NaN]);
  assert.equal(problem.ids, ["a", "bé"]);
  assert.is(problem.capacity, undefined);
  const answer = plan(problem);
  assert.is("peak" in answer && answer.peak, 5);
});

test("a path, a URL and compressed bytes give the same", ({ folder }) => {
  const path = join(folder, "buffers.csv");
  writeFileSync(path, CSV);
  const problem = plain(readProblem(path));
  assert.equal(plain(readProblem(pathToFileURL(path))), problem);
  assert.equal(plain(readProblem(gzipSync(CSV), { name: "x.csv.gz" })), problem);
  assert.equal(plain(readProblem(bytes(CSV))), problem);
});

test("what XLA has planned is read", () => {
  const made = new URL("../crates/formats/tests/made/loop.hlo.pb", import.meta.url);
  const problem = readProblem(made);
  assert.equal(problem.ids.slice(0, 2), ["copy.8", "wrapped_compare"]);
  const answer = plan(problem);
  assert.ok("peak" in answer && answer.peak > 0 && answer.peak <= 6552);
});

test("a view is read from where it begins", () => {
  const padded = bytes(`####${CSV}`);
  assert.equal(plain(readProblem(padded.subarray(4))), plain(readProblem(bytes(CSV))));
});

test("a problem that was read is closed again", () => {
  const place = (): number => {
    const handle = new Uint32Array(1);
    const csv = bytes(CSV) as Uint8Array<ArrayBuffer>;
    native().memo_problem_read(bytes("x\0") as typeof csv, csv, csv.length, handle);
    assert.is(native().memo_problem_close(handle[0]!), 0);
    return handle[0]! & 0xffff;
  };
  const before = place();
  readProblem(bytes(CSV));
  assert.throws(() => readProblem(bytes("lower,upper,size\n0,1,9007199254740993\n")));
  assert.is(place(), before);
});

test("a missing file is named", ({ folder }) => {
  const path = join(folder, "missing.csv");
  const error = refusal(() => readProblem(path));
  assert.is(error.code, "IO");
  assert.ok(error.message.includes(path), error.message);
});

test("a broken file is named with the place and the fix", () => {
  const error = refusal(() => readProblem(bytes("lower,upper,size\n0,1,x\n"), { name: "b.csv" }));
  assert.is(error.code, "MALFORMED");
  assert.match(error.message, /^b\.csv:2:3: .+\nfix: .+/);
});

test("truncated bytes are refused", () => {
  const whole = gzipSync(CSV);
  const error = refusal(() => readProblem(whole.subarray(0, whole.length - 9), { name: "t.gz" }));
  assert.is(error.code, "MALFORMED");
  assert.is(refusal(() => readProblem(new Uint8Array(0), { name: "e" })).message.slice(0, 2), "e:");
});

test("a size that a double cannot hold is refused, not rounded", () => {
  const error = refusal(() => readProblem(bytes("lower,upper,size\n0,1,9007199254740993\n")));
  assert.is(error.code, "BAD_ARGUMENT");
  assert.match(error.message, /9007199254740993 is beyond 9007199254740991/);
});

test.run();
