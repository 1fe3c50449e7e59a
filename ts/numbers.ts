/**
 * Numbers of a caller, refused unless they are what they must be. The runtimes differ in what a
 * foreign call does to -1, 2^32 or NaN; nothing unchecked reaches one.
 *
 * @module
 */

import { MemoError } from "./errors.ts";

/** The largest 32-bit integer: of a step, of a count. */
export const WORD_MAX = 4_294_967_295;

/** Whether `value` is an integer in `[0, max]`. */
export function isInteger(value: unknown, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max;
}

/** `value` as an integer in `[0, max]`. `name` is only called to tell of a refusal. */
export function integer(value: unknown, max: number, name: () => string): number {
  if (isInteger(value, max)) return value;
  throw badArgument(`${name()} ${shown(value)} must be an integer from 0 to ${max}`);
}

/** `value` as a number of at least 0, `Infinity` when left out. */
export function duration(value: unknown, name: string): number {
  if (value === undefined) return Infinity;
  if (typeof value === "number" && value >= 0) return value;
  throw badArgument(`${name} ${shown(value)} must be a number of seconds, 0 or more`);
}

/** Refuses options that are no object. */
export function checkOptions(options: unknown): void {
  if (typeof options === "object" && options !== null) return;
  throw badArgument(`options ${shown(options)} must be an object`);
}

/** A refusal of an argument. */
export function badArgument(message: string): MemoError {
  return new MemoError("BAD_ARGUMENT", message);
}

/** A value as it is shown in a message, with its type where that is the fault. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "number":
    case "undefined":
      return String(value);
    case "bigint":
      return `${value}n (a bigint; convert it with Number)`;
    case "string":
      return `${JSON.stringify(value)} (a string)`;
    default:
      return value === null ? "null" : `(${Array.isArray(value) ? "an array" : typeof value})`;
  }
}
