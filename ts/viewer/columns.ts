/**
 * Columns of numbers, read from bytes: the lowest bytes of all values, then the next higher ones.
 *
 * The other side is `crates/report/src/html/columns.rs`.
 */

/** How many bytes a value of each column takes, in the order of the columns. */
export interface Widths {
  readonly buffer: number;
  readonly start: number;
  readonly duration: number;
  readonly offset: number;
  readonly size: number;
  readonly op: number;
}

/** Rectangles in the order of their starts. Bytes beyond 2^53 are rounded. */
export interface Columns {
  readonly count: number;
  readonly buffer: Uint32Array;
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  readonly offset: Float64Array;
  readonly size: Float64Array;
  /** One more than the index of the op; 0 where nobody knows. */
  readonly op: Uint32Array;
}

/** Reads the columns that begin at a byte; says where they end. */
export function readColumns(
  bytes: Uint8Array,
  at: number,
  count: number,
  widths: Widths,
): { columns: Columns; end: number } {
  const column = <T extends Uint32Array | Float64Array>(into: T, width: number): T => {
    readColumn(bytes, at, into, width);
    at += count * width;
    return into;
  };
  const buffer = column(new Uint32Array(count), widths.buffer);
  const start = column(new Uint32Array(count), widths.start);
  const end = column(new Uint32Array(count), widths.duration);
  const offset = column(new Float64Array(count), widths.offset);
  const size = column(new Float64Array(count), widths.size);
  const op = column(new Uint32Array(count), widths.op);
  sumDifferences(buffer, start, end);
  return { columns: { count, buffer, start, end, offset, size, op }, end: at };
}

function readColumn(
  bytes: Uint8Array,
  at: number,
  into: Uint32Array | Float64Array,
  width: number,
): void {
  const count = into.length;
  for (let place = 0, worth = 1; place < width; place++, worth *= 256) {
    for (let row = 0; row < count; row++) {
      // The fifth byte of a zigzag difference is its sign's, which 32 bits hold all the same.
      into[row]! += bytes[at + row]! * worth;
    }
    at += count;
  }
}

/** Turns differences into values, and durations into ends. */
function sumDifferences(buffer: Uint32Array, start: Uint32Array, end: Uint32Array): void {
  let idx = 0;
  let step = 0;
  for (let row = 0; row < buffer.length; row++) {
    const zigzag = buffer[row]!;
    idx += (zigzag >>> 1) ^ -(zigzag & 1);
    step += start[row]!;
    buffer[row] = idx;
    start[row] = step;
    end[row]! += step;
  }
}
