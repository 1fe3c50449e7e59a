/**
 * Columns of a caller, checked: what crosses to the native library.
 *
 * @module
 */

import { badArgument, integer, shown } from "./numbers.ts";
import type { Columns, IntervalColumns, TieredColumns, TierSpec } from "./problem.ts";

/** A column of doubles that a foreign call can read. */
export type Doubles = Float64Array<ArrayBuffer>;

/** A column of 32-bit integers that a foreign call can read. */
export type Words = Uint32Array<ArrayBuffer>;

type Column = Doubles | Words | BigUint64Array<ArrayBuffer>;

/** Columns of the right types and lengths. Their numbers are for the library to check. */
export interface CheckedColumns {
  readonly count: number;
  readonly sizes: Doubles;
  readonly starts: Words;
  readonly ends: Words;
  readonly alignments: Doubles | null;
  readonly pins: Doubles | null;
  readonly capacity: number | undefined;
  readonly ties: CheckedTies | null;
  readonly tiers: CheckedTiers | null;
  /** What the buffers are called, where that matters. */
  readonly ids?: readonly string[];
}

/** Intervals by rows, and pairs two by two. */
export interface CheckedTies {
  readonly buffers: Words;
  readonly starts: Words;
  readonly ends: Words;
  readonly shares: Words;
  readonly apart: Words;
}

/** Tiers in columns, and where each buffer may go: anywhere without `allowed`. */
export interface CheckedTiers {
  readonly names: readonly string[];
  readonly capacities: Doubles;
  readonly costs: Doubles;
  readonly allowed: BigUint64Array<ArrayBuffer> | null;
}

const NO_WORDS: Words = new Uint32Array(0);

/** Every field is read before any is checked: a getter may shorten a column read before it. */
export function columnsOf(given: Columns | TieredColumns): CheckedColumns {
  const { sizes, starts, ends, alignments, pins, capacity, shares, apart } = given as Columns;
  const { allowed } = given as TieredColumns;
  const intervals = isGiven(given.intervals) ? { ...given.intervals } : undefined;
  const tiers = isGiven(given.tiers) ? tierColumns(given.tiers) : null;
  const count = lengthOf(doubles(sizes, "sizes"));
  const ties = isGiven(intervals) || isGiven(shares) || isGiven(apart);
  return {
    count,
    sizes: doubles(sizes, "sizes"),
    starts: sized(words(starts, "starts"), "starts", count),
    ends: sized(words(ends, "ends"), "ends", count),
    alignments: isGiven(alignments)
      ? sized(doubles(alignments, "alignments"), "alignments", count)
      : null,
    pins: isGiven(pins) ? sized(doubles(pins, "pins"), "pins", count) : null,
    capacity,
    ties: ties
      ? { ...rows(intervals), shares: pairs(shares, "shares"), apart: pairs(apart, "apart") }
      : null,
    tiers: tiers && { ...tiers, allowed: sets(allowed, count) },
  };
}

/** Whether something was not left out. */
function isGiven<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null;
}

function rows(
  intervals: IntervalColumns | undefined,
): Pick<CheckedTies, "buffers" | "starts" | "ends"> {
  if (intervals === undefined) return { buffers: NO_WORDS, starts: NO_WORDS, ends: NO_WORDS };
  const buffers = words(intervals.buffers, "intervals.buffers");
  const column = (name: "starts" | "ends"): Words => {
    const path = `intervals.${name}`;
    return sized(words(intervals[name], path), path, lengthOf(buffers), "intervals.buffers");
  };
  return { buffers, starts: column("starts"), ends: column("ends") };
}

function pairs(given: unknown, name: string): Words {
  const column = isGiven(given) ? words(given, name) : NO_WORDS;
  if (lengthOf(column) % 2 === 0) return column;
  throw badArgument(`${name} has ${lengthOf(column)} elements; give two for each pair`);
}

function sets(given: unknown, count: number): BigUint64Array<ArrayBuffer> | null {
  if (!isGiven(given)) return null;
  if (!(given instanceof BigUint64Array && ArrayBuffer.isView(given))) {
    throw wrongType("allowed", given, "a BigUint64Array");
  }
  return sized(attached(given, "allowed"), "allowed", count);
}

/** Tiers in columns, without where buffers may go. */
export function tierColumns(tiers: readonly TierSpec[]): Omit<CheckedTiers, "allowed"> {
  if (!Array.isArray(tiers)) throw badArgument(`tiers ${shown(tiers)} must be an array`);
  const names: string[] = [];
  const [capacities, costs] = [new Float64Array(tiers.length), new Float64Array(tiers.length)];
  for (let idx = 0; idx < capacities.length; idx++) {
    const tier = tiers[idx] as TierSpec;
    if (typeof tier !== "object" || tier === null) {
      throw badArgument(`tier ${idx}: ${shown(tier)} must be an object { name, capacity, cost }`);
    }
    const { name, capacity = Infinity, cost = 1 } = tier;
    if (typeof name !== "string") {
      throw badArgument(`tier ${idx}: name ${shown(name)} must be a string`);
    }
    const exact = (value: unknown, field: string): number =>
      integer(value, Number.MAX_SAFE_INTEGER, () => `tier ${idx}: ${field}`);
    names.push(name);
    capacities[idx] = capacity === Infinity ? capacity : exact(capacity, "capacity");
    costs[idx] = exact(cost, "cost");
  }
  return { names, capacities, costs };
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

/** A column of offsets of the right type. */
export function checkedOffsets(offsets: Float64Array): Doubles {
  return doubles(offsets, "offsets");
}

const TYPED_ARRAY: object = Object.getPrototypeOf(Uint8Array.prototype);
const LENGTH = Object.getOwnPropertyDescriptor(TYPED_ARRAY, "length")?.get;

/** How many elements a foreign call finds: `column.length`, unless that is overridden. */
export function lengthOf(column: Column): number {
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
function attached<T extends Float64Array | Uint32Array | BigUint64Array>(
  column: T,
  name: string,
): Attached<T> {
  if (!(column.buffer instanceof ArrayBuffer)) {
    throw badArgument(`${name} lies in a SharedArrayBuffer; pass a copy: ${name}.slice()`);
  }
  if (column.length === 0 && isDetached(column.buffer)) {
    throw badArgument(`${name} is detached: its memory was transferred; pass it before, or a copy`);
  }
  return column as unknown as Attached<T>;
}

type Attached<T> = T extends Float64Array ? Doubles
  : T extends Uint32Array ? Words
  : BigUint64Array<ArrayBuffer>;

/** Whether memory was transferred away: `ArrayBuffer.detached` is missing in Node 20. */
export function isDetached(buffer: ArrayBuffer): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

function sized<T extends Column>(column: T, name: string, count: number, other = "sizes"): T {
  const length = lengthOf(column);
  if (length === count) return column;
  throw badArgument(`${name} has ${length} elements, but ${other} has ${count}; make them equal`);
}
