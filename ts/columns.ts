/**
 * Problems of a caller as checked columns, which is what crosses to the native library.
 *
 * @module
 */

import { badArgument, integer, isInteger, shown, WORD_MAX } from "./numbers.ts";
import type { BufferSpec, Columns, Problem } from "./problem.ts";

/** A column of doubles that a foreign call can read. */
export type Doubles = Float64Array<ArrayBuffer>;

/** A column of 32-bit integers that a foreign call can read. */
export type Words = Uint32Array<ArrayBuffer>;

/** Columns whose every number has been checked. */
export interface CheckedColumns {
  readonly count: number;
  readonly sizes: Doubles;
  readonly starts: Words;
  readonly ends: Words;
  readonly alignments: Doubles | null;
  readonly pins: Doubles | null;
  readonly capacity: number | undefined;
}

/** The problem in columns. Throws `BAD_ARGUMENT` with the buffer, the field and the value. */
export function checkedColumns(problem: Problem): CheckedColumns {
  if (Array.isArray(problem)) return fromObjects(problem);
  if (typeof problem === "object" && problem !== null) return fromColumns(problem as Columns);
  throw badArgument(`buffers ${shown(problem)} must be an array of buffers, or columns`);
}

function fromObjects(buffers: readonly BufferSpec[]): CheckedColumns {
  const count = integer(buffers.length, WORD_MAX, () => "the number of buffers");
  const sizes = new Float64Array(count);
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  let alignments: Doubles | null = null;
  let pins: Doubles | null = null;
  for (let idx = 0; idx < count; idx++) {
    const buffer = buffers[idx];
    if (typeof buffer !== "object" || buffer === null) {
      throw badArgument(`buffer ${idx}: ${shown(buffer)} must be an object { size, start, end }`);
    }
    const field = (name: keyof BufferSpec, max: number): number =>
      integer(buffer[name], max, () => `buffer ${idx}: ${name}`);
    sizes[idx] = field("size", Number.MAX_SAFE_INTEGER);
    starts[idx] = field("start", WORD_MAX);
    ends[idx] = field("end", WORD_MAX);
    if (buffer.alignment !== undefined) {
      alignments ??= new Float64Array(count).fill(1);
      alignments[idx] = field("alignment", Number.MAX_SAFE_INTEGER);
    }
    if (buffer.pin !== undefined) {
      pins ??= new Float64Array(count).fill(NaN);
      pins[idx] = field("pin", Number.MAX_SAFE_INTEGER);
    }
  }
  return { count, sizes, starts, ends, alignments, pins, capacity: undefined };
}

/** Every field is read before any is checked: a getter may shorten a column read before it. */
function fromColumns({ sizes, starts, ends, ...optional }: Columns): CheckedColumns {
  const { alignments, pins, capacity } = optional;
  const count = lengthOf(doubles(sizes, "sizes"));
  const given = <T>(column: T | null | undefined): column is T =>
    column !== undefined && column !== null;
  const checked: CheckedColumns = {
    count,
    sizes: doubles(sizes, "sizes"),
    starts: sized(words(starts, "starts"), "starts", count),
    ends: sized(words(ends, "ends"), "ends", count),
    alignments: given(alignments)
      ? sized(doubles(alignments, "alignments"), "alignments", count)
      : null,
    pins: given(pins) ? sized(doubles(pins, "pins"), "pins", count) : null,
    capacity,
  };
  eachExact(checked.sizes, "size");
  if (checked.alignments !== null) eachExact(checked.alignments, "alignment");
  if (checked.pins !== null) eachExact(checked.pins, "pin", true);
  return checked;
}

/** Refuses a column with an element that is no number of bytes. `NaN` may stand for "none". */
function eachExact(column: Doubles, field: string, orNaN: boolean = false): void {
  const length = lengthOf(column);
  for (let idx = 0; idx < length; idx++) {
    const value = column[idx]!;
    // A closure for each number would cost more than planning a small problem.
    if (isInteger(value, Number.MAX_SAFE_INTEGER) || (orNaN && Number.isNaN(value))) continue;
    integer(value, Number.MAX_SAFE_INTEGER, () => `buffer ${idx}: ${field}`);
  }
}

/** Offsets of a plan in a column; those of an array are checked and copied. */
export function offsetsColumn(offsets: Float64Array | readonly number[]): Float64Array {
  if (!Array.isArray(offsets)) return offsets as Float64Array;
  const column = new Float64Array(offsets.length);
  for (let idx = 0; idx < column.length; idx++) {
    column[idx] = integer(offsets[idx], Number.MAX_SAFE_INTEGER, () => `buffer ${idx}: offset`);
  }
  return column;
}

/** A column of offsets whose every number has been checked. */
export function checkedOffsets(offsets: Float64Array): Doubles {
  const column = doubles(offsets, "offsets");
  eachExact(column, "offset");
  return column;
}

const TYPED_ARRAY: object = Object.getPrototypeOf(Uint8Array.prototype);
const LENGTH = Object.getOwnPropertyDescriptor(TYPED_ARRAY, "length")?.get;

/** How many elements a foreign call finds: `column.length`, unless that is overridden. */
export function lengthOf(column: Doubles | Words): number {
  return LENGTH?.call(column) as number;
}

function doubles(column: unknown, name: string): Doubles {
  if (!(column instanceof Float64Array && ArrayBuffer.isView(column))) {
    throw wrongType(name, column, "a Float64Array");
  }
  return attached(column, name);
}

function words(column: unknown, name: string): Words {
  if (!(column instanceof Uint32Array && ArrayBuffer.isView(column))) {
    throw wrongType(name, column, "a Uint32Array");
  }
  return attached(column, name);
}

function wrongType(name: string, found: unknown, wanted: string): Error {
  const made = typeof found === "object" ? found?.constructor?.name : undefined;
  const imitation = wanted === `a ${made}` ? " itself, no proxy of one" : "";
  return badArgument(`${name} ${made ?? shown(found)} must be ${wanted}${imitation}`);
}

/** The same column, unless other threads share its memory or it has been transferred away. */
function attached<T extends Float64Array | Uint32Array>(
  column: T,
  name: string,
): T extends Float64Array ? Doubles : Words {
  if (!(column.buffer instanceof ArrayBuffer)) {
    throw badArgument(`${name} lies in a SharedArrayBuffer; pass a copy: ${name}.slice()`);
  }
  if (column.length === 0 && isDetached(column.buffer)) {
    throw badArgument(`${name} is detached: its memory was transferred; pass it before, or a copy`);
  }
  return column as unknown as T extends Float64Array ? Doubles : Words;
}

/** `ArrayBuffer.detached` is missing in Node 20. */
function isDetached(buffer: ArrayBuffer): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

function sized<T extends Doubles | Words>(column: T, name: string, count: number): T {
  const length = lengthOf(column);
  if (length === count) return column;
  throw badArgument(
    `${name} has ${length} elements, but sizes has ${count}; make them equal`,
  );
}
