/**
 * What a lower bound stands on, and what would lower it.
 *
 * @module
 */

import { native, succeed } from "./native.ts";
import { integer } from "./numbers.ts";
import { checkedRoom, withProblem } from "./open.ts";
import { type Bound, certificateOf } from "./outcome.ts";
import type { Problem, Room } from "./problem.ts";
import { checkedColumns } from "./specs.ts";

/** What to explain. */
export interface ExplainOptions extends Pick<Room, "align"> {
  /** The most changes to find; 10 when left out. */
  readonly top?: number | undefined;
}

/** A number of bytes at a step. */
export interface Load {
  /** The bytes. */
  readonly bytes: number;
  /** The step. */
  readonly step: number;
}

/** The lower bound after a change of one buffer. */
export interface BufferChange {
  /** The buffer. */
  readonly buffer: number;
  /** The bound without it. */
  readonly gone: number;
  /** The bound if it ended at `step` of the explanation; `null` where that cannot shorten it. */
  readonly freedBy: number | null;
  /** The bound if it started at `end` of the explanation; `null` where that cannot shorten it. */
  readonly madeAt: number | null;
}

/** What a lower bound stands on. */
export interface Explanation extends Bound {
  /** The largest load. */
  readonly load: Load;
  /** The step that is explained: the first at which the bound is reached. */
  readonly step: number;
  /** The step after the last of these. */
  readonly end: number;
  /** The buffers with bytes that are live at that step, the largest first. */
  readonly live: Uint32Array<ArrayBuffer>;
  /** The load at that step. */
  readonly liveBytes: number;
  /** The largest load of all other buffers: what is done to those live at the step gains no more. */
  readonly others: Load;
  /** The buffers whose change lowers the bound most, the best first. */
  readonly changes: readonly BufferChange[];
}

/** The most changes that may be asked for. */
const TOP_MAX = 100_000;

/** Bytes of `MemoExplanation`: four doubles, then eight 32-bit integers. */
const EXPLANATION_BYTES = 4 * 8 + 8 * 4;

/**
 * Says which buffers a lower bound stands on, and the single changes that lower it most.
 *
 * @throws {MemoError} When the buffers or the options are not what they must be.
 */
export function explain(problem: Problem, options: ExplainOptions = {}): Explanation {
  const room = { ...checkedRoom(options), capacity: Infinity };
  const top = integer(options.top ?? 10, TOP_MAX, () => "top");
  const columns = checkedColumns(problem);
  const [live, buffers] = [new Uint32Array(columns.count), new Uint32Array(top)];
  const [gone, freedBy] = [new Float64Array(top), new Float64Array(top)];
  const madeAt = new Float64Array(top);
  const flat = new Uint8Array(new ArrayBuffer(EXPLANATION_BYTES));
  withProblem(columns, room, (id) => {
    const { count } = columns;
    succeed(
      native().memo_explain(id, count, live, top, buffers, gone, freedBy, madeAt, flat),
    );
  });
  const orNull = (bound: number): number | null => Number.isNaN(bound) ? null : bound;
  const [lowerBound = 0, load = 0, liveBytes = 0, others = 0] = new Float64Array(flat.buffer, 0, 4);
  const [number = 0, at = 0, loadStep = 0, step = 0, ...rest] = new Uint32Array(flat.buffer, 32, 8);
  const [end = 0, liveCount = 0, othersStep = 0, changeCount = 0] = rest;
  return {
    lowerBound,
    certificate: certificateOf(number, at),
    load: { bytes: load, step: loadStep },
    step,
    end,
    live: live.slice(0, liveCount),
    liveBytes,
    others: { bytes: others, step: othersStep },
    changes: Array.from(buffers.subarray(0, changeCount), (buffer, idx) => ({
      buffer,
      gone: gone[idx]!,
      freedBy: orNull(freedBy[idx]!),
      madeAt: orNull(madeAt[idx]!),
    })),
  };
}
