/**
 * Where the native library may lie.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** What overrides the search. */
export const VARIABLE = "MEMO_MALLOC_LIB";

/** The path that the environment names, if it does and may be asked. */
export function named(): string | undefined {
  try {
    return process.env[VARIABLE] || undefined;
  } catch {
    // Deno without `--allow-env`: not a reason to fail, the other places remain.
    return undefined;
  }
}

/** The paths to try when the environment names none, in order. */
export function places(): string[] {
  const file = FILES[process.platform as keyof typeof FILES] ?? FILES.linux;
  // This file lies in `ts/native` or, compiled, in `dist/native`.
  return ["release", "debug"].map((profile) =>
    fileURLToPath(new URL(`../../target/${profile}/${file}`, import.meta.url))
  );
}

const FILES = {
  linux: "libmemo_malloc_node.so",
  darwin: "libmemo_malloc_node.dylib",
  win32: "memo_malloc_node.dll",
} as const;
