/** Errors as values. */

import { MemoError } from "../../ts/mod.ts";

/** The refusal that a call ends in. Anything else is the test's failure. */
export function refusal(call: () => unknown): MemoError {
  try {
    call();
  } catch (error) {
    if (error instanceof MemoError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
