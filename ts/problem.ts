/**
 * What is to be planned: buffers as objects, or the same in columns.
 *
 * @module
 */

/** One thing to be placed: so many bytes, live in the steps `[start, end)`. */
export interface BufferSpec {
  /** Bytes, an integer from 0 to 2^53 − 1. */
  readonly size: number;
  /** First step in which it is live, an integer from 0 to 2^32 − 1. */
  readonly start: number;
  /** First step in which it no longer is; greater than `start`. */
  readonly end: number;
  /** The offset is a multiple of this. Any integer from 1 on; 1 when left out. */
  readonly alignment?: number | undefined;
  /** The offset, when it is given in advance. */
  readonly pin?: number | undefined;
}

/** Buffers in columns: element `i` of each belongs to buffer `i`. Nothing is copied. */
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
  /** The most bytes a plan may use, unless an option says otherwise. */
  readonly capacity?: number | undefined;
}

/** Buffers to be placed: objects for convenience, columns for speed. */
export type Problem = readonly BufferSpec[] | Columns;

/** How the buffers may be placed. */
export interface Room {
  /** Raises every alignment to a common multiple with this. */
  readonly align?: number | undefined;
  /** The most bytes a plan may use. */
  readonly capacity?: number | undefined;
}
