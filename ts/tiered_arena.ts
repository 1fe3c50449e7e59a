/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Memory laid out by a plan over several arenas: a block for each.
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
import { badArgument, shown } from "./numbers.ts";
import { checkedRoom } from "./open.ts";
import type { BufferRef, Room, TieredProblem } from "./problem.ts";
import { checkedColumns, idsOf } from "./specs.ts";
import { stated, type TieredPlanToCheck } from "./stated.ts";

/** Where several arenas lie. */
export interface TieredArenaOptions extends Pick<Room, "align"> {
  /** The place of each, by the tier's name; one that is left out gets an `ArrayBuffer` of its own. */
  readonly places?: Readonly<Record<string, Place>> | undefined;
}

/** A place in one of several arenas. */
export interface TierRange extends Range {
  /** The name of the tier. */
  readonly tier: string;
}

/**
 * A block for each tier of a problem, with all buffers in those where the plan puts them. Buffers that
 * are live at different times may share bytes: a view holds what was written last.
 *
 * @example
 * ```ts
 * import { plan, TieredArena } from "@memo/malloc";
 *
 * const problem = {
 *   buffers: [{ id: "hot", size: 64, start: 0, end: 2 }, { id: "cold", size: 512, start: 1, end: 3 }],
 *   tiers: [{ name: "fast", capacity: 256 }, { name: "slow", cost: 10 }],
 * };
 * const answer = plan(problem, { align: 8 });
 * if (answer.status === "optimal") {
 *   const arena = new TieredArena(problem, answer);
 *   arena.view("hot", Float32Array).fill(1);
 *   arena.close();
 * }
 * ```
 */
export class TieredArena {
  readonly #ranges: readonly TierRange[];
  readonly #names: Names;
  readonly #blocks: ReadonlyMap<string, Block<Memory>>;

  /** Lays out memory. Throws the fault of a plan that is not valid. */
  constructor(problem: TieredProblem, plan: TieredPlanToCheck, options: TieredArenaOptions = {}) {
    const room = { ...checkedRoom(options), capacity: undefined };
    const places = { ...options.places };
    const judged = stated(plan);
    const columns = checkedColumns(problem);
    const verdict = verdictOn(judged, columns, room);
    if (!verdict.valid) throw new MemoError(verdict.code, verdict.message);
    const { sizes, alignments, tiers } = columns;
    const names = tiers?.names ?? [];
    this.#blocks = blocks(names, Array.from(plan.peaks), places);
    for (const { from } of this.#blocks.values()) checkStart(from, room.align);
    const tierOf = Array.from(plan.tiers, (tier) => names[tier]!);
    this.#ranges = Array.from(plan.offsets, (offset, idx) => {
      const [tier, alignment] = [tierOf[idx]!, alignments?.[idx] ?? 1];
      const { from } = this.#blocks.get(tier)!;
      checkStart(from, alignment, idx);
      return { tier, offset: from + offset, size: sizes[idx]! };
    });
    this.#names = new Names(sizes.length, idsOf(problem));
  }

  /** The memory of a tier. For a `WebAssembly.Memory`, its buffer now. */
  buffer(tier: string): BytesOf<Memory> {
    return this.#block(tier).bytes;
  }

  /** Where a buffer lies. */
  range(buffer: BufferRef): TierRange {
    return this.#ranges[this.#names.indexOf(buffer)]!;
  }

  /** The bytes of a buffer. */
  view(buffer: BufferRef): Uint8Array<BytesOf<Memory>>;
  /** A buffer as an array of this type. */
  view<V>(buffer: BufferRef, type: ViewType<V>): V;
  view<V>(buffer: BufferRef, type?: ViewType<V>): V | Uint8Array<BytesOf<Memory>> {
    const range = this.range(buffer);
    const Type = type ?? Uint8Array as unknown as ViewType<V>;
    return this.#block(range.tier).view(buffer, range, Type);
  }

  /** Lets go of all memory. Views lose what was made here: a use after the end is seen to be empty. */
  close(): void {
    for (const block of this.#blocks.values()) block.close();
  }

  /** As {@link TieredArena.close}, by `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #block(tier: string): Block<Memory> {
    const block = this.#blocks.get(tier);
    if (block !== undefined) return block;
    const all = [...this.#blocks.keys()].join(", ");
    throw badArgument(`tier ${shown(tier)} is none of ${all}`);
  }
}

/** A block for each tier, none of which has a byte of another. */
function blocks(
  names: readonly string[],
  peaks: readonly number[],
  places: Readonly<Record<string, Place>>,
): Map<string, Block<Memory>> {
  const stray = Object.keys(places).find((name) => !names.includes(name));
  if (stray !== undefined) {
    throw badArgument(`places: ${shown(stray)} is the name of no tier: ${names.join(", ")}`);
  }
  const all = names.map((name, tier) => {
    const place = Object.hasOwn(places, name) ? places[name] : {};
    if (typeof place !== "object" || place === null) {
      throw badArgument(
        `places: ${name}: ${shown(place)} must be an object { memory, byteOffset }`,
      );
    }
    const { memory, byteOffset } = place;
    return new Block<Memory>({ memory, byteOffset }, peaks[tier]!, `tier ${name}: `);
  });
  all.forEach((block, tier) => {
    const end = block.from + peaks[tier]!;
    const other = all.findIndex((other, at) =>
      at < tier && other.bytes === block.bytes && other.from < end &&
      block.from < other.from + peaks[at]!
    );
    if (other >= 0) throw badArgument(`tiers ${names[other]} and ${names[tier]} share bytes`);
  });
  return new Map(all.map((block, tier) => [names[tier]!, block]));
}
