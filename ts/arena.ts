/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Memory laid out by a plan: typed arrays at the planned offsets of one block.
 *
 * @module
 */

import { verdictOn } from "./check.ts";
import { MemoError } from "./errors.ts";
import { badArgument, integer, shown } from "./numbers.ts";
import { checkedRoom } from "./open.ts";
import type { BufferRef, Problem, Room } from "./problem.ts";
import { checkedColumns, idsOf } from "./specs.ts";
import { type PlanToCheck, stated } from "./stated.ts";

/** What an arena may lie in. */
export type Memory = ArrayBuffer | SharedArrayBuffer | WebAssemblyMemory;

/** A `WebAssembly.Memory`: growing it gives it another buffer. */
export interface WebAssemblyMemory {
  /** Where its bytes are now. */
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
}

/** Where an arena lies. */
export interface ArenaOptions<M extends Memory = ArrayBuffer> extends Pick<Room, "align"> {
  /** The memory; a new `ArrayBuffer` of the plan's peak when left out. */
  readonly memory?: M | undefined;
  /** Where in it the arena begins: a multiple of every alignment; 0 when left out. */
  readonly byteOffset?: number | undefined;
}

/** The bytes that an arena's views share. */
export type BytesOf<M extends Memory> = M extends ArrayBuffer | SharedArrayBuffer ? M
  : ArrayBuffer | SharedArrayBuffer;

/** A typed array's constructor. */
export interface ViewType<V> {
  /** Bytes of an element. */
  readonly BYTES_PER_ELEMENT: number;
  /** A view of so many elements. */
  new (buffer: ArrayBuffer, byteOffset: number, length: number): V;
}

/** A place in an arena, for example for `GPUBufferBinding`. */
export interface Range {
  /** Bytes from the start of the memory. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/**
 * One block for all buffers of a problem. Buffers that are live at different times may share bytes:
 * a view holds what was written last.
 *
 * @example
 * ```ts
 * import { Arena, plan } from "@memo/malloc";
 *
 * const buffers = [
 *   { id: "input", size: 1024, start: 0, end: 2 },
 *   { id: "output", size: 512, start: 1, end: 3 },
 * ];
 * const answer = plan(buffers, { align: 8 });
 * if (answer.status === "optimal") {
 *   const arena = new Arena(buffers, answer);
 *   arena.view("input", Float32Array).fill(1);
 *   arena.close();
 * }
 * ```
 */
export class Arena<M extends Memory = ArrayBuffer> {
  readonly #ranges: readonly Range[];
  readonly #named: ReadonlyMap<string, number>;
  readonly #isOwn: boolean;
  #memory: M | undefined;

  /** Lays out memory. Throws the fault of a plan that is not valid. */
  constructor(problem: Problem, plan: PlanToCheck, options: ArenaOptions<M> = {}) {
    const room = { ...checkedRoom(options), capacity: undefined };
    const { memory, byteOffset = 0 } = options;
    const from = integer(byteOffset, Number.MAX_SAFE_INTEGER, () => "byteOffset");
    const judged = stated(plan);
    const columns = checkedColumns(problem);
    const verdict = verdictOn(judged, columns, room);
    if (!verdict.valid) throw new MemoError(verdict.code, verdict.message);
    const { sizes, alignments } = columns;
    alignments?.forEach((alignment, idx) => isMultiple(from, alignment, idx));
    isMultiple(from, room.align, undefined);
    this.#ranges = Array.from(
      plan.offsets,
      (offset, idx) => ({ offset: from + offset, size: sizes[idx] ?? 0 }),
    );
    this.#named = new Map(idsOf(problem)?.map((id, idx) => [id, idx]));
    this.#isOwn = memory === undefined;
    this.#memory = memory ?? made(plan.peak + from) as M;
    holds(bytesOf(this.#memory), from, plan.peak);
  }

  /** The memory itself. For a `WebAssembly.Memory`, its buffer now. */
  get buffer(): BytesOf<M> {
    if (this.#memory === undefined) {
      throw new MemoError("STALE_HANDLE", "the arena is closed");
    }
    return bytesOf(this.#memory) as BytesOf<M>;
  }

  /** Where a buffer lies. */
  range(buffer: BufferRef): Range {
    const idx = typeof buffer === "string" ? this.#named.get(buffer) : buffer;
    const range = idx === undefined ? undefined : this.#ranges[idx];
    if (range !== undefined) return range;
    throw new MemoError(
      "UNKNOWN_BUFFER",
      `${
        JSON.stringify(buffer) ?? shown(buffer)
      } is no buffer: there are ${this.#ranges.length}, ` +
        `${this.#named.size} of them with ids`,
    );
  }

  /** The bytes of a buffer. */
  view(buffer: BufferRef): Uint8Array<BytesOf<M>>;
  /** A buffer as an array of this type. */
  view<V>(buffer: BufferRef, type: ViewType<V>): V;
  view<V>(buffer: BufferRef, type?: ViewType<V>): V | Uint8Array<BytesOf<M>> {
    const { offset, size } = this.range(buffer);
    const Type = type ?? Uint8Array as unknown as ViewType<V>;
    const width = Type.BYTES_PER_ELEMENT;
    const name = `buffer ${buffer}: `;
    if (offset % width !== 0) {
      throw badArgument(
        `${name}offset ${offset} is no multiple of ${width}; plan with align: ${width}`,
      );
    }
    if (size % width !== 0) {
      throw badArgument(`${name}size ${size} is no multiple of ${width}, the bytes of an element`);
    }
    const bytes = this.buffer;
    if (offset + size > bytes.byteLength) {
      throw badArgument(`${name}the memory has shrunk to ${bytes.byteLength} bytes`);
    }
    return new Type(bytes as ArrayBuffer, offset, size / width);
  }

  /**
   * Lets go of the memory. Where the arena made it itself, views lose it as well: what is used after
   * it was freed is seen to be empty.
   */
  close(): void {
    const memory = this.#memory;
    this.#memory = undefined;
    if (this.#isOwn && memory instanceof ArrayBuffer) {
      structuredClone(memory, { transfer: [memory] });
    }
  }

  /** As {@link Arena.close}, by `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function made(byteLength: number): ArrayBuffer {
  try {
    return new ArrayBuffer(byteLength);
  } catch (cause) {
    throw new MemoError("NO_SLAB", `there is no memory of ${byteLength} bytes`, { cause });
  }
}

function bytesOf(memory: Memory): ArrayBuffer | SharedArrayBuffer {
  const isMemory = typeof memory === "object" && "buffer" in memory && !ArrayBuffer.isView(memory);
  const bytes = isMemory ? memory.buffer : memory;
  const isShared = typeof SharedArrayBuffer !== "undefined" && bytes instanceof SharedArrayBuffer;
  if (bytes instanceof ArrayBuffer || isShared) return bytes;
  throw badArgument(
    `memory ${shown(memory)} must be an ArrayBuffer, SharedArrayBuffer or WebAssembly.Memory`,
  );
}

function holds({ byteLength }: { byteLength: number }, from: number, peak: number): void {
  if (from + peak <= byteLength) return;
  throw badArgument(`memory has ${byteLength} bytes, but ${peak} are needed from ${from} on`);
}

function isMultiple(from: number, alignment: number, idx: number | undefined): void {
  if (from % alignment === 0) return;
  const of = idx === undefined ? "align" : `the alignment of buffer ${idx}`;
  throw badArgument(`byteOffset ${from} must be a multiple of ${alignment}, ${of}`);
}
