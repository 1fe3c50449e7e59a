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

/** The refusal that a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<MemoError> {
  const found = await promise.then(() => undefined, (error) => error);
  if (found instanceof MemoError) return found;
  throw found ?? new Error("nothing was refused");
}
