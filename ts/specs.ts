/**
 * Problems of a caller in any form as checked columns.
 *
 * @module
 */

import {
  type CheckedColumns,
  type CheckedTies,
  columnsOf,
  type Doubles,
  tierColumns,
  type Words,
} from "./columns.ts";
import { MemoError } from "./errors.ts";
import { badArgument, integer, shown, WORD_MAX } from "./numbers.ts";
import type {
  BufferRef,
  Buffers,
  BufferSpec,
  Columns,
  Problem,
  TieredBuffers,
  TieredProblem,
} from "./problem.ts";

/** The problem in columns. Throws `BAD_ARGUMENT` with the buffer, the field and the value. */
export function checkedColumns(problem: Problem | TieredProblem): CheckedColumns {
  if (Array.isArray(problem)) return fromObjects({ buffers: problem });
  if (typeof problem === "object" && problem !== null) {
    return "buffers" in problem
      ? fromObjects(problem as Buffers | TieredBuffers)
      : columnsOf(problem as Columns);
  }
  throw badArgument(`buffers ${shown(problem)} must be an array of buffers, or columns`);
}

/** What the buffers are called; `undefined` where all go by their index. */
export function idsOf(problem: Problem | TieredProblem): readonly string[] | undefined {
  if (typeof problem !== "object" || problem === null) return undefined;
  const given = (problem as Columns).ids;
  if (given !== undefined && (!Array.isArray(given) || !given.every(isText))) {
    throw badArgument(`ids ${shown(given)} must be an array of strings`);
  }
  if (given !== undefined) return given.length > 0 ? given : undefined;
  const buffers = Array.isArray(problem) ? problem : (problem as Buffers).buffers;
  if (!Array.isArray(buffers) || !buffers.some(isNamed)) return undefined;
  return buffers.map((buffer: BufferSpec | null, idx) => buffer?.id ?? String(idx));
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNamed(buffer: BufferSpec | null | undefined): boolean {
  return typeof buffer?.id === "string";
}

function fromObjects(given: Buffers | TieredBuffers): CheckedColumns {
  const { buffers, apart = [], capacity, tiers } = given as Buffers;
  if (!Array.isArray(buffers)) throw badArgument(`buffers ${shown(buffers)} must be an array`);
  const columns = new Rows(buffers.length);
  for (let idx = 0; idx < columns.count; idx++) columns.add(idx, buffers[idx]);
  const pairs = columns.pairs(apart);
  const spread = tiers === undefined ? null : tierColumns(tiers);
  const allowed = columns.allowed(spread?.names ?? []);
  const { count, sizes, starts, ends, alignments, pins } = columns;
  const ties = columns.ties(pairs);
  return {
    count,
    sizes,
    starts,
    ends,
    alignments,
    pins,
    capacity,
    ties,
    tiers: spread && { ...spread, allowed },
  };
}

/** Columns that grow by one buffer after the other. */
class Rows {
  readonly count: number;
  readonly sizes: Doubles;
  readonly starts: Words;
  readonly ends: Words;
  alignments: Doubles | null = null;
  pins: Doubles | null = null;
  /** Buffer, start, end; buffer, start, end; … */
  private readonly intervals: number[] = [];
  private readonly shares: [number, BufferRef][] = [];
  private readonly named = new Map<string, number>();
  private readonly sets: [number, readonly string[]][] = [];

  constructor(length: number) {
    this.count = integer(length, WORD_MAX, () => "the number of buffers");
    this.sizes = new Float64Array(this.count);
    this.starts = new Uint32Array(this.count);
    this.ends = new Uint32Array(this.count);
  }

  add(idx: number, buffer: BufferSpec | undefined): void {
    if (typeof buffer !== "object" || buffer === null) {
      throw badArgument(`buffer ${idx}: ${shown(buffer)} must be an object { size, start, end }`);
    }
    const field = (name: "size" | "alignment" | "pin"): number =>
      integer(buffer[name], Number.MAX_SAFE_INTEGER, () => `buffer ${idx}: ${name}`);
    this.sizes[idx] = field("size");
    this.live(idx, buffer);
    if (buffer.alignment !== undefined) {
      this.alignments ??= new Float64Array(this.count).fill(1);
      this.alignments[idx] = field("alignment");
    }
    if (buffer.pin !== undefined) {
      this.pins ??= new Float64Array(this.count).fill(NaN);
      this.pins[idx] = field("pin");
    }
    if (buffer.id !== undefined) this.name(idx, buffer.id);
    if (buffer.sharesWith !== undefined) this.shares.push([idx, buffer.sharesWith]);
    if (buffer.tiers !== undefined) this.sets.push([idx, buffer.tiers]);
  }

  private live(idx: number, { start, end, intervals }: BufferSpec): void {
    const step = (value: unknown, name: string): number =>
      integer(value, WORD_MAX, () => `buffer ${idx}: ${name}`);
    if (intervals === undefined) {
      this.starts[idx] = step(start, "start");
      this.ends[idx] = step(end, "end");
      return;
    }
    if (start !== undefined || end !== undefined || !Array.isArray(intervals)) {
      throw badArgument(`buffer ${idx}: give start and end, or intervals [[start, end], …]`);
    }
    if (intervals.length === 0) {
      throw new MemoError("EMPTY_LIFETIME", `buffer ${idx}: there are no intervals`);
    }
    let [first, last] = [Infinity, 0];
    for (const [at, interval] of intervals.entries()) {
      if (!Array.isArray(interval)) {
        throw badArgument(
          `buffer ${idx}: intervals[${at}] ${shown(interval)} must be [start, end]`,
        );
      }
      const from = step(interval[0], `intervals[${at}][0]`);
      const to = step(interval[1], `intervals[${at}][1]`);
      this.intervals.push(idx, from, to);
      [first, last] = [Math.min(first, from), Math.max(last, to)];
    }
    [this.starts[idx], this.ends[idx]] = [first, last];
  }

  private name(idx: number, id: unknown): void {
    if (typeof id !== "string") {
      throw badArgument(`buffer ${idx}: id ${shown(id)} must be a string`);
    }
    const other = this.named.get(id);
    if (other !== undefined) {
      throw badArgument(`buffers ${other} and ${idx} have the same id ${JSON.stringify(id)}`);
    }
    this.named.set(id, idx);
  }

  private index(ref: BufferRef, by: string): number {
    if (typeof ref !== "string") return integer(ref, WORD_MAX, () => by);
    const idx = this.named.get(ref);
    if (idx !== undefined) return idx;
    throw new MemoError("UNKNOWN_BUFFER", `${by} ${JSON.stringify(ref)} is the id of no buffer`);
  }

  pairs(apart: readonly (readonly [BufferRef, BufferRef])[]): Words {
    if (!Array.isArray(apart)) throw badArgument(`apart ${shown(apart)} must be an array of pairs`);
    const pair = (pair: unknown, at: number): number[] => {
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw badArgument(`apart[${at}] ${shown(pair)} must be a pair of buffers`);
      }
      return pair.map((ref) => this.index(ref, `apart[${at}]`));
    };
    return Uint32Array.from(apart.flatMap(pair));
  }

  /** Everything that binds buffers; `null` where nothing does. */
  ties(apart: Words): CheckedTies | null {
    const { intervals } = this;
    const share = (
      [idx, ref]: [number, BufferRef],
    ): number[] => [idx, this.index(ref, `buffer ${idx}: sharesWith`)];
    const shares = Uint32Array.from(this.shares.flatMap(share));
    if (intervals.length + shares.length + apart.length === 0) return null;
    const column = (at: number): Words =>
      Uint32Array.from({ length: intervals.length / 3 }, (_, row) => intervals[3 * row + at]!);
    return { buffers: column(0), starts: column(1), ends: column(2), shares, apart };
  }

  /** Where each buffer may go, as bits; `null` where all may go anywhere. */
  allowed(names: readonly string[]): BigUint64Array<ArrayBuffer> | null {
    if (this.sets.length === 0) return null;
    const allowed = new BigUint64Array(this.count).fill(2n ** 64n - 1n);
    for (const [idx, tiers] of this.sets) {
      if (!Array.isArray(tiers)) {
        throw badArgument(`buffer ${idx}: tiers ${shown(tiers)} must be an array of names`);
      }
      allowed[idx] = tiers.reduce((bits, name) => bits | bit(names, name, idx), 0n);
    }
    return allowed;
  }
}

function bit(names: readonly string[], name: unknown, idx: number): bigint {
  const tier = names.indexOf(name as string);
  if (tier >= 0) return 1n << BigInt(tier);
  throw badArgument(`buffer ${idx}: tiers: ${shown(name)} is the name of no tier`);
}
