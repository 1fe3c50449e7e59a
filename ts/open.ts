/**
 * Problems opened in the native library for the time of a call.
 *
 * @module
 */

import {
  type CheckedColumns,
  type CheckedTiers,
  type CheckedTies,
  lengthOf,
  type Words,
} from "./columns.ts";
import { native, succeed } from "./native.ts";
import type { NewArguments, Octets } from "./native/symbols.ts";
import { badArgument, checkOptions, integer } from "./numbers.ts";
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
  checkOptions(room);
  const align = integer(room.align ?? 1, Number.MAX_SAFE_INTEGER, () => "align");
  return { align, capacity: room.capacity };
}

/** Calls with an open problem, and closes it. */
export function withProblem<T>(
  columns: CheckedColumns,
  room: CheckedRoom,
  call: (problem: number) => T,
): T {
  const problem = openProblem(columns, room);
  try {
    return call(problem);
  } finally {
    native().memo_problem_close(problem);
  }
}

/** Opens a problem; it is the caller's to close. */
function openProblem(columns: CheckedColumns, room: CheckedRoom): number {
  return opened(columns, room, native().memo_problem_new);
}

/** As {@link openProblem}, but the numbers are only copied: whoever needs them first checks them. */
export function openLater(columns: CheckedColumns, room: CheckedRoom): number {
  return opened(columns, room, native().memo_problem_later);
}

function opened(
  columns: CheckedColumns,
  room: CheckedRoom,
  open: (...columns: NewArguments) => number,
): number {
  const { count, sizes, starts, ends, alignments, pins, ids, ties, tiers } = columns;
  const capacity = capacityOf(columns, room);
  const bounds = [alignments, pins, room.align, capacity] as const;
  const handle = new Uint32Array(1);
  succeed(open(count, sizes, starts, ends, ...bounds, handle));
  const [problem = 0] = handle;
  try {
    if (ids !== undefined) name(problem, ids);
    if (ties !== null) tie(problem, ties);
    if (tiers !== null) spread(problem, count, tiers);
    return problem;
  } catch (error) {
    native().memo_problem_close(problem);
    throw error;
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

function name(problem: number, ids: readonly string[]): void {
  const [bytes, ends] = joined(ids);
  succeed(native().memo_problem_name(problem, bytes.length, bytes, ends.length, ends));
}

function spread(problem: number, count: number, tiers: CheckedTiers): void {
  const { capacities, costs, allowed } = tiers;
  const [names, ends] = joined(tiers.names);
  const columns = [ends.length, names.length, names, ends, capacities, costs] as const;
  succeed(native().memo_problem_spread(problem, ...columns, count, allowed));
}

/** Texts one after the other, and where each ends. */
function joined(texts: readonly string[]): [Octets, Words] {
  const encoder = new TextEncoder();
  const encoded = texts.map((text) => encoder.encode(text));
  const ends = new Uint32Array(encoded.length);
  encoded.forEach((text, idx) => ends[idx] = (ends[idx - 1] ?? 0) + text.length);
  const bytes = new Uint8Array(new ArrayBuffer(ends.at(-1) ?? 0));
  encoded.forEach((text, idx) => bytes.set(text, ends[idx - 1] ?? 0));
  return [bytes, ends];
}
