/**
 * Signals of a caller.
 *
 * @module
 */

import { badArgument, shown } from "./numbers.ts";

/** A signal, unless it was left out. */
export function checkedSignal(signal: unknown): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  throw badArgument(`signal ${shown(signal)} must be an AbortSignal`);
}
