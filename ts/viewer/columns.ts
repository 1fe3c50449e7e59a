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
  const whole = (width: number): Uint32Array => {
    const values = readWhole(bytes, at, count, width);
    at += count * width;
    return values;
  };
  const large = (width: number): Float64Array => {
    const values = readLarge(bytes, at, count, width);
    at += count * width;
    return values;
  };
  const [buffer, start, end] = [whole(widths.buffer), whole(widths.start), whole(widths.duration)];
  const [offset, size] = [large(widths.offset), large(widths.size)];
  const op = whole(widths.op);
  sumDifferences(buffer, start, end);
  return { columns: { count, buffer, start, end, offset, size, op }, end: at };
}

function readWhole(bytes: Uint8Array, at: number, count: number, width: number): Uint32Array {
  const values = new Uint32Array(count);
  for (let place = 0; place < width; place++, at += count) {
    for (let row = 0; row < count; row++) values[row]! |= bytes[at + row]! << 8 * place;
  }
  return values;
}

/** As `readWhole`, for what may need more than 32 bits. */
function readLarge(bytes: Uint8Array, at: number, count: number, width: number): Float64Array {
  const values = new Float64Array(count);
  for (let place = 0, worth = 1; place < width; place++, worth *= 256, at += count) {
    for (let row = 0; row < count; row++) values[row]! += bytes[at + row]! * worth;
  }
  return values;
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
