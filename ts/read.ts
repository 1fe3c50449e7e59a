/**
 * Problems out of files, in every format the native library reads.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import type { Words } from "./columns.ts";
import { MemoError } from "./errors.ts";
import { native, succeed } from "./native.ts";
import type { Octets } from "./native/symbols.ts";
import { badArgument, checkOptions, integer, shown, WORD_MAX } from "./numbers.ts";
import type { Columns, TieredColumns, TierSpec } from "./problem.ts";
import { pathOf, text } from "./texts.ts";

/** How to read. */
export interface ReadOptions {
  /** What bytes are called in messages, and whose extension tells the format when they do not. */
  readonly name?: string | undefined;
}

/** What a file always tells. */
export interface ReadFields {
  /** Alignments. */
  readonly alignments: Float64Array<ArrayBuffer>;
  /** Offsets given in advance; `NaN` for a buffer without one. */
  readonly pins: Float64Array<ArrayBuffer>;
  /** What the file calls each buffer; empty when they go by their index. */
  readonly ids: readonly string[];
}

/** A problem as it is in a file. */
export type ReadProblem = Columns & ReadFields;

/** A problem of several arenas as it is in a file. */
export type ReadTieredProblem = TieredColumns & ReadFields;

/**
 * Reads the problem in a file, or in bytes: a problem, the problem of a plan, or that of a trace.
 *
 * @throws {MemoError} `IO`, `UNKNOWN_FORMAT`, `MALFORMED`, … with the file, the place and the fix.
 */
export function readProblem(
  source: string | URL | Uint8Array,
  options: ReadOptions = {},
): ReadProblem | ReadTieredProblem {
  checkOptions(options);
  if (source instanceof Uint8Array) {
    return fromBytes(options.name ?? "bytes", new Uint8Array(source));
  }
  if (typeof source !== "string" && !(source instanceof URL)) {
    throw badArgument(`source ${shown(source)} must be a path, a URL or a Uint8Array`);
  }
  const path = pathOf(source, "source");
  return fromBytes(options.name ?? path, contents(path));
}

function contents(path: string): Octets {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw new MemoError("IO", `${path}: ${(cause as Error).message}`, { cause });
  }
}

function fromBytes(name: string, bytes: Octets): ReadProblem | ReadTieredProblem {
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

/** The fields of a `MemoProblemSize`. */
interface Size {
  capacity: number;
  count: number;
  idCount: number;
  idBytes: number;
  intervalCount: number;
  shareCount: number;
  apartCount: number;
  tierCount: number;
  tierNameBytes: number;
}

/** `MemoProblemSize`: a double, then eight 32-bit integers. */
const SIZE_BYTES = 8 + 8 * 4;

function sizeOf(id: number): Size {
  const flat = new Uint8Array(new ArrayBuffer(SIZE_BYTES));
  succeed(native().memo_problem_size(id, flat));
  const [capacity = 0] = new Float64Array(flat.buffer, 0, 1);
  const [count = 0, idCount = 0, idBytes = 0, intervalCount = 0, ...rest] = new Uint32Array(
    flat.buffer,
    8,
  );
  const [shareCount = 0, apartCount = 0, tierCount = 0, tierNameBytes = 0] = rest;
  const ties = { intervalCount, shareCount, apartCount };
  return { capacity, count, idCount, idBytes, ...ties, tierCount, tierNameBytes };
}

/** Copies an open problem out. */
function columnsOf(id: number): ReadProblem | ReadTieredProblem {
  const size = sizeOf(id);
  const { count, capacity } = size;
  const sizes = new Float64Array(count);
  const alignments = new Float64Array(count);
  const pins = new Float64Array(count);
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  succeed(native().memo_problem_columns(id, count, sizes, starts, ends, alignments, pins));
  const problem = {
    sizes,
    starts,
    ends,
    alignments,
    pins,
    ...tiesOf(id, size),
    ids: idsOf(id, size.idCount, size.idBytes),
  };
  if (size.tierCount > 0) return { ...problem, ...tiersOf(id, size) };
  return capacity === Infinity ? problem : { ...problem, capacity };
}

/** The ties of a problem, each kind where there are some. */
function tiesOf(
  id: number,
  { intervalCount, shareCount, apartCount }: Size,
): Pick<Columns, "intervals" | "shares" | "apart"> {
  const column = (): Words => new Uint32Array(intervalCount);
  const intervals = { buffers: column(), starts: column(), ends: column() };
  const [shares, apart] = [new Uint32Array(2 * shareCount), new Uint32Array(2 * apartCount)];
  const { buffers, starts, ends } = intervals;
  const counted = [intervalCount, buffers, starts, ends, shareCount, shares] as const;
  succeed(native().memo_problem_ties(id, ...counted, apartCount, apart));
  return {
    ...(intervalCount > 0 ? { intervals } : {}),
    ...(shareCount > 0 ? { shares } : {}),
    ...(apartCount > 0 ? { apart } : {}),
  };
}

function tiersOf(
  id: number,
  { count, tierCount, tierNameBytes }: Size,
): Pick<TieredColumns, "tiers" | "allowed"> {
  const names = new Uint8Array(new ArrayBuffer(tierNameBytes));
  const ends = new Uint32Array(tierCount);
  const [capacities, costs] = [new Float64Array(tierCount), new Float64Array(tierCount)];
  const allowed = new BigUint64Array(count);
  const columns = [tierCount, tierNameBytes, names, ends, capacities, costs] as const;
  succeed(native().memo_problem_tiers(id, ...columns, count, allowed));
  const tier = (name: string, idx: number): TierSpec => {
    const [capacity, cost] = [capacities[idx]!, costs[idx]!];
    return capacity === Infinity ? { name, cost } : { name, capacity, cost };
  };
  return { tiers: textsOf(names, ends).map(tier), allowed };
}

function idsOf(id: number, count: number, byteCount: number): string[] {
  const bytes = new Uint8Array(new ArrayBuffer(byteCount));
  const ends = new Uint32Array(count);
  succeed(native().memo_problem_ids(id, byteCount, bytes, count, ends));
  return textsOf(bytes, ends);
}

/** Texts one after the other. */
function textsOf(bytes: Octets, ends: Words): string[] {
  const decoder = new TextDecoder();
  return Array.from(ends, (end, idx) => decoder.decode(bytes.subarray(ends[idx - 1] ?? 0, end)));
}
