/**
 * Problems opened in the native library for the time of a call.
 *
 * @module
 */

import { type CheckedColumns, type CheckedTiers, type CheckedTies, lengthOf } from "./columns.ts";
import { native, succeed } from "./native.ts";
import { badArgument, integer, shown } from "./numbers.ts";
import type { Room } from "./problem.ts";

/** A room whose fields have been read and checked. */
export interface CheckedRoom {
  readonly align: number;
  readonly capacity: number | undefined;
}

/**
 * The room, read before the columns are checked: a getter of the caller must not run between the
 * check of a column and the foreign call, since it can shorten the column's memory.
 */
export function checkedRoom(room: Room): CheckedRoom {
  if (typeof room !== "object" || room === null) {
    throw badArgument(`options ${shown(room)} must be an object`);
  }
  const align = integer(room.align ?? 1, Number.MAX_SAFE_INTEGER, () => "align");
  return { align, capacity: room.capacity };
}

/** Calls with an open problem, and closes it. */
export function withProblem<T>(
  columns: CheckedColumns,
  room: CheckedRoom,
  call: (problem: number) => T,
): T {
  const { count, sizes, starts, ends, alignments, pins, ties, tiers } = columns;
  const capacity = capacityOf(columns, room);
  const handle = new Uint32Array(1);
  succeed(
    native().memo_problem_new(
      count,
      sizes,
      starts,
      ends,
      alignments,
      pins,
      room.align,
      capacity,
      handle,
    ),
  );
  const [problem = 0] = handle;
  try {
    if (ties !== null) tie(problem, ties);
    if (tiers !== null) spread(problem, count, tiers);
    return call(problem);
  } finally {
    native().memo_problem_close(problem);
  }
}

/** The capacity of the options, else of the problem, else none. Tiers have their own. */
function capacityOf({ capacity: own, tiers }: CheckedColumns, room: CheckedRoom): number {
  const capacity = room.capacity ?? own ?? Infinity;
  if (capacity === Infinity) return capacity;
  if (tiers !== null) throw badArgument("capacity: a problem of several tiers has one for each");
  return integer(capacity, Number.MAX_SAFE_INTEGER, () => "capacity");
}

function tie(problem: number, { buffers, starts, ends, shares, apart }: CheckedTies): void {
  succeed(
    native().memo_problem_tie(
      problem,
      lengthOf(buffers),
      buffers,
      starts,
      ends,
      lengthOf(shares) / 2,
      shares,
      lengthOf(apart) / 2,
      apart,
    ),
  );
}

function spread(problem: number, count: number, tiers: CheckedTiers): void {
  const { capacities, costs, allowed } = tiers;
  const encoded = tiers.names.map((name) => new TextEncoder().encode(name));
  const ends = new Uint32Array(encoded.length);
  encoded.forEach((name, idx) => ends[idx] = (ends[idx - 1] ?? 0) + name.length);
  const names = new Uint8Array(new ArrayBuffer(ends.at(-1) ?? 0));
  encoded.forEach((name, idx) => names.set(name, ends[idx - 1] ?? 0));
  succeed(
    native().memo_problem_spread(
      problem,
      encoded.length,
      names.length,
      names,
      ends,
      capacities,
      costs,
      count,
      allowed,
    ),
  );
}
