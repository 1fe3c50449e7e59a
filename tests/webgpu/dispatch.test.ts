/** Deno's WebGPU: a run recorded, planned, and run again over one buffer at the planned offsets. */

import { test } from "uvu";
import * as assert from "uvu/assert";
import { captureWebGpu } from "../../ts/capture.ts";
import { Arena, plan } from "../../ts/mod.ts";

const COUNT = 256;
const BYTES = 4 * COUNT;
const USAGE = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;

/** Where an operand lies. */
interface Place {
  readonly buffer: GPUBuffer;
  readonly offset: number;
}

/** What an op computes of two operands. */
const OPS = { add: "a[i] + b[i]", mul: "a[i] * b[i]", max: "max(a[i], b[i] * 0.5)" } as const;

function pipelineOf(device: GPUDevice, label: keyof typeof OPS): GPUComputePipeline {
  const binding = (name: string, idx: number): string =>
    `@group(0) @binding(${idx}) var<storage, read_write> ${name}: array<f32>;`;
  const code = `${["a", "b", "c"].map(binding).join("\n")}
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      let i = id.x;
      c[i] = ${OPS[label]};
    }`;
  const module = device.createShaderModule({ code });
  return device.createComputePipeline({ label, layout: "auto", compute: { module } });
}

function dispatch(device: GPUDevice, op: keyof typeof OPS, ...places: [Place, Place, Place]): void {
  const pipeline = pipelineOf(device, op);
  const entries = places.map(({ buffer, offset }, binding) => ({
    binding,
    resource: { buffer, offset, size: BYTES },
  }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(COUNT / 64);
  pass.end();
  device.queue.submit([encoder.finish()]);
}

/** A network of five results over two inputs; `at` gives each its place and may take places back. */
async function network(
  device: GPUDevice,
  at: (id: string) => Place,
  free: (id: string) => void,
): Promise<Float32Array> {
  const places: Record<string, Place> = {};
  const input = (id: string, scale: number): void => {
    const { buffer, offset } = places[id] = at(id);
    const values = Float32Array.from({ length: COUNT }, (_, idx) => scale * (idx + 1));
    device.queue.writeBuffer(buffer, offset, values);
  };
  const op = (name: keyof typeof OPS, a: string, b: string, to: string): void => {
    places[to] = at(to);
    dispatch(device, name, places[a]!, places[b]!, places[to]!);
  };
  input("x", 1);
  input("y", 0.25);
  op("add", "x", "y", "p");
  op("mul", "x", "p", "q");
  free("x");
  op("max", "q", "y", "r");
  for (const id of ["y", "q"]) free(id);
  op("mul", "p", "r", "s");
  for (const id of ["p", "r"]) free(id);
  op("add", "s", "s", "t");
  free("s");
  const found = await read(device, places["t"]!);
  free("t");
  return found;
}

async function read(device: GPUDevice, { buffer, offset }: Place): Promise<Float32Array> {
  const to = device.createBuffer({
    size: BYTES,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, offset, to, 0, BYTES);
  device.queue.submit([encoder.finish()]);
  await to.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(to.getMappedRange().slice(0));
  to.destroy();
  return values;
}

const adapter = await navigator.gpu?.requestAdapter();

(adapter ? test : test.skip)(
  "a run over planned ranges gives what it gave with buffers",
  async () => {
    const device = await adapter!.requestDevice();
    const errors: string[] = [];
    device.addEventListener("uncapturederror", (event) => {
      errors.push((event as GPUUncapturedErrorEvent).error.message);
    });
    const own: Record<string, GPUBuffer> = {};
    const capture = captureWebGpu(device);
    const expected = await network(
      device,
      (label) => ({
        buffer: own[label] = device.createBuffer({ label, size: BYTES, usage: USAGE }),
        offset: 0,
      }),
      (label) => own[label]!.destroy(),
    );
    const recorded = capture.stop().buffers.filter(({ op }) => op !== "buffer");
    assert.equal(recorded.map(({ op }) => op), ["x", "y", "p", "q", "r", "s", "t"]);
    assert.is(expected[3], 2 * (4 + 1) * Math.max(4 * (4 + 1), 0.5));

    const answer = plan(recorded, { align: 256 });
    assert.is(answer.status, "optimal");
    if (!("peak" in answer)) return;
    assert.ok(answer.peak < recorded.length * BYTES);
    const arena = new Arena(recorded, answer, { align: 256 });
    const buffer = device.createBuffer({ size: answer.peak, usage: USAGE });
    const offsetOf = (op: string) => arena.range(recorded.findIndex((one) => one.op === op)).offset;
    const found = await network(device, (op) => ({ buffer, offset: offsetOf(op) }), () => {});
    assert.equal(found, expected);
    assert.equal(errors, []);
    device.destroy();
  },
);

test.run();
