/** Runs of ONNX Runtime as problems. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type * as Ort from "onnxruntime-node";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { captureOnnx, readOnnxProfile, type Recorded } from "../ts/capture.ts";
import { check, plan, type ReadProblem, readProblem } from "../ts/mod.ts";
import { ROOT } from "./support/child.ts";
import { refusal, rejection } from "./support/codes.ts";

/** A network that PyTorch exported: convolutions, attention, views, shapes that are computed. */
const MODEL = join(ROOT, "crates", "formats", "tests", "made", "net.onnx");

/** Where the package has a library. */
const PLATFORMS = ["linux x64", "linux arm64", "darwin arm64", "win32 x64", "win32 arm64"];
const platform = `${process.platform} ${process.arch}`;
const isThere = PLATFORMS.includes(platform);
const ort = (isThere ? await import("onnxruntime-node") : undefined) as typeof Ort;

const test = suite("capture onnx");
const onPlatform = isThere ? test : test.skip;
if (!isThere) console.log(`skipped: onnxruntime-node has no library for ${platform}`);

const feeds = (): Record<string, Ort.Tensor> => ({
  x: new ort.Tensor("float32", new Float32Array(2 * 3 * 24 * 28).fill(1), [2, 3, 24, 28]),
});

/** A profile of this many runs, and the model that ran. */
async function profiled(runs: number, level: "disabled" | "all"): Promise<[string, Uint8Array]> {
  const folder = mkdtempSync(join(tmpdir(), "memo-test-"));
  try {
    const session = await ort.InferenceSession.create(MODEL, {
      graphOptimizationLevel: level,
      enableProfiling: true,
      profileFilePrefix: join(folder, "profile"),
      optimizedModelFilePath: join(folder, "model.onnx"),
      logSeverityLevel: 3,
    });
    for (let run = 0; run < runs; run++) await session.run(feeds());
    session.endProfiling();
    await session.release();
    const name = readdirSync(folder).find((name) => name.startsWith("profile"))!;
    return [readFileSync(join(folder, name), "utf8"), readFileSync(join(folder, "model.onnx"))];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A number in groups of seven bits. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [128 + value % 128, ...varint(Math.floor(value / 128))];
}

/** A text or message in field `number`. */
function field(number: number, content: Uint8Array | string): number[] {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return [8 * number + 2, ...varint(bytes.length), ...bytes];
}

/** The number, bytes and content of each field of a message without fields of fixed width. */
function fieldsOf(message: Uint8Array): [number: number, all: Uint8Array, content: Uint8Array][] {
  const found: ReturnType<typeof fieldsOf> = [];
  for (let at = 0; at < message.length;) {
    const number = () => {
      let [value, unit] = [0, 1];
      for (;; unit *= 128) {
        const byte = message[at++]!;
        value += (byte % 128) * unit;
        if (byte < 128) return value;
      }
    };
    const [start, key, value] = [at, number(), number()];
    const from = at;
    if (key % 8 === 2) at += value;
    found.push([key >> 3, message.subarray(start, at), message.subarray(from, at)]);
  }
  return found;
}

/** The model with its nodes in the order in which they ran: that of a profile. */
function inOrder(model: Uint8Array, profile: string): Uint8Array {
  const events = JSON.parse(profile) as { cat: string; name: string }[];
  const ran = events.flatMap(({ cat, name }) =>
    cat === "Node" ? name.replace(/_kernel_time$/, "") : []
  );
  const nameOf = (node: Uint8Array): string =>
    new TextDecoder().decode(fieldsOf(node).find(([number]) => number === 3)![2]);
  const reordered = (graph: Uint8Array): Uint8Array => {
    const fields = fieldsOf(graph);
    const nodes = new Map(
      fields.flatMap(([number, all, content]) => number === 1 ? [[nameOf(content), all]] : []),
    );
    const others = fields.flatMap(([number, all]) => number === 1 ? [] : [...all]);
    return Uint8Array.from([...ran.flatMap((name) => [...nodes.get(name)!]), ...others]);
  };
  return Uint8Array.from(
    fieldsOf(model).flatMap(([number, all, content]) =>
      number === 7 ? field(7, reordered(content)) : [...all]
    ),
  );
}

/** Each buffer by its id, as it is written in a message. */
function told({ buffers, escapes }: Recorded): string[] {
  const all = [...buffers, ...escapes];
  return all.map(({ id, size, start, end }) => `${id}: ${size} [${start}, ${end})`).sort();
}

onPlatform("a run asks for what the core infers from the model", async () => {
  const [profile, model] = await profiled(1, "disabled");
  const { sizes, starts, ends, ids } = readProblem(inOrder(model, profile)) as ReadProblem;
  const inferred = ids.map((id, idx) => `${id}: ${sizes[idx]} [${starts[idx]}, ${ends[idx]})`);
  const recorded = told(readOnnxProfile(profile, model));
  assert.equal(recorded, inferred.filter((text) => !text.startsWith("x: ")).sort());
  assert.ok(recorded.length > 70);
});

onPlatform("a captured run can be planned, with the op of each buffer", async () => {
  const { buffers, escapes, arenaPeak } = await captureOnnx(ort, MODEL, feeds());
  assert.equal(escapes.map(({ id, op, size }) => [id, op, size]).sort(), [
    ["154", "ReduceMax", 4 * 64 * 4],
    ["158", "ReduceSum", 2 * 12 * 4],
    ["159", "ArgMax", 2 * 64 * 8],
  ]);
  assert.is(new Set(buffers.map(({ id }) => id)).size, buffers.length);
  // Only the graph that was optimized has this op; its result is what attention needs most.
  const largest = buffers.reduce((a, b) => b.size > a.size ? b : a);
  assert.equal([largest.op, largest.size], ["FusedMatMul", 2 * 64 * 64 * 4]);
  const answer = plan(buffers, { align: 64 });
  assert.is(answer.status, "optimal");
  assert.ok("peak" in answer && check(buffers, answer, { align: 64 }).valid);
  assert.ok(arenaPeak !== null && arenaPeak >= largest.size);
});

onPlatform("a model may be bytes, and options are the runtime's", async () => {
  const options = { graphOptimizationLevel: "disabled", executionMode: "parallel" };
  const fromBytes = await captureOnnx(ort, readFileSync(MODEL), feeds(), options);
  const [profile, model] = await profiled(1, "disabled");
  assert.equal(told(fromBytes), told(readOnnxProfile(profile, model)));
});

onPlatform("of several runs the last is read", async () => {
  const [profile, model] = await profiled(3, "all");
  const one = readOnnxProfile(...await profiled(1, "all"));
  assert.equal(told(readOnnxProfile(profile, model)), told(one));
  const events = JSON.parse(profile) as { cat: string }[];
  const last = events.findLastIndex(({ cat }) => cat === "Node");
  const cut = JSON.stringify(events.slice(0, last));
  const error = refusal(() => readOnnxProfile(cut, model));
  assert.is(error.code, "MALFORMED");
  assert.match(error.message, "is not one of this model");
});

onPlatform("what the runtime refuses is its own error, and nothing is left", async () => {
  const before = leftovers();
  const error = await captureOnnx(ort, MODEL, {}).catch((error) => error);
  assert.ok(error instanceof Error);
  assert.match(error.message, "input");
  assert.equal(leftovers(), before);
});

function leftovers(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("memo-onnx-"));
}

const node = (op: string, name: string, inputs: string[], outputs: string[], more: number[] = []) =>
  field(
    1,
    Uint8Array.from([
      ...inputs.flatMap((input) => field(1, input)),
      ...outputs.flatMap((output) => field(2, output)),
      ...field(3, name),
      ...field(4, op),
      ...more,
    ]),
  );
const output = (name: string): number[] => field(12, Uint8Array.from(field(1, name)));
const model = (...graph: number[][]): Uint8Array =>
  Uint8Array.from(field(7, Uint8Array.from(graph.flat())));

const event = (name: string, op: string, ...shapes: object[]): object => ({
  cat: "Node",
  name: `${name}_kernel_time`,
  args: { op_name: op, output_type_shape: shapes },
});
const floats = (...shape: number[]): object => ({ float: shape });

test("a body reads from outside, a view lives on, nodes may have no names", () => {
  const body = Uint8Array.from([...node("Add", "", ["a", "own"], ["own"]), ...output("own")]);
  const bodies = field(5, Uint8Array.from(field(6, body)));
  const graph = model(
    node("Relu", "", ["x"], ["a"]),
    node("Relu", "", ["a"], ["b"]),
    node("Reshape", "view", ["b", "shape"], ["c"]),
    node("Split", "two", ["c"], ["", "d"]),
    node("If", "if", ["condition"], ["e"], bodies),
    output("e"),
  );
  const events = [
    { cat: "Session", name: "model_run" },
    event("Relu_0", "Relu", floats(2, 2)),
    event("Relu_1", "Relu", floats(2, 3)),
    event("view", "Reshape", floats(6)),
    event("two", "Split", { float16: [3] }),
    event("Add_7", "Add", floats(9)),
    event("if", "If", floats(5)),
  ];
  const found = readOnnxProfile(JSON.stringify(events), graph);
  assert.equal(found, {
    buffers: [
      { id: "a", op: "Relu", size: 16, start: 0, end: 5 },
      { id: "b", op: "Relu", size: 24, start: 1, end: 4 },
      { id: "d", op: "Split", size: 6, start: 3, end: 4 },
    ],
    escapes: [{ id: "e", op: "If", size: 20, start: 4, end: 5 }],
    arenaPeak: null,
  });
});

test("a profile or model that is none is refused", () => {
  const graph = model(node("Relu", "r", ["x"], ["y"]), output("y"));
  const profile = (...events: object[]): string => JSON.stringify(events);
  const wrong: [unknown, unknown, string, string][] = [
    [7, graph, "BAD_ARGUMENT", "profile 7 must be a text"],
    ["[]", 7, "BAD_ARGUMENT", "model 7 must be a Uint8Array"],
    ["[", graph, "MALFORMED", "the profile "],
    ["{}", graph, "MALFORMED", "no array of events"],
    ["[null, 1]", graph, "MALFORMED", "it has 0 of 1 nodes"],
    [
      profile(event("r", "Relu")),
      graph,
      "UNSUPPORTED",
      'the shapes of the 1 results of "r" (Relu)',
    ],
    [profile(event("r", "Relu", { string: [1] })), graph, "UNSUPPORTED", "without a size: string"],
    [profile(event("r", "Relu", { float: [-1] })), graph, "UNSUPPORTED", "without a size: float"],
    ["[]", new Uint8Array(), "MALFORMED", "it has no graph"],
    ["[]", graph.subarray(0, -1), "MALFORMED", "ends beyond its message"],
    ["[]", Uint8Array.of(7), "MALFORMED", "begins no field"],
    ["[]", Uint8Array.of(0x3a, 0xff), "MALFORMED", "it ends in the number"],
    ["[]", new Uint8Array(20).fill(0xff), "MALFORMED", "has no end"],
  ];
  for (const [given, from, code, part] of wrong) {
    const error = refusal(() => readOnnxProfile(given as string, from as Uint8Array));
    assert.equal([error.code, error.message.includes(part)], [code, true], error.message);
  }
});

test("arguments are checked before anything is loaded", async () => {
  // deno-lint-ignore no-explicit-any
  const wrong = (value: unknown): any => value;
  const module = wrong({ InferenceSession: { create: () => assert.unreachable() } });
  for (const value of [null, 7, {}]) {
    assert.is((await rejection(captureOnnx(wrong(value), MODEL, {}))).code, "BAD_ARGUMENT");
  }
  assert.is((await rejection(captureOnnx(module, wrong(7), {}))).code, "BAD_ARGUMENT");
  assert.is((await rejection(captureOnnx(module, MODEL, {}, wrong(7)))).code, "BAD_ARGUMENT");
});

test.run();
