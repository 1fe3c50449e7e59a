/** Models of LibTorch: what goes in comes out, on this thread and on others, and is served. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  disable,
  enable,
  Model,
  settle,
  stats,
  summary,
  type Tensor,
  trim,
} from "../../ts/torch.ts";
import { rejection } from "../support/codes.ts";
import { image, modelFile, sequence } from "./support.ts";

const test = suite<{ tiny: Model; raising: Model; expected: Tensor }>("model");

test.before((context) => {
  context.tiny = Model.load(modelFile("tiny"));
  context.raising = Model.load(modelFile("raising"));
  context.expected = context.tiny.runSync([image()])[0]!;
});

test.after(({ tiny, raising }) => {
  disable();
  tiny.close();
  raising.close();
});

/** A number of each type; the model returns what has no dimensions as it is. */
const NUMBERS: Tensor[] = [
  { type: "u8", shape: [], data: Uint8Array.of(255) },
  { type: "i8", shape: [], data: Int8Array.of(-128) },
  { type: "i16", shape: [], data: Int16Array.of(-32_768) },
  { type: "i32", shape: [], data: Int32Array.of(-2_147_483_648) },
  { type: "i64", shape: [], data: BigInt64Array.of(-9_007_199_254_740_993n) },
  { type: "f16", shape: [], data: Uint16Array.of(0x3c01) },
  { type: "f32", shape: [], data: Float32Array.of(1 / 3) },
  { type: "f64", shape: [], data: Float64Array.of(1 / 3) },
  { type: "bool", shape: [], data: Uint8Array.of(1) },
  { type: "bf16", shape: [], data: Uint16Array.of(0x3f81) },
];

for (const number of NUMBERS) {
  test(`${number.type} goes in and comes out`, async ({ raising }) => {
    assert.equal(await raising.run([number]), [number]);
    assert.equal(raising.runSync([number]), [number]);
    assert.equal(raising.runSync([number], { borrow: true }), [number]);
  });
}

test("results are in memory of their own", ({ raising }) => {
  const input = { type: "f32", shape: [], data: Float32Array.of(5) } as const;
  const [result] = raising.runSync([input], { borrow: true });
  input.data[0] = 6;
  assert.is(result!.data[0], 5);
});

test("several results come in order, with their shapes", async () => {
  const model = Model.load(new URL(`file://${modelFile("attention")}`));
  const [first, rest] = await model.run([sequence(7)]);
  assert.equal([first!.shape, rest!.shape], [[1, 32], [7, 32]]);
  assert.equal(first!.data, rest!.data.slice(0, 32));
  model.close();
});

test("the same, however it is run", async ({ tiny, expected }) => {
  assert.equal([expected.type, expected.shape], ["f32", [2, 8]]);
  assert.ok(expected.data.every((value) => Number.isFinite(value)));
  const all = [image(), image(), image()].map((input) => tiny.run([input]));
  for (const results of await Promise.all(all)) assert.equal(results, [expected]);
  assert.equal(tiny.runSync([image()], { borrow: true }), [expected]);
});

test("inputs may be changed at once", async ({ tiny, expected }) => {
  const input = image();
  const running = tiny.run([input]);
  input.data.fill(0);
  assert.equal(await running, [expected]);
});

test("runs are planned and served", async ({ tiny, expected }) => {
  assert.is(stats(), null);
  assert.is(summary(), "not enabled");
  enable();
  for (let turn = 0; turn < 6; turn++) {
    assert.equal(await tiny.run([image()]), [expected]);
    settle();
  }
  assert.is(tiny.runSync([image(1)])[0]!.shape[0], 1);
  settle();
  const { scopes, served, recorded, plans, hits, slabBytes, fallbacks } = stats()!;
  assert.equal([scopes, recorded, plans], [7, 2, 2]);
  assert.is(served, scopes - recorded);
  assert.ok(hits > served && slabBytes > 0);
  assert.equal({ ...fallbacks, escape: 0 }, {
    escape: 0,
    unexpected: 0,
    occupied: 0,
    pastEnd: 0,
    off: 0,
  });
  assert.match(summary(), /^scopes {5}7 \(5 served, 2 recorded/);
  assert.is(typeof trim(), "number");
  disable();
  assert.is(stats(), null);
});

test("what a model refuses is told in its words", async ({ raising }) => {
  const refused = await rejection(raising.run([image()]));
  assert.is(refused.code, "RUN_FAILED");
  assert.match(refused.message, "this model");
  assert.throws(() => raising.runSync([image()]), /this model/);
});

test.run();
