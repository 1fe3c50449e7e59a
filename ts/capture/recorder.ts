/**
 * What a run asks for, as it happens.
 *
 * @module
 */

import { MemoError } from "../errors.ts";
import type { BufferFields, OneLifetime } from "../problem.ts";

/** A buffer that a run has made. */
export interface RecordedBuffer extends BufferFields, OneLifetime {
  /**
   * Its op, the op's number, and the buffer's number within it when there are more; or what the
   * model calls it.
   */
  readonly id: string;
  /** The name of the op that made it. */
  readonly op: string;
}

/** What a run has asked for. Steps are counted by what was made or freed. */
export interface Recorded {
  /** The buffers made and freed: a problem to be planned. */
  readonly buffers: readonly RecordedBuffer[];
  /** Those that outlive the run, such as its results: to be kept elsewhere. */
  readonly escapes: readonly RecordedBuffer[];
}

/** When a buffer's lifetime ends. */
export type Until =
  /** When the runtime lets go of it. */
  | "freed"
  /** After the last op that reads it: what a plan could do. */
  | "used";

interface Live {
  readonly id: string;
  readonly op: string;
  readonly size: number;
  readonly start: number;
  used: number;
  freed: number | undefined;
}

interface Op {
  readonly name: string;
  readonly idx: number;
  count: number;
}

/** Records what is made and freed between ops that begin and end. */
export class Recorder {
  readonly #live = new Map<unknown, Live>();
  readonly #all: Live[] = [];
  readonly #ops: Op[] = [];
  #opCount = 0;
  #steps = 0;

  /** An op begins, perhaps within another. */
  begin(name: string): void {
    this.#ops.push({ name, idx: this.#opCount++, count: 0 });
  }

  /** The op that began last ends; it has read these buffers. */
  end(read: Iterable<unknown>): void {
    this.#ops.pop();
    for (const key of read) {
      const live = this.#live.get(key);
      if (live !== undefined) live.used = this.#steps;
    }
  }

  /** A buffer is made by the op that began last; outside of ops, by one of this name. */
  made(key: unknown, size: number, name: string): void {
    if (size === 0) return;
    const op = this.#ops.at(-1) ?? { name, idx: this.#opCount++, count: 0 };
    const number = op.count === 0 ? "" : `.${op.count}`;
    op.count++;
    const start = this.#steps++;
    const used = this.#steps;
    const live = { id: `${op.name}#${op.idx}${number}`, op: op.name, size, start, used };
    const made = { ...live, freed: undefined };
    this.#live.set(key, made);
    this.#all.push(made);
  }

  /** A buffer is freed. One that was made before the recording began is none of it. */
  freed(key: unknown): void {
    const live = this.#live.get(key);
    if (live === undefined) return;
    live.freed = this.#steps++;
    this.#live.delete(key);
  }

  /** What was recorded. */
  recorded(until: Until): Recorded {
    const steps = Math.max(this.#steps, 1);
    const buffers: RecordedBuffer[] = [];
    const escapes: RecordedBuffer[] = [];
    for (const { id, op, size, start, used, freed } of this.#all) {
      const end = freed === undefined ? steps : until === "freed" ? freed : used;
      (freed === undefined ? escapes : buffers).push({ id, op, size, start, end });
    }
    return { buffers, escapes };
  }
}

/** Replaces a method of an object by another; returns what puts it back. */
export function hooked<F>(
  object: object,
  name: string,
  replacement: (original: F) => F,
): () => void {
  const target = object as Record<string, unknown>;
  const original = target[name];
  if (typeof original !== "function") {
    throw new MemoError(
      "UNSUPPORTED",
      `there is no ${name} to hook: another version than is known?`,
    );
  }
  const isOwn = Object.hasOwn(object, name);
  target[name] = replacement(original as F);
  return () => {
    if (isOwn) target[name] = original;
    else delete target[name];
  };
}

/** Hooks one after the other, and none where one is refused; returns what puts all back. */
export function hookedAll(hooks: Iterable<() => void>): () => void {
  const done: (() => void)[] = [];
  const unhook = (): void => done.splice(0).forEach((unhook) => unhook());
  try {
    for (const hook of hooks) done.push(hook);
    return unhook;
  } catch (error) {
    unhook();
    throw error;
  }
}
