/// <reference lib="esnext.disposable" preserve="true" />
/**
 * TorchScript models, run on this thread or on one of the library.
 *
 * @module
 */

import { isMainThread } from "node:worker_threads";
import type { Words } from "../columns.ts";
import { MemoError } from "../errors.ts";
import { checkOptions } from "../numbers.ts";
import { checkedSignal } from "../signal.ts";
import { pathOf, text } from "../texts.ts";
import { succeed, torch } from "./library.ts";
import { finished } from "./look.ts";
import type { NativeTorch } from "./symbols.ts";
import {
  type CheckedTensor,
  checkedTensors,
  closeTensors,
  openTensors,
  takeTensors,
  type Tensor,
} from "./tensor.ts";

/** How to run on this thread. */
export interface RunSyncOptions {
  /**
   * Whether the model reads the caller's memory: nothing is copied. For models that neither keep
   * their inputs nor write to them.
   */
  readonly borrow?: boolean | undefined;
}

/** How to run on a thread of the library. */
export interface RunOptions extends RunSyncOptions {
  /**
   * As for `runSync`, and until the promise is settled the memory belongs to the run: nobody writes
   * to it, resizes or transfers it; it may be read, and be lent to several runs. In Deno and within
   * workers the inputs are copied all the same: there memory can be gone in the middle of a run.
   */
  readonly borrow?: boolean | undefined;
  /**
   * Ends it: the promise is rejected with the signal's reason. A run that has not begun never does;
   * one that has begun goes on to its end, and nobody hears of it. With `borrow` the promise is
   * rejected at that end.
   */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A model out of a file written by `torch.jit.save`. Its results are the tensors of what it returns,
 * in order, out of tuples, lists and dictionaries, each in memory of its own.
 *
 * @example
 * ```ts
 * import { enable, Model } from "@memo/malloc/torch";
 *
 * enable();
 * const model = Model.load("model.pt");
 * const data = new Float32Array(3 * 224 * 224);
 * const [scores] = await model.run([{ type: "f32", shape: [1, 3, 224, 224], data }]);
 * model.close();
 * ```
 */
export class Model {
  #handle: number | undefined;

  private constructor(handle: number) {
    this.#handle = handle;
  }

  /** Loads a model, on this thread. Throws `BAD_MODEL`, and `NO_TORCH` where there is no LibTorch. */
  static load(path: string | URL): Model {
    const name = text(pathOf(path, "path"), "path");
    const handle = new Uint32Array(1);
    succeed(torch().memo_torch_model_load(name, handle));
    return new Model(handle[0] ?? 0);
  }

  /**
   * Runs the model on a thread of the library, while the event loop goes on. The inputs are copied
   * before this returns, unless it may `borrow` them.
   */
  async run(inputs: readonly Tensor[], options: RunOptions = {}): Promise<Tensor[]> {
    checkOptions(options);
    const { borrow = false } = options;
    const signal = checkedSignal(options.signal);
    const checked = checkedTensors(inputs);
    const model = this.#open();
    signal?.throwIfAborted();
    const opened = new Inputs(checked, borrow && mayLend());
    const run = opened.started(torch().memo_torch_model_start, model);
    await finished(run, { signal, isBorrowed: borrow, end: () => opened.close() });
    return resultsOf(run);
  }

  /** Runs the model on this thread. */
  runSync(inputs: readonly Tensor[], options: RunSyncOptions = {}): Tensor[] {
    checkOptions(options);
    const { borrow = false } = options;
    const checked = checkedTensors(inputs);
    const opened = new Inputs(checked, borrow);
    try {
      return resultsOf(opened.started(torch().memo_torch_model_run, this.#open()));
    } finally {
      opened.close();
    }
  }

  /** Lets go of the model. Runs of it go on. */
  close(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle !== undefined) succeed(torch().memo_torch_model_close(handle));
  }

  /** As {@link Model.close}, by `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #open(): number {
    if (this.#handle === undefined) throw new MemoError("STALE_HANDLE", "the model is closed");
    return this.#handle;
  }
}

/** What the library reads where it is: held here, so that it is not collected meanwhile. */
const borrowed = new Set<readonly CheckedTensor[]>();

/** The inputs of a run, as the library has them. */
class Inputs {
  readonly #tensors: readonly CheckedTensor[];
  readonly #handles: Words;

  constructor(tensors: readonly CheckedTensor[], isBorrowed: boolean) {
    this.#tensors = tensors;
    this.#handles = openTensors(tensors, isBorrowed);
    if (isBorrowed) borrowed.add(tensors);
  }

  /** A run that was started with them; they are closed when it is refused. */
  started(start: NativeTorch["memo_torch_model_start"], model: number): number {
    const run = new Uint32Array(1);
    try {
      succeed(start(model, this.#handles.length, this.#handles, run));
      return run[0] ?? 0;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    closeTensors(this.#handles);
    borrowed.delete(this.#tensors);
  }
}

/**
 * Whether memory of JavaScript stays as long as runs go on. That of a worker is gone when it is
 * terminated, and Deno frees its own before it exits after an error that nobody caught.
 */
function mayLend(): boolean {
  return isMainThread && !("Deno" in globalThis);
}

/** The results of a run that is done, or its failure; it is closed. */
function resultsOf(run: number): Tensor[] {
  const count = new Uint32Array(1);
  try {
    succeed(torch().memo_torch_run_wait(run, count));
    const handles = new Uint32Array(count[0] ?? 0);
    succeed(torch().memo_torch_run_take(run, handles.length, handles));
    return takeTensors(handles);
  } finally {
    // One whose results were taken is closed already, and says so.
    torch().memo_torch_run_close(run);
  }
}
