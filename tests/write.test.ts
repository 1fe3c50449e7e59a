/** Plans into files and pictures, and back. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type Buffers,
  check,
  encodePlan,
  plan,
  readProblem,
  render,
  type TieredBuffers,
  writePlan,
} from "../ts/mod.ts";
import { refusal } from "./support/codes.ts";

const problem: Buffers = {
  buffers: [
    { id: "weights", size: 1024, intervals: [[0, 3], [8, 9]] },
    { id: "bé", size: 512, start: 0, end: 4, alignment: 8 },
    { size: 512, start: 3, end: 9, pin: 0 },
  ],
  capacity: 4096,
};
const tied: Buffers = { ...problem, apart: [[1, 2]] };
const tiered: TieredBuffers = {
  buffers: problem.buffers.map(({ pin: _, ...buffer }) => buffer),
  tiers: [{ name: "fast", capacity: 1024, cost: 1 }, { name: "slow", cost: 9 }],
};

function planned<T>(found: T): Extract<T, { offsets: Float64Array<ArrayBuffer> }> {
  if (!("offsets" in (found as object))) throw new Error(JSON.stringify(found));
  return found as Extract<T, { offsets: Float64Array<ArrayBuffer> }>;
}

const test = suite<{ folder: string }>("write");
test.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "memo-malloc-"));
});
test.after(({ folder }) => rmSync(folder, { recursive: true }));

for (const name of ["plan.json", "plan.csv", "plan.json.gz", "plan.csv.gz"]) {
  test(`${name} holds the problem that was planned`, ({ folder }) => {
    const answer = planned(plan(problem));
    const path = join(folder, name);
    writePlan(path, problem, answer);
    assert.is(readFileSync(path).subarray(0, 2).toString("hex") === "1f8b", name.endsWith("gz"));
    const read = readProblem(path);
    assert.equal(read.ids, ["weights", "bé", "2"]);
    assert.equal([...read.sizes], [1024, 512, 512]);
    assert.equal([...read.intervals!.ends], [3, 9]);
    const { alignments, pins } = read;
    assert.equal([...alignments], [1, 8, 1]);
    if (name.includes("json")) assert.is(pins[2], 0);
    const again = planned(plan({ ...read, tiers: undefined, capacity: undefined }));
    assert.is(again.peak, answer.peak);
    assert.equal(new Uint8Array(readFileSync(path)), encodePlan(name, problem, answer));
  });
}

test("ties and tiers are kept", () => {
  const read = readProblem(encodePlan("x.json", tied, planned(plan(tied))));
  assert.equal([...read.apart!], [1, 2]);
  const spread = planned(plan(tiered));
  const back = readProblem(encodePlan("x.json", tiered, spread));
  assert.equal(back.tiers, tiered.tiers);
  assert.equal(back.ids, ["weights", "bé", "2"]);
  assert.is(refusal(() => encodePlan("x.csv", tied, planned(plan(tied)))).code, "UNSUPPORTED");
});

test("what was read is written with its ids", () => {
  const read = readProblem(encodePlan("x.csv", problem, planned(plan(problem))));
  if (read.tiers !== undefined) throw new Error("there are no tiers");
  const text = new TextDecoder().decode(encodePlan("y.csv", read, planned(plan(read))));
  assert.match(text, "weights,");
});

test("a file that is there stays, unless told", ({ folder }) => {
  const path = join(folder, "kept.json");
  const answer = planned(plan(problem));
  writePlan(path, problem, answer);
  const before = readFileSync(path, "utf8");
  const error = refusal(() => writePlan(path, problem, answer));
  assert.is(error.code, "FILE_EXISTS");
  assert.ok(error.message.includes(path));
  writePlan(pathToFileURL(path), tied, planned(plan(tied)), { overwrite: true });
  assert.is.not(readFileSync(path, "utf8"), before);
  assert.ok(readdirSync(folder).every((name) => !name.endsWith(".part")));
});

test("what cannot be written leaves nothing", ({ folder }) => {
  const answer = planned(plan(problem));
  const code = (name: string) => refusal(() => writePlan(join(folder, name), problem, answer)).code;
  assert.is(code("x.txt"), "UNKNOWN_FORMAT");
  assert.is(code("no/such/x.json"), "IO");
  const moved = { ...answer, peak: answer.peak + 1 };
  const path = join(folder, "wrong.json");
  assert.is(refusal(() => writePlan(path, problem, moved)).code, "PEAK_WRONG");
  assert.not.ok(existsSync(path));
  // deno-lint-ignore no-explicit-any
  const wrong = refusal(() => writePlan(7 as any, problem, answer));
  assert.match(wrong.message, "path 7 must be a path or a URL");
  const elsewhere = refusal(() => writePlan(new URL("https://x.test/y"), problem, answer));
  assert.match(elsewhere.message, "path https://x.test/y must be a file URL");
});

test("options of the room count as they do for check", () => {
  const bare = problem.buffers.slice(1);
  const answer = planned(plan(bare, { align: 64 }));
  assert.equal(check(bare, answer, { align: 64 }), { valid: true });
  const read = readProblem(encodePlan("x.json", bare, answer, { align: 64 }));
  assert.equal([...read.alignments], [64, 64]);
  const error = refusal(() => encodePlan("x.json", bare, answer, { capacity: 8 }));
  assert.is(error.code, "OVER_CAPACITY");
});

test("pictures are whole and escaped", () => {
  const answer = planned(plan(problem));
  const svg = render(problem, answer, { title: "a <b> & c" });
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*<\/svg>\n$/);
  assert.match(svg, "<title>a &lt;b&gt; &amp; c</title>");
  const html = render(problem, answer, { title: "t", format: "html" });
  assert.match(html, /^<!doctype html>\n[^]*<title>t<\/title>\n<svg [^]*<\/svg>\n<\/html>\n$/);
  assert.match(render(tiered, planned(plan(tiered))), "fast");
  const packed = encodePlan("x.csv.gz", problem, answer);
  assert.match(gunzipSync(packed).toString(), "weights");
  // deno-lint-ignore no-explicit-any
  const wrong = refusal(() => render(problem, answer, { format: "gif" } as any));
  assert.match(wrong.message, 'format "gif" (a string) must be "svg" or "html"');
});

test.run();
