/**
 * The load over time, from one sweep over starts and ends.
 *
 * Where steps are hardly more than rectangles, changes are summed in an array over steps; otherwise
 * the steps at which something changes are sorted first, and the array is over these.
 */

import type { Columns } from "./columns.ts";

/** `bytes[i]` are live from `steps[i]` to `steps[i + 1]`. */
export interface Changes {
  readonly steps: Float64Array;
  readonly bytes: Float64Array;
}

/** The load over all time. */
export interface Load extends Changes {
  /** Of each `BLOCK` changes the first step and the maximum: what is seen from far. */
  readonly coarse: Changes;
  /** The position of the first maximum; 0 without rectangles. */
  readonly max: number;
}

/** So many steps for each rectangle are summed up in an array; more are cheaper to sort. */
const STEPS_PER_ROW_MAX = 4;

const BLOCK = 64;
/** With so many blocks for each column they stand for their changes: a tenth of a column is wrong. */
const BLOCKS_PER_COLUMN = 10;

/** The load of rectangles that are sorted by their starts. */
export function loadOf(columns: Columns): Load {
  const { count, start, end } = columns;
  const first = count === 0 ? 0 : start[0]!;
  let last = first;
  for (let row = 0; row < count; row++) last = Math.max(last, end[row]!);
  const isDense = last - first <= STEPS_PER_ROW_MAX * count;
  const steps = isDense ? successive(first, last) : distinct(start, end);
  const position = isDense
    ? (step: number): number => step - first
    : (step: number): number => after(steps, step) - 1;
  return summed(columns, steps, position);
}

function summed(columns: Columns, steps: Float64Array, position: (step: number) => number): Load {
  const { count, start, end, size } = columns;
  const bytes = new Float64Array(steps.length);
  for (let row = 0; row < count; row++) {
    bytes[position(start[row]!)]! += size[row]!;
    bytes[position(end[row]!)]! -= size[row]!;
  }
  let max = 0;
  for (let at = 1; at < bytes.length; at++) {
    bytes[at]! += bytes[at - 1]!;
    if (bytes[at]! > bytes[max]!) max = at;
  }
  return { steps, bytes, coarse: coarsened(steps, bytes), max };
}

function coarsened(steps: Float64Array, bytes: Float64Array): Changes {
  const maxima = new Float64Array(Math.ceil(bytes.length / BLOCK));
  for (let at = 0; at < bytes.length; at++) {
    const block = Math.floor(at / BLOCK);
    if (bytes[at]! > maxima[block]!) maxima[block] = bytes[at]!;
  }
  return { steps: steps.filter((_, at) => at % BLOCK === 0), bytes: maxima };
}

function successive(first: number, last: number): Float64Array {
  const steps = new Float64Array(last - first + 1);
  for (let at = 0; at < steps.length; at++) steps[at] = first + at;
  return steps;
}

function distinct(start: Uint32Array, end: Uint32Array): Float64Array {
  const all = new Uint32Array(start.length + end.length);
  all.set(start);
  all.set(end, start.length);
  all.sort();
  return new Float64Array(all.filter((step, at) => at === 0 || step !== all[at - 1]));
}

/** The largest load and the first step that has it; 0 at step 0 without rectangles. */
export function maxOf({ steps, bytes, max }: Load): { step: number; bytes: number } {
  return { step: steps[max] ?? 0, bytes: bytes[max] ?? 0 };
}

/** How many of some sorted values are at most this one. O(log n). */
export function after(sorted: Float64Array | Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The largest load within each of some equal spans of time. O(width + changes in view). */
export function loadColumns(load: Load, from: number, to: number, width: number): Float64Array {
  const count = after(load.steps, to) - after(load.steps, from);
  const isFar = count > width * BLOCK * BLOCKS_PER_COLUMN;
  const { steps, bytes } = isFar ? load.coarse : load;
  const columns = new Float64Array(width);
  const scale = width / (to - from);
  for (let at = Math.max(0, after(steps, from) - 1); at < steps.length; at++) {
    if (steps[at]! >= to) break;
    const until = at + 1 < steps.length ? steps[at + 1]! : load.steps.at(-1)!;
    const first = Math.max(0, Math.floor((steps[at]! - from) * scale));
    const last = Math.min(width, Math.ceil((until - from) * scale));
    for (let column = first; column < last; column++) {
      if (bytes[at]! > columns[column]!) columns[column] = bytes[at]!;
    }
  }
  return columns;
}
