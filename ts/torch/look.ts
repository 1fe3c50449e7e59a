/**
 * Runs on threads of the library, waited for.
 *
 * The library calls nobody back: as long as there are such runs, a timer looks at them every
 * millisecond.
 *
 * @module
 */

import { torch } from "./library.ts";

/** Milliseconds between two looks. */
const LOOK = 1;

/** What follows each run that is waited for. */
const pending = new Map<number, () => void>();

/** How a run is waited for. */
export interface Wait {
  /** An abort ends the wait and closes the run: at once, unless the run reads the caller's memory. */
  readonly signal: AbortSignal | undefined;
  /** Whether the run reads the caller's memory: then nobody hears of its end before it. */
  readonly isBorrowed: boolean;
  /** Called when the run is done, however the wait ends. */
  end(): void;
}

/** Waits until a run is done. */
export function finished(run: number, { signal, isBorrowed, end }: Wait): Promise<void> {
  const done = whenDone(run).then(end);
  if (signal === undefined) return done;
  return new Promise((resolve, reject) => {
    let isAborted = false;
    const aborted = (): void => {
      isAborted = true;
      torch().memo_torch_run_cancel(run);
      const closed = done.then(() => void torch().memo_torch_run_close(run));
      if (isBorrowed) closed.then(() => reject(signal.reason));
      else reject(signal.reason);
    };
    signal.addEventListener("abort", aborted, { once: true });
    done.then(() => {
      signal.removeEventListener("abort", aborted);
      if (!isAborted) resolve();
    });
  });
}

function whenDone(run: number): Promise<void> {
  return new Promise((resolve) => {
    if (pending.size === 0) setTimeout(look, LOOK);
    pending.set(run, resolve);
  });
}

function look(): void {
  for (const [run, resolve] of pending) {
    if (!isDone(run)) continue;
    pending.delete(run);
    resolve();
  }
  if (pending.size > 0) setTimeout(look, LOOK);
}

/** Also of a run that the library does not know: to wait for it tells why. */
function isDone(run: number): boolean {
  const flag = new Uint32Array(1);
  return torch().memo_torch_run_is_done(run, flag) !== 0 || flag[0] === 1;
}
