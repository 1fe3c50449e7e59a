/**
 * Which node of an ONNX model reads and makes which values.
 *
 * A model is a protocol buffer: fields one after the other, each a number and a value, some of which
 * are messages again. Only those are looked at that name nodes and values; weights are passed over.
 *
 * @module
 */

import { MemoError } from "../errors.ts";

/** A node of a graph. */
export interface OnnxNode {
  /** Its name; often empty. */
  readonly name: string;
  /** What it does, for example `Conv`. */
  readonly op: string;
  /** What it reads, in its bodies as well. */
  readonly inputs: readonly string[];
  /** What it makes; empty for a result that is left out. */
  readonly outputs: readonly string[];
}

/** A graph, without its values. */
export interface OnnxGraph {
  /** The nodes in the order of the file. */
  readonly nodes: readonly OnnxNode[];
  /** What a run results in. */
  readonly outputs: readonly string[];
}

/** The graph of a model. */
export function onnxGraph(model: Uint8Array): OnnxGraph {
  const [graph] = messages(model, 7);
  if (graph === undefined) throw malformed("it has no graph");
  return {
    nodes: messages(graph, 1).map(nodeOf),
    outputs: messages(graph, 12).map((value) => textOf(value, 1)),
  };
}

function nodeOf(node: Uint8Array): OnnxNode {
  const texts = (field: number): string[] => messages(node, field).map(decoded);
  const inputs = texts(1).concat(bodiesOf(node).flatMap(readBy));
  return { name: textOf(node, 3), op: textOf(node, 4), inputs, outputs: texts(2) };
}

/** The graphs that an op such as `If` or `Loop` runs. */
function bodiesOf(node: Uint8Array): Uint8Array[] {
  const attributes = messages(node, 5);
  return attributes.flatMap((attribute) => [...messages(attribute, 6), ...messages(attribute, 11)]);
}

/** What a body reads and results in: what is not its own comes from outside. */
function readBy(body: Uint8Array): string[] {
  const read = messages(body, 1).flatMap((node) => nodeOf(node).inputs);
  return read.concat(messages(body, 12).map((value) => textOf(value, 1)));
}

/** The last text in this field; empty without one. */
function textOf(message: Uint8Array, field: number): string {
  const found = messages(message, field).at(-1);
  return found === undefined ? "" : decoded(found);
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** The bytes of each message or text in this field. */
function messages(message: Uint8Array, field: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at < message.length;) {
    const [key, from] = varint(message, at);
    const wireType = key % 8;
    const [end, content] = fieldEnd(message, from, wireType);
    if (wireType === 2 && Math.floor(key / 8) === field) found.push(message.subarray(content, end));
    at = end;
  }
  return found;
}

/** Where a field ends, and where its content begins. */
function fieldEnd(message: Uint8Array, at: number, wireType: number): [end: number, from: number] {
  const [length, from] = wireType === 2 ? varint(message, at) : [width(message, at, wireType), at];
  if (from + length <= message.length) return [from + length, from];
  throw malformed(`a field at byte ${at} ends beyond its message`);
}

/** The bytes of a number. */
function width(message: Uint8Array, at: number, wireType: number): number {
  switch (wireType) {
    case 0:
      return varint(message, at)[1] - at;
    case 1:
      return 8;
    case 5:
      return 4;
    default:
      throw malformed(`byte ${at} begins no field`);
  }
}

/** A number in groups of seven bits, and where it ends. One of more than 2^53 is not used here. */
function varint(message: Uint8Array, from: number): [value: number, end: number] {
  let value = 0;
  for (let at = from, unit = 1; at < from + 10; at++, unit *= 128) {
    const byte = message[at];
    if (byte === undefined) throw malformed(`it ends in the number at byte ${from}`);
    value += (byte % 128) * unit;
    if (byte < 128) return [value, at + 1];
  }
  throw malformed(`the number at byte ${from} has no end`);
}

function malformed(message: string): MemoError {
  return new MemoError("MALFORMED", `this is no ONNX model: ${message}`);
}
