/**
 * What is to be planned: buffers as objects, or the same in columns.
 *
 * @module
 */

/** A buffer of the same problem: its index, or its `id`. */
export type BufferRef = number | string;

/** One thing to be placed: so many bytes, live in the steps `[start, end)`, or in some intervals. */
export type BufferSpec = BufferFields & (OneLifetime | SeveralIntervals);

/** What a buffer is, but for when it is live. */
export interface BufferFields {
  /** What other buffers call it; its index when left out. */
  readonly id?: string | undefined;
  /** Bytes, an integer from 0 to 2^53 − 1. */
  readonly size: number;
  /** The offset is a multiple of this. Any integer from 1 on; 1 when left out. */
  readonly alignment?: number | undefined;
  /** The offset, when it is given in advance. */
  readonly pin?: number | undefined;
  /** A buffer with which it must share its offset: a result made in place, an alias. */
  readonly sharesWith?: BufferRef | undefined;
  /** The names of the tiers it may go to; any when left out. */
  readonly tiers?: readonly string[] | undefined;
}

/** Live from a step to another. */
export interface OneLifetime {
  /** First step in which it is live, an integer from 0 to 2^32 − 1. */
  readonly start: number;
  /** First step in which it no longer is; greater than `start`. */
  readonly end: number;
  /** Not with `start` and `end`. */
  readonly intervals?: undefined;
}

/** Live now and then. In between, others may use its bytes. */
export interface SeveralIntervals {
  /** Steps `[start, end)`, none of them empty, one after the other. */
  readonly intervals: readonly (readonly [start: number, end: number])[];
  /** Not with `intervals`. */
  readonly start?: undefined;
  /** Not with `intervals`. */
  readonly end?: undefined;
}

/** One of several arenas. */
export interface TierSpec {
  /** What people and buffers call it. */
  readonly name: string;
  /** Most bytes that may be used of it; no limit when left out. */
  readonly capacity?: number | undefined;
  /** What a byte in it costs, an integer; 1 when left out. */
  readonly cost?: number | undefined;
}

/** Buffers as objects, with what else binds them. */
export interface Buffers {
  /** The buffers. */
  readonly buffers: readonly BufferSpec[];
  /** Pairs that must not share a byte, though they may never be live at the same time. */
  readonly apart?: readonly (readonly [BufferRef, BufferRef])[] | undefined;
  /** The most bytes a plan may use, unless an option says otherwise. */
  readonly capacity?: number | undefined;
  /** See {@link TieredBuffers}. */
  readonly tiers?: undefined;
}

/** Buffers as objects, to be spread over several arenas. */
export interface TieredBuffers extends Omit<Buffers, "capacity" | "tiers"> {
  /** The arenas. */
  readonly tiers: readonly TierSpec[];
  /** Each tier has its own. */
  readonly capacity?: undefined;
}

/** Intervals in columns: row `i` says that a buffer is live in `[starts[i], ends[i])`. */
export interface IntervalColumns {
  /** The index of the buffer. */
  readonly buffers: Uint32Array;
  /** First step of the interval. */
  readonly starts: Uint32Array;
  /** First step after it. */
  readonly ends: Uint32Array;
}

/** Buffers in columns: element `i` of each belongs to buffer `i`. */
export interface Columns {
  /** Bytes, integers from 0 to 2^53 − 1. */
  readonly sizes: Float64Array;
  /** First step in which each is live. */
  readonly starts: Uint32Array;
  /** First step in which each no longer is. */
  readonly ends: Uint32Array;
  /** Alignments; 1 for all when left out. */
  readonly alignments?: Float64Array | undefined;
  /** Offsets given in advance; `NaN` for a buffer without one. */
  readonly pins?: Float64Array | undefined;
  /** All intervals of the buffers that are not live in all of their lifetime. */
  readonly intervals?: IntervalColumns | undefined;
  /** Pairs that must have the same offset: elements `2 i` and `2 i + 1`. */
  readonly shares?: Uint32Array | undefined;
  /** Pairs that must not share a byte: elements `2 i` and `2 i + 1`. */
  readonly apart?: Uint32Array | undefined;
  /** What files and pictures call the buffers; their indices when left out or empty. */
  readonly ids?: readonly string[] | undefined;
  /** The most bytes a plan may use, unless an option says otherwise. */
  readonly capacity?: number | undefined;
  /** See {@link TieredColumns}. */
  readonly tiers?: undefined;
}

/** Buffers in columns, to be spread over several arenas. */
export interface TieredColumns extends Omit<Columns, "capacity" | "tiers"> {
  /** The arenas. */
  readonly tiers: readonly TierSpec[];
  /** Where each buffer may go: bit `t` for tier `t`; anywhere when left out. */
  readonly allowed?: BigUint64Array | undefined;
  /** Each tier has its own. */
  readonly capacity?: undefined;
}

/** Buffers to be placed: objects for convenience, columns for speed. */
export type Problem = readonly BufferSpec[] | Buffers | Columns;

/** Buffers to be spread over several arenas. */
export type TieredProblem = TieredBuffers | TieredColumns;

/** How the buffers may be placed. */
export interface Room {
  /** Raises every alignment to a common multiple with this. */
  readonly align?: number | undefined;
  /** The most bytes a plan may use. */
  readonly capacity?: number | undefined;
}
