/**
 * Runs of ONNX Runtime, recorded by its profiler.
 *
 * The profile tells in which order nodes ran and the shapes of their results, the graph who reads
 * these: together, when each value is live. The graph is the one that runs, after the runtime's
 * optimizations. A view, such as the result of `Reshape`, is its source for longer. What lives within
 * the body of an `If` or a `Loop` only, and what a kernel makes for itself, is not seen.
 *
 * @module
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoError } from "../errors.ts";
import { badArgument, checkOptions, isInteger, shown } from "../numbers.ts";
import { pathOf } from "../texts.ts";
import { type OnnxGraph, onnxGraph, type OnnxNode } from "./onnx_graph.ts";
import type { Recorded, RecordedBuffer } from "./recorder.ts";

/** ONNX Runtime: the module `onnxruntime-node`. */
export interface OnnxRuntime {
  /** What runs a model. */
  readonly InferenceSession: {
    /** Loads a model. */
    // deno-lint-ignore no-explicit-any
    create(model: any, options?: any): Promise<OnnxSession>;
  };
}

/** The part of an `InferenceSession` used here. */
export interface OnnxSession {
  /** Runs the model. */
  // deno-lint-ignore no-explicit-any
  run(feeds: any): Promise<unknown>;
  /** Writes the profile. */
  endProfiling(): void;
  /** Lets go of the model. */
  release(): Promise<void>;
}

/** What a run of ONNX Runtime has asked for. The id of a buffer is the name of its value. */
export interface OnnxRecorded extends Recorded {
  /**
   * The most bytes that the runtime's arena had in use after a node, beyond those before the first;
   * `null` where the profile does not tell.
   */
  readonly arenaPeak: number | null;
}

/**
 * Loads a model, runs it once on these inputs, and returns what the run asked for. The profile and the
 * optimized model are written to a folder for temporary files, and deleted.
 *
 * @example
 * ```ts
 * import * as ort from "onnxruntime-node";
 * import { plan } from "@memo/malloc";
 * import { captureOnnx } from "@memo/malloc/capture";
 *
 * const x = new ort.Tensor("float32", new Float32Array(3 * 224 * 224), [1, 3, 224, 224]);
 * const { buffers, arenaPeak } = await captureOnnx(ort, "model.onnx", { x });
 * const answer = plan(buffers, { align: 64 });
 * ```
 *
 * @param options What `InferenceSession.create` takes; nodes always run one after the other.
 * @throws {MemoError} When the profile does not tell what is needed.
 */
export async function captureOnnx(
  ort: OnnxRuntime,
  model: string | URL | Uint8Array,
  feeds: Readonly<Record<string, unknown>>,
  options: Readonly<Record<string, unknown>> = {},
): Promise<OnnxRecorded> {
  if (typeof ort?.InferenceSession?.create !== "function") {
    throw badArgument("ort must be the module onnxruntime-node");
  }
  checkOptions(options);
  const source = model instanceof Uint8Array ? model : pathOf(model, "model");
  const folder = mkdtempSync(join(tmpdir(), "memo-onnx-"));
  try {
    const optimized = join(folder, "model.onnx");
    const session = await ort.InferenceSession.create(source, {
      ...options,
      executionMode: "sequential",
      enableProfiling: true,
      profileFilePrefix: join(folder, "profile"),
      optimizedModelFilePath: optimized,
      // That an optimized model suits this machine alone is what is wanted here, and no warning.
      logSeverityLevel: options["logSeverityLevel"] ?? 3,
    });
    try {
      await session.run(feeds);
      session.endProfiling();
    } finally {
      await session.release();
    }
    const name = readdirSync(folder).find((name) => name.startsWith("profile"));
    if (name === undefined) throw unsupported("the runtime has written no profile");
    return readOnnxProfile(readFileSync(join(folder, name), "utf8"), readFileSync(optimized));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * What the last run in a profile of ONNX Runtime asked for. The model must be the one that ran, as
 * `optimizedModelFilePath` has it written, and its nodes must have run one after the other.
 *
 * @throws {MemoError} When the profile is not one of the model, or does not tell what is needed.
 */
export function readOnnxProfile(profile: string, model: Uint8Array): OnnxRecorded {
  if (typeof profile !== "string") throw badArgument(`profile ${shown(profile)} must be a text`);
  if (!(model instanceof Uint8Array)) {
    throw badArgument(`model ${shown(model)} must be a Uint8Array`);
  }
  const graph = onnxGraph(model);
  const runs = lastRun(graph, nodeEvents(profile));
  return { ...recorded(graph, runs), arenaPeak: arenaPeak(runs) };
}

/** What a profile says of a node. */
interface NodeEvent {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** A node that has run. */
interface Run {
  readonly node: OnnxNode;
  readonly args: NodeEvent["args"];
}

/** How the name of the event ends that tells of a node's kernel. */
const SUFFIX = "_kernel_time";

/** The nodes in a profile, bodies and all, in the order in which they ended. */
function nodeEvents(profile: string): NodeEvent[] {
  const events = parsed(profile);
  if (!Array.isArray(events)) throw malformed("is no array of events");
  return (events as Partial<NodeEvent & { cat: string }>[]).flatMap((event) => {
    const { cat, name, args } = event ?? {};
    const isNode = cat === "Node" && typeof name === "string" && name.endsWith(SUFFIX);
    if (!isNode || typeof args !== "object" || args === null) return [];
    return [{ name: name.slice(0, -SUFFIX.length), args }];
  });
}

function parsed(profile: string): unknown {
  try {
    return JSON.parse(profile);
  } catch (cause) {
    throw malformed((cause as Error).message);
  }
}

/** The nodes of the graph in the order in which they ran last. */
function lastRun({ nodes }: OnnxGraph, events: readonly NodeEvent[]): Run[] {
  const ahead = queues(nodes);
  let runs: Run[] = [];
  for (const { name, args } of events) {
    const op = String(args["op_name"]);
    // The runtime makes up a name for a node without one; a body's nodes are none of the graph.
    const key = ahead.has(named(name, op)) ? named(name, op) : named("", op);
    const queue = ahead.get(key);
    if (queue === undefined) continue;
    if (runs.length === nodes.length) {
      runs = [];
      for (const queue of ahead.values()) queue.next = 0;
    }
    const node = queue.nodes[queue.next++];
    if (node === undefined) throw malformed(`has ${JSON.stringify(name)} (${op}) too often`);
    runs.push({ node, args });
  }
  if (runs.length === nodes.length) return runs;
  throw malformed(`is not one of this model: it has ${runs.length} of ${nodes.length} nodes`);
}

/** The nodes of one name and op, and which of them runs next. */
interface Queue {
  readonly nodes: OnnxNode[];
  next: number;
}

function queues(nodes: readonly OnnxNode[]): Map<string, Queue> {
  const all = new Map<string, Queue>();
  for (const node of nodes) {
    const key = named(node.name, node.op);
    const queue = all.get(key) ?? { nodes: [], next: 0 };
    queue.nodes.push(node);
    all.set(key, queue);
  }
  return all;
}

function named(name: string, op: string): string {
  return `${op} ${name}`;
}

/** Ops whose result has the bytes of their first input. */
const VIEWS: readonly string[] = [
  "Reshape",
  "Flatten",
  "Squeeze",
  "Unsqueeze",
  "Identity",
  "Dropout",
];

/** A buffer of which the end is not yet known. */
type Growing = { -readonly [F in keyof RecordedBuffer]: RecordedBuffer[F] };

/** Each value from the node that makes it to the last that reads it or a view of it. */
function recorded({ outputs }: OnnxGraph, runs: readonly Run[]): Recorded {
  const made = new Map<string, Growing>();
  const all: Growing[] = [];
  for (const [step, { node, args }] of runs.entries()) {
    for (const input of node.inputs) {
      const read = made.get(input);
      if (read !== undefined) read.end = step + 1;
    }
    const names = node.outputs.filter((name) => name !== "");
    const sizes = sizesOf(node, args, names.length);
    const source = VIEWS.includes(node.op) ? node.inputs[0] ?? "" : undefined;
    for (const [idx, id] of names.entries()) {
      // A view of an input of the model is none of what the run asks for.
      const shared = idx === 0 && source !== undefined;
      const buffer = shared
        ? made.get(source)
        : { id, op: node.op, size: sizes[idx]!, start: step, end: step + 1 };
      if (buffer === undefined) continue;
      made.set(id, buffer);
      if (!shared && buffer.size > 0) all.push(buffer);
    }
  }
  const kept = new Set(outputs.flatMap((name) => made.get(name) ?? []));
  for (const buffer of kept) buffer.end = runs.length;
  return {
    buffers: all.filter((buffer) => !kept.has(buffer)),
    escapes: all.filter((buffer) => kept.has(buffer)),
  };
}

/** Bits of an element, by the name that a profile has for its type. */
const BITS: Readonly<Record<string, number>> = {
  bool: 8,
  int8: 8,
  uint8: 8,
  int16: 16,
  uint16: 16,
  float16: 16,
  bfloat16: 16,
  int32: 32,
  uint32: 32,
  float: 32,
  int64: 64,
  uint64: 64,
  double: 64,
};

/** The bytes of each result. */
function sizesOf({ name, op }: OnnxNode, args: NodeEvent["args"], count: number): number[] {
  const shapes = args["output_type_shape"];
  const place = `${JSON.stringify(name)} (${op})`;
  if (!Array.isArray(shapes) || shapes.length !== count) {
    throw unsupported(`the profile does not tell the shapes of the ${count} results of ${place}`);
  }
  return shapes.map((shape: unknown) => {
    const [[type, lengths] = []] = Object.entries(shape ?? {});
    const bits = BITS[type ?? ""];
    const isShape = Array.isArray(lengths) &&
      lengths.every((length) => isInteger(length, Number.MAX_SAFE_INTEGER));
    if (bits === undefined || !isShape) {
      throw unsupported(`a result of ${place} is of a type without a size: ${type ?? "none"}`);
    }
    return lengths.reduce((product, length) => product * length, bits / 8);
  });
}

function arenaPeak(runs: readonly Run[]): number | null {
  const field = (run: Run | undefined, name: string): number => Number(run?.args[name]);
  const before = field(runs[0], "mem_bytes_in_use") - field(runs[0], "mem_in_use_delta");
  const most = runs.reduce((most, run) => Math.max(most, field(run, "mem_bytes_in_use")), 0);
  return Number.isFinite(most - before) ? most - before : null;
}

function malformed(message: string): MemoError {
  return new MemoError("MALFORMED", `the profile ${message}`);
}

function unsupported(message: string): MemoError {
  return new MemoError("UNSUPPORTED", message);
}
