/**
 * What a lower bound stands on, and what would lower it.
 *
 * @module
 */

import type { CheckedColumns, Words } from "./columns.ts";
import { native, succeed } from "./native.ts";
import { checkOptions, integer } from "./numbers.ts";
import { withProblem } from "./open.ts";
import { type Bound, certificateOf } from "./outcome.ts";
import { checkedOptions, planned, type SpreadOptions } from "./plan.ts";
import type { Problem, Room, TieredProblem } from "./problem.ts";
import { checkedColumns } from "./specs.ts";
import type { TieredOutcome } from "./spread.ts";

/** What to explain. */
export interface ExplainOptions extends Pick<Room, "align"> {
  /** The most changes to find; 10 when left out. */
  readonly top?: number | undefined;
}

/** What to explain of several arenas, and how to plan them. */
export type TieredExplainOptions = ExplainOptions & SpreadOptions;

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

/** What the buffers of each arena need. */
export interface TieredExplanation {
  /** The plan that is explained. */
  readonly answer: TieredOutcome;
  /** Of each tier, what is said of the buffers that go there. Empty where no plan was found. */
  readonly tiers: readonly Explanation[];
}

/** The most changes that may be asked for. */
const TOP_MAX = 100_000;

/** Bytes of `MemoExplanation`: four doubles, then eight 32-bit integers. */
const EXPLANATION_BYTES = 4 * 8 + 8 * 4;

/**
 * Says which buffers a lower bound stands on, and the single changes that lower it most. Several
 * arenas are planned first; then each is explained with the buffers that go there.
 *
 * @throws {MemoError} When the buffers or the options are not what they must be.
 */
export function explain(problem: Problem, options?: ExplainOptions): Explanation;
/** As above, over several arenas. */
export function explain(problem: TieredProblem, options?: TieredExplainOptions): TieredExplanation;
/** As above, where only the problem tells whether there are several. */
export function explain(
  problem: Problem | TieredProblem,
  options?: TieredExplainOptions,
): Explanation | TieredExplanation;
export function explain(
  problem: Problem | TieredProblem,
  options: TieredExplainOptions = {},
): Explanation | TieredExplanation {
  checkOptions(options);
  const { align, timeLimit, threads } = options;
  const checked = checkedOptions({ align, timeLimit, threads });
  const top = integer(options.top ?? 10, TOP_MAX, () => "top");
  const columns = checkedColumns(problem);
  const explained = (part: CheckedColumns): Explanation =>
    explanationOf(part, checked.room.align, top);
  if (columns.tiers === null) return explained(columns);
  const answer = planned(columns, checked) as TieredOutcome;
  if (!("tiers" in answer)) return { answer, tiers: [] };
  return {
    answer,
    tiers: columns.tiers.names.map((_, tier) => explained(held(columns, tier, answer.tiers))),
  };
}

/** What a tier holds: all other buffers are there, but without bytes, so that each keeps its index. */
function held(columns: CheckedColumns, tier: number, tiers: Words): CheckedColumns {
  const { sizes, pins } = columns;
  return {
    ...columns,
    tiers: null,
    sizes: sizes.map((size, idx) => tiers[idx] === tier ? size : 0),
    pins: pins?.map((pin, idx) => tiers[idx] === tier ? pin : NaN) ?? null,
  };
}

function explanationOf(columns: CheckedColumns, align: number, top: number): Explanation {
  const room = { align, capacity: Infinity };
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
