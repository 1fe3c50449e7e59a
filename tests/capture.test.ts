/** Runs of other runtimes as problems. */

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { captureTensorFlow, captureWebGpu, type Recorded } from "../ts/capture.ts";
import { check, lowerBound, plan } from "../ts/mod.ts";
import { refusal } from "./support/codes.ts";

const test = suite("capture");

test.before(async () => {
  await tf.setBackend("cpu");
});

/** A filter of this shape, the same in every run. */
const filter = (...shape: [number, number, number, number]): tf.Tensor4D =>
  tf.mul(tf.ones<tf.Rank.R4>(shape), 0.01);

/** The beginning of MobileNet: a convolution, then pairs of a depthwise and a pointwise one. */
function mobilenet(): (image: tf.Tensor4D) => tf.Tensor {
  const first = filter(3, 3, 3, 8);
  const pairs = [8, 16, 32].map((width) => ({
    depthwise: filter(3, 3, width, 1),
    pointwise: filter(1, 1, width, 2 * width),
  }));
  return (image) =>
    tf.tidy(() => {
      let x = tf.relu6(tf.conv2d(image, first, 2, "same"));
      for (const { depthwise, pointwise } of pairs) {
        x = tf.relu6(tf.depthwiseConv2d(x, depthwise, 1, "same"));
        x = tf.relu6(tf.conv2d(x, pointwise, 1, "same"));
      }
      return tf.reshape(tf.mean(x, [1, 2]), [-1]);
    });
}

/** A run of it, with what the engine's own counters say of the same run. */
function recorded(until: "freed" | "used"): Recorded & { readonly scores: Float32Array } {
  const model = mobilenet();
  const image = tf.ones<tf.Rank.R4>([1, 32, 32, 3]);
  const capture = captureTensorFlow(tf, until);
  const result = model(image);
  const found = capture.stop();
  const scores = result.dataSync<"float32">();
  return { ...found, scores };
}

test("an engine of another version is left as it was", () => {
  const engine = { runKernelFunc() {}, trackTensor() {} };
  const before = { ...engine };
  const { code } = refusal(() => captureTensorFlow({ engine: () => engine }));
  assert.is(code, "UNSUPPORTED");
  assert.equal(engine, before);
});

test("every buffer of a TensorFlow.js model has its kernel", () => {
  const { buffers, escapes } = recorded("freed");
  const ops = buffers.map(({ op }) => op);
  const count = (name: string): number => ops.filter((op) => op === name).length;
  assert.equal([count("Conv2D"), count("DepthwiseConv2dNative"), count("Relu6")], [4, 3, 7]);
  assert.equal([escapes.length, escapes[0]!.op, escapes[0]!.size], [1, "Mean", 4 * 64]);
  assert.is(new Set(buffers.map(({ id }) => id)).size, buffers.length);
  const first = buffers.find(({ op }) => op === "Conv2D")!;
  assert.is(first.size, 16 * 16 * 8 * 4);
});

test("a run in one tidy keeps all to its end, by use much less is needed", () => {
  const { buffers } = recorded("freed");
  const sum = buffers.reduce((sum, { size }) => sum + size, 0);
  assert.is(lowerBound(buffers).lowerBound, sum);
  const used = recorded("used").buffers;
  assert.equal(used.map(({ id, size }) => [id, size]), buffers.map(({ id, size }) => [id, size]));
  const answer = plan(used, { align: 64 });
  assert.is(answer.status, "optimal");
  if (!("peak" in answer)) return;
  assert.ok(check(used, answer, { align: 64 }).valid);
  // The two largest that follow each other, and nothing else.
  const pairs = used.slice(1).map(({ size }, idx) => size + used[idx]!.size);
  assert.is(answer.peak, Math.max(...pairs));
});

test("the engine counts the same bytes", () => {
  const before = tf.memory().numBytes;
  const capture = captureTensorFlow(tf);
  const [a, b] = [tf.ones([100]), tf.zeros([50], "int32")];
  const view = tf.reshape(a, [10, 10]);
  const { escapes, buffers } = capture.stop();
  assert.equal(buffers, []);
  const bytes = escapes.reduce((sum, { size }) => sum + size, 0);
  // The engine counts each tensor, here each buffer counts once.
  assert.is(bytes, tf.memory().numBytes - before - 400);
  for (const tensor of [a, b, view]) tensor.dispose();
});

test("what was made before is not recorded, after the stop nothing is", () => {
  const old = tf.ones([4]);
  const capture = captureTensorFlow(tf);
  old.dispose();
  const inside = tf.ones([8]);
  inside.dispose();
  const { buffers, escapes } = capture.stop();
  assert.equal([buffers.length, escapes.length], [1, 0]);
  tf.ones([16]).dispose();
  assert.equal(capture.stop(), { buffers, escapes });
  assert.not.ok(Object.hasOwn(tf.engine(), "trackTensor"));
});

test("a kernel that throws ends its op", () => {
  const capture = captureTensorFlow(tf);
  assert.throws(() => tf.matMul(tf.ones([2, 3]), tf.ones([2, 3])));
  tf.ones([5]);
  assert.is(capture.stop().escapes.at(-1)!.op, "tensor");
});

test("WebGPU buffers by label", () => {
  const destroyed: string[] = [];
  const device = {
    createBuffer: ({ label = "" }: { size: number; label?: string }) => ({
      destroy: () => void destroyed.push(label),
    }),
  };
  const { createBuffer } = device;
  const capture = captureWebGpu(device);
  const [a, b] = [device.createBuffer({ size: 8, label: "a" }), device.createBuffer({ size: 4 })];
  a.destroy();
  a.destroy();
  const c = device.createBuffer({ size: 16, label: "c" });
  const found = capture.stop();
  for (const buffer of [b, c]) buffer.destroy();
  assert.equal(found, {
    buffers: [{ id: "a#0", op: "a", size: 8, start: 0, end: 2 }],
    escapes: [
      { id: "buffer#1", op: "buffer", size: 4, start: 1, end: 4 },
      { id: "c#2", op: "c", size: 16, start: 3, end: 4 },
    ],
  });
  assert.equal(destroyed, ["a", "a", "", "c"]);
  assert.is(device.createBuffer, createBuffer);
});

test("what is no runtime is refused", () => {
  // deno-lint-ignore no-explicit-any
  const wrong = (value: unknown): any => value;
  for (const value of [null, undefined, 7, {}]) {
    assert.is(refusal(() => captureTensorFlow(wrong(value))).code, "BAD_ARGUMENT");
    assert.is(refusal(() => captureWebGpu(wrong(value))).code, "BAD_ARGUMENT");
  }
  assert.is(refusal(() => captureTensorFlow({ engine: () => ({}) })).code, "UNSUPPORTED");
});

test.run();
