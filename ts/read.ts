/**
 * Problems out of files, in every format the native library reads.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MemoError } from "./errors.ts";
import { native, succeed } from "./native.ts";
import type { Octets } from "./native/symbols.ts";
import { badArgument, integer, shown, WORD_MAX } from "./numbers.ts";
import { text } from "./plan.ts";
import type { Columns } from "./problem.ts";

/** How to read. */
export interface ReadOptions {
  /** What bytes are called in messages, and whose extension tells the format when they do not. */
  readonly name?: string | undefined;
}

/** A problem as it is in a file. */
export interface ReadProblem extends Columns {
  /** Alignments. */
  readonly alignments: Float64Array<ArrayBuffer>;
  /** Offsets given in advance; `NaN` for a buffer without one. */
  readonly pins: Float64Array<ArrayBuffer>;
  /** What the file calls each buffer; empty when they go by their index. */
  readonly ids: readonly string[];
}

/**
 * Reads the problem in a file, or in bytes: a problem, the problem of a plan, or that of a trace.
 *
 * @throws {MemoError} `IO`, `UNKNOWN_FORMAT`, `MALFORMED`, … with the file, the place and the fix.
 */
export function readProblem(
  source: string | URL | Uint8Array,
  options: ReadOptions = {},
): ReadProblem {
  if (typeof options !== "object" || options === null) {
    throw badArgument(`options ${shown(options)} must be an object`);
  }
  if (source instanceof Uint8Array) {
    return fromBytes(options.name ?? "bytes", new Uint8Array(source));
  }
  if (typeof source !== "string" && !(source instanceof URL)) {
    throw badArgument(`source ${shown(source)} must be a path, a URL or a Uint8Array`);
  }
  const path = typeof source === "string" ? source : pathOf(source);
  return fromBytes(options.name ?? path, contents(path));
}

function pathOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw badArgument(`source ${url.href} must be a file URL: ${(cause as Error).message}`);
  }
}

function contents(path: string): Octets {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw new MemoError("IO", `${path}: ${(cause as Error).message}`, { cause });
  }
}

function fromBytes(name: string, bytes: Octets): ReadProblem {
  const handle = new Uint32Array(1);
  const byteCount = integer(bytes.length, WORD_MAX, () => `${name}: the number of bytes`);
  succeed(native().memo_problem_read(text(name, "name"), bytes, byteCount, handle));
  const [id = 0] = handle;
  try {
    return columnsOf(id);
  } finally {
    native().memo_problem_close(id);
  }
}

/** Copies an open problem out. */
function columnsOf(id: number): ReadProblem {
  // `MemoProblemSize`: a double, then three 32-bit integers and padding.
  const size = new Uint8Array(new ArrayBuffer(8 + 4 * 4));
  succeed(native().memo_problem_size(id, size));
  const [capacity = 0] = new Float64Array(size.buffer, 0, 1);
  const [count = 0, idCount = 0, idBytes = 0] = new Uint32Array(size.buffer, 8);
  const sizes = new Float64Array(count);
  const alignments = new Float64Array(count);
  const pins = new Float64Array(count);
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  succeed(native().memo_problem_columns(id, count, sizes, starts, ends, alignments, pins));
  return {
    sizes,
    starts,
    ends,
    alignments,
    pins,
    ...(capacity === Infinity ? {} : { capacity }),
    ids: idsOf(id, idCount, idBytes),
  };
}

function idsOf(id: number, count: number, byteCount: number): string[] {
  const bytes = new Uint8Array(new ArrayBuffer(byteCount));
  const ends = new Uint32Array(count);
  succeed(native().memo_problem_ids(id, byteCount, bytes, count, ends));
  const decoder = new TextDecoder();
  return Array.from(ends, (end, idx) => decoder.decode(bytes.subarray(ends[idx - 1] ?? 0, end)));
}
