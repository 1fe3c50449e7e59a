/**
 * Plans made on a thread of their own, while the event loop goes on.
 *
 * The native library calls nobody back: a timer looks at the job, every millisecond at first and
 * every ten later.
 *
 * @module
 */

import { native, succeed } from "./native.ts";
import { badArgument, shown } from "./numbers.ts";
import { openLater } from "./open.ts";
import type { Outcome } from "./outcome.ts";
import {
  answerOf,
  checkedOptions,
  checkPlanner,
  type PlanOptions,
  type SpreadOptions,
} from "./plan.ts";
import type { Problem, TieredProblem } from "./problem.ts";
import { checkedSignal } from "./signal.ts";
import { checkedColumns } from "./specs.ts";
import type { TieredOutcome } from "./spread.ts";

/** How far a planner has come. */
export interface Progress {
  /** The peak of the best plan so far, over several arenas its cost; `null` before there is one. */
  readonly peak: number | null;
  /** The largest lower bound proven so far. */
  readonly lowerBound: number;
}

/** What can be done while a plan is made. */
export interface Watch {
  /** Ends it: the promise is rejected with the signal's reason, and the planner stops. */
  readonly signal?: AbortSignal | undefined;
  /** Told whenever the planner has come further. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Plans as {@link plan} does, on a thread of its own. The problem is copied before this returns; the
 * numbers of columns are checked on that thread as well, so that large ones are not waited for.
 */
export function planAsync(problem: Problem, options?: PlanOptions & Watch): Promise<Outcome>;
/** As above, over several arenas. */
export function planAsync(
  problem: TieredProblem,
  options?: SpreadOptions & Watch,
): Promise<TieredOutcome>;
/** As above, where only the problem tells whether there are several. */
export function planAsync(
  problem: Problem | TieredProblem,
  options?: PlanOptions & Watch,
): Promise<Outcome | TieredOutcome>;
export async function planAsync(
  problem: Problem | TieredProblem,
  options: PlanOptions & Watch = {},
): Promise<Outcome | TieredOutcome> {
  const { room, planner, timeLimit, threads, isNamed } = checkedOptions(options);
  const watch = checkedWatch(options);
  watch.signal?.throwIfAborted();
  const columns = checkedColumns(problem);
  checkPlanner(columns, isNamed);
  const job = await withTurn(watch.signal, openLater(columns, room), (id) => {
    const handle = new Uint32Array(1);
    succeed(native().memo_problem_threads(id, threads));
    succeed(native().memo_job_start(id, planner, timeLimit, handle));
    return handle[0] ?? 0;
  });
  try {
    const answer = answerOf(columns);
    await finished(job, watch, touching(answer.to));
    succeed(
      answer.tiered
        ? native().memo_job_take_tiered(job, ...answer.to)
        : native().memo_job_take(job, ...answer.to),
    );
    return answer.outcome();
  } finally {
    native().memo_job_close(job);
    endTurn();
  }
}

function checkedWatch({ signal: given, onProgress }: Watch): Watch {
  const signal = checkedSignal(given);
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw badArgument(`onProgress ${shown(onProgress)} must be a function`);
  }
  return { signal, onProgress };
}

/** Longest time between two looks at a job, in milliseconds. */
const LOOK_MAX = 10;

/** Elements that are touched at a look: half a megabyte of them, so well below a millisecond. */
const TOUCHED = 1 << 16;

/**
 * Touches room for an answer bit by bit. The system finds the memory for it only then, which for a
 * million buffers at once would hold the event loop up for longer than all else.
 */
function* touching(room: readonly unknown[]): Generator<void> {
  for (const column of room) {
    if (!(column instanceof Float64Array || column instanceof Uint32Array)) continue;
    for (let from = 0; from < column.length; from += TOUCHED) {
      yield void column.fill(0, from, from + TOUCHED);
    }
  }
}

/** Waits until a job is done, and does a bit of other work at each look. */
async function finished(
  job: number,
  { signal, onProgress }: Watch,
  work: Iterator<void>,
): Promise<void> {
  let told: Progress = { peak: null, lowerBound: 0 };
  for (let wait = 1;; wait = Math.min(2 * wait, LOOK_MAX)) {
    const { isDone, ...progress } = progressOf(job);
    if (progress.peak !== told.peak || progress.lowerBound !== told.lowerBound) {
      told = progress;
      onProgress?.(progress);
    }
    // An abort counts even where the answer is there: it may have come out of onProgress.
    signal?.throwIfAborted();
    if (isDone) return;
    work.next();
    await pause(wait, signal);
  }
}

/** Bytes of `MemoProgress`: two doubles, then two 32-bit integers. */
const PROGRESS_BYTES = 2 * 8 + 2 * 4;

function progressOf(job: number): Progress & { readonly isDone: boolean } {
  const flat = new Uint8Array(new ArrayBuffer(PROGRESS_BYTES));
  succeed(native().memo_job_progress(job, flat));
  const [peak = 0, lowerBound = 0] = new Float64Array(flat.buffer, 0, 2);
  const [isDone] = new Uint32Array(flat.buffer, 16, 1);
  return { peak: peak === Infinity ? null : peak, lowerBound, isDone: isDone === 1 };
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return until(signal, (resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    return () => clearTimeout(timer);
  });
}

/** Waits for what `begin` begins; an abort ends it with what `begin` returned. */
function until(
  signal: AbortSignal | undefined,
  begin: (resolve: () => void) => () => void,
): Promise<void> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const aborted = (): void => {
      end();
      reject(signal?.reason);
    };
    const end = begin(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    });
    signal?.addEventListener("abort", aborted, { once: true });
  });
}

/** As many plans at once as the machine has cores; others wait for their turn. */
export const RUNNING_MAX: number =
  (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator
    ?.hardwareConcurrency ?? 4;
let running = 0;
const waiting = new Set<() => void>();

/** Starts a job of an open problem when it is its turn, and closes the problem. */
async function withTurn(
  signal: AbortSignal | undefined,
  problem: number,
  start: (problem: number) => number,
): Promise<number> {
  try {
    while (running >= RUNNING_MAX) {
      await until(signal, (resolve) => {
        waiting.add(resolve);
        return () => waiting.delete(resolve);
      });
    }
    running++;
    return started(problem, start);
  } finally {
    native().memo_problem_close(problem);
  }
}

/** Starts a job whose turn it is; one that is refused leaves its turn to the next. */
function started(problem: number, start: (problem: number) => number): number {
  try {
    return start(problem);
  } catch (error) {
    endTurn();
    throw error;
  }
}

function endTurn(): void {
  running--;
  const [next] = waiting;
  if (next === undefined) return;
  waiting.delete(next);
  next();
}
