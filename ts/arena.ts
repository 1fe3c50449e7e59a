/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Memory laid out by a plan: typed arrays at the planned offsets of one block.
 *
 * @module
 */

import { verdictOn } from "./check.ts";
import { MemoError } from "./errors.ts";
import {
  Block,
  type BytesOf,
  checkStart,
  type Memory,
  Names,
  type Place,
  type Range,
  type ViewType,
} from "./memory.ts";
import { checkedRoom } from "./open.ts";
import type { BufferRef, Problem, Room } from "./problem.ts";
import { checkedColumns, idsOf } from "./specs.ts";
import { type PlanToCheck, stated } from "./stated.ts";

/** Where an arena lies. */
export interface ArenaOptions<M extends Memory = ArrayBuffer>
  extends Place<M>, Pick<Room, "align"> {}

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
  readonly #names: Names;
  readonly #block: Block<M>;

  /** Lays out memory. Throws the fault of a plan that is not valid. */
  constructor(problem: Problem, plan: PlanToCheck, options: ArenaOptions<M> = {}) {
    const room = { ...checkedRoom(options), capacity: undefined };
    const place = { memory: options.memory, byteOffset: options.byteOffset };
    const judged = stated(plan);
    const columns = checkedColumns(problem);
    const verdict = verdictOn(judged, columns, room);
    if (!verdict.valid) throw new MemoError(verdict.code, verdict.message);
    const { sizes, alignments } = columns;
    this.#block = new Block(place, plan.peak);
    const { from } = this.#block;
    alignments?.forEach((alignment, idx) => checkStart(from, alignment, idx));
    checkStart(from, room.align);
    this.#ranges = Array.from(
      plan.offsets,
      (offset, idx) => ({ offset: from + offset, size: sizes[idx] ?? 0 }),
    );
    this.#names = new Names(sizes.length, idsOf(problem));
  }

  /** The memory itself. For a `WebAssembly.Memory`, its buffer now. */
  get buffer(): BytesOf<M> {
    return this.#block.bytes;
  }

  /** Where a buffer lies. */
  range(buffer: BufferRef): Range {
    return this.#ranges[this.#names.indexOf(buffer)]!;
  }

  /** The bytes of a buffer. */
  view(buffer: BufferRef): Uint8Array<BytesOf<M>>;
  /** A buffer as an array of this type. */
  view<V>(buffer: BufferRef, type: ViewType<V>): V;
  view<V>(buffer: BufferRef, type?: ViewType<V>): V | Uint8Array<BytesOf<M>> {
    return this.#block.view(
      buffer,
      this.range(buffer),
      type ?? Uint8Array as unknown as ViewType<V>,
    );
  }

  /**
   * Lets go of the memory. Where the arena made it itself, views lose it as well: what is used after
   * it was freed is seen to be empty.
   */
  close(): void {
    this.#block.close();
  }

  /** As {@link Arena.close}, by `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}
