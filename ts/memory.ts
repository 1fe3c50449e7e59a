/**
 * One block of memory, and typed arrays in it.
 *
 * @module
 */

import { MemoError } from "./errors.ts";
import { badArgument, integer, isInteger, shown } from "./numbers.ts";
import type { BufferRef } from "./problem.ts";

/** What an arena may lie in. */
export type Memory = ArrayBuffer | SharedArrayBuffer | WebAssemblyMemory;

/** A `WebAssembly.Memory`: growing it gives it another buffer. */
export interface WebAssemblyMemory {
  /** Where its bytes are now. */
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
}

/** Where in which memory an arena lies. */
export interface Place<M extends Memory = Memory> {
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

/** Bytes of a memory, until they are let go of. */
export class Block<M extends Memory> {
  /** Where it begins. */
  readonly from: number;
  readonly #isOwn: boolean;
  #memory: M | undefined;

  /** So many bytes at a place; `name` begins messages about it. */
  constructor({ memory, byteOffset = 0 }: Place<M>, size: number, name: string = "") {
    this.from = integer(byteOffset, Number.MAX_SAFE_INTEGER, () => `${name}byteOffset`);
    this.#isOwn = memory === undefined;
    this.#memory = memory ?? made(size + this.from) as M;
    const { byteLength } = bytesOf(this.#memory, name);
    if (this.from + size <= byteLength) return;
    throw badArgument(
      `${name}memory has ${byteLength} bytes, but ${size} are needed from ${this.from} on`,
    );
  }

  /** The memory itself. */
  get bytes(): BytesOf<M> {
    if (this.#memory === undefined) {
      throw new MemoError("STALE_HANDLE", "the arena is closed");
    }
    return bytesOf(this.#memory) as BytesOf<M>;
  }

  /** What lies at a range, as an array of this type; `buffer` is what messages call it. */
  view<V>(buffer: BufferRef, { offset, size }: Range, Type: ViewType<V>): V {
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
    const bytes = this.bytes;
    if (offset + size > bytes.byteLength) {
      throw badArgument(`${name}the memory has shrunk to ${bytes.byteLength} bytes`);
    }
    return new Type(bytes as ArrayBuffer, offset, size / width);
  }

  /** Lets go of the memory. One that it made is taken from all views. */
  close(): void {
    const memory = this.#memory;
    this.#memory = undefined;
    if (this.#isOwn && memory instanceof ArrayBuffer) {
      structuredClone(memory, { transfer: [memory] });
    }
  }
}

function made(byteLength: number): ArrayBuffer {
  try {
    return new ArrayBuffer(byteLength);
  } catch (cause) {
    throw new MemoError("NO_SLAB", `there is no memory of ${byteLength} bytes`, { cause });
  }
}

function bytesOf(memory: Memory, name: string = ""): ArrayBuffer | SharedArrayBuffer {
  const isMemory = typeof memory === "object" && "buffer" in memory && !ArrayBuffer.isView(memory);
  const bytes = isMemory ? memory.buffer : memory;
  const isShared = typeof SharedArrayBuffer !== "undefined" && bytes instanceof SharedArrayBuffer;
  if (bytes instanceof ArrayBuffer || isShared) return bytes;
  throw badArgument(
    `${name}memory ${
      shown(memory)
    } must be an ArrayBuffer, SharedArrayBuffer or WebAssembly.Memory`,
  );
}

/** What finds the index of a buffer. */
export class Names {
  readonly #named: ReadonlyMap<string, number>;
  readonly #count: number;

  /** So many buffers, with these ids if they have some. */
  constructor(count: number, ids: readonly string[] | undefined) {
    this.#named = new Map(ids?.map((id, idx) => [id, idx]));
    this.#count = count;
  }

  /** The index of a buffer. */
  indexOf(buffer: BufferRef): number {
    const idx = typeof buffer === "string" ? this.#named.get(buffer) : buffer;
    if (isInteger(idx, this.#count - 1)) return idx;
    throw new MemoError(
      "UNKNOWN_BUFFER",
      `${JSON.stringify(buffer) ?? shown(buffer)} is no buffer: there are ${this.#count}, ` +
        `${this.#named.size} of them with ids`,
    );
  }
}

/** Refuses a place that an alignment forbids: that of a buffer, or that of all. */
export function checkStart(from: number, alignment: number, idx?: number): void {
  if (from % alignment === 0) return;
  const of = idx === undefined ? "align" : `the alignment of buffer ${idx}`;
  throw badArgument(`byteOffset ${from} must be a multiple of ${alignment}, ${of}`);
}
