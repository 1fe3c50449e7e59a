/**
 * The native library, opened once, and what every call to it shares.
 *
 * @module
 */

import { codeOf, MemoError } from "./errors.ts";
import { named, places } from "./native/find.ts";
import { complaint, load } from "./native/load.ts";
import { type Native, SYMBOLS } from "./native/symbols.ts";
import { copied } from "./texts.ts";

/** What overrides the search. */
const VARIABLE = "MEMO_MALLOC_LIB";

/** The ABI this package was written for: `MEMO_ABI_VERSION` of `memo.h`. */
const ABI_VERSION = 6;

let opened: Native | undefined;

/** The native library. Throws `LIBRARY` when it cannot be opened. */
export function native(): Native {
  return opened ??= found();
}

/** Throws the failure that a status tells of. */
export function succeed(status: number): void {
  if (status !== 0) throw failure(status);
}

/** The failure that a status tells of, with its text. */
export function failure(status: number): MemoError {
  const message = copied((to, capacity) => native().memo_last_error(to, capacity));
  return new MemoError(codeOf(status), message);
}

/** The name the native library has for a code; empty for a number that no code has. */
export function nativeCodeName(code: number): string {
  return copied((to, capacity) => native().memo_code_name(code, to, capacity));
}

function found(): Native {
  const wanted = {
    functions: SYMBOLS,
    version: "memo_abi_version",
    abiVersion: ABI_VERSION,
  } as const;
  const library = load<Native>(wanted, places(VARIABLE, "memo_malloc.node"));
  if (!Array.isArray(library)) return library;
  const variable = named(VARIABLE) === undefined ? undefined : VARIABLE;
  const message = complaint("the native library", library, variable);
  throw new MemoError("LIBRARY", `${message}\nfix: ${fix(library)}`);
}

function fix(tried: string[]): string {
  if (tried.some((line) => line.includes("--allow-ffi"))) return "run Deno with --allow-ffi";
  const build = "cargo build --release -p memo-malloc-node";
  if (named(VARIABLE) !== undefined) {
    return `point ${VARIABLE} at the library of this version (${build}), or unset it`;
  }
  return "install with optional dependencies, for example npm install --include=optional; where " +
    `there is no package for a platform, ${build} and set ${VARIABLE} to the library's path`;
}
