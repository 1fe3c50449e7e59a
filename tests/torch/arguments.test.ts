/** Wrong inputs and options are refused, with the place and what they must be. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { enable, Model, setThreads } from "../../ts/torch.ts";
import { refusal, rejection } from "../support/codes.ts";
import { image, modelFile } from "./support.ts";

const test = suite<{ model: Model }>("arguments");
test.before((context) => {
  context.model = Model.load(modelFile("tiny"));
});
test.after(({ model }) => model.close());

const good = image();
const shared = new Float32Array(new SharedArrayBuffer(good.data.byteLength));
const detached = new Float32Array(4);
structuredClone(detached.buffer, { transfer: [detached.buffer] });

/** Inputs, and what is said of them. */
const WRONG: [unknown, string][] = [
  [5, "inputs 5 must be an array"],
  [[5], "input 0: 5 must be an object { type, shape, data }"],
  [[null], "input 0: null must be an object { type, shape, data }"],
  [[good, {}], "input 1: shape undefined must be an array"],
  [[{ ...good, shape: [2, -1] }], "input 0: length in shape -1 must be an integer from 0 to"],
  [[{ ...good, shape: [0.5] }], "input 0: length in shape 0.5 must be an integer"],
  [[{ ...good, shape: [NaN] }], "input 0: length in shape NaN must be an integer"],
  [[{ ...good, shape: [2n] }], "length in shape 2n (a bigint; convert it with Number)"],
  [[{ ...good, shape: [2, 3] }], "input 0: data has 6144 elements, but shape [2, 3] has 6"],
  [[{ ...good, shape: [] }], "input 0: data has 6144 elements, but shape [] has 1"],
  [[{ ...good, type: "float" }], 'type "float" (a string) must be one of u8, i8, i16, i32, i64'],
  [[{ ...good, type: "toString" }], 'type "toString" (a string) must be one of'],
  [[{ ...good, type: "f64" }], "data (object) must be a Float64Array for type f64"],
  [[{ ...good, data: [...good.data] }], "data (an array) must be a Float32Array for type f32"],
  [[{ ...good, data: new Proxy(good.data, {}) }], "data (object) must be a Float32Array"],
  [[{ ...good, data: shared }], "data lies in a SharedArrayBuffer; pass a copy"],
  [[{ ...good, shape: [4], data: detached }], "data is detached: its memory was transferred"],
];

for (const [inputs, message] of WRONG) {
  test(message, async ({ model }) => {
    const refused = refusal(() => model.runSync(inputs as []));
    assert.is(refused.code, "BAD_ARGUMENT");
    assert.match(refused.message, message);
    assert.is((await rejection(model.run(inputs as []))).message, refused.message);
  });
}

test("options", async ({ model }) => {
  // deno-lint-ignore no-explicit-any
  const wrong = (value: unknown): any => value;
  const codes = [
    await rejection(model.run([good], wrong(null))),
    await rejection(model.run([good], { signal: wrong({}) })),
    refusal(() => model.runSync([good], wrong(7))),
    refusal(() => Model.load(wrong(7))),
    refusal(() => Model.load("a\0b")),
    refusal(() => Model.load(new URL("https://example.com/model.pt"))),
    refusal(() => enable({ plans: wrong(7) })),
    refusal(() => enable({ plansMax: -1 })),
    refusal(() => enable({ memoryLimit: NaN })),
    refusal(() => enable({ trimAfter: Infinity })),
    refusal(() => enable({ planningLimit: -1 })),
    refusal(() => setThreads({ ofOp: 0.5 })),
  ].map(({ code }) => code);
  assert.equal([...new Set(codes)], ["BAD_ARGUMENT"]);
});

test("memory that can be resized is read as it is", async ({ model }) => {
  const buffer = new ArrayBuffer(4 * good.data.length, { maxByteLength: 8 * good.data.length });
  const data = new Float32Array(buffer);
  data.set(good.data);
  const expected = model.runSync([good]);
  assert.equal(model.runSync([{ ...good, data }], { borrow: true }), expected);
  const running = model.run([{ ...good, data }]);
  buffer.resize(0);
  assert.equal(await running, expected);
});

test("a file that is no model", () => {
  const { code, message } = refusal(() => Model.load("/nowhere/model.pt"));
  assert.is(code, "BAD_MODEL");
  assert.match(message, "/nowhere/model.pt");
  assert.is(refusal(() => Model.load(modelFile("broken"))).code, "BAD_MODEL");
});

test.run();
