/**
 * The native library, opened once, and what every call to it shares.
 *
 * @module
 */

import { codeOf, MemoError } from "./errors.ts";
import { open as openInBun } from "./native/bun.ts";
import { open as openInDeno } from "./native/deno.ts";
import { named, places, VARIABLE } from "./native/find.ts";
import { open as openInNode } from "./native/node.ts";
import type { Native, Octets } from "./native/symbols.ts";

/** The ABI this package was written for: `MEMO_ABI_VERSION` of `memo.h`. */
const ABI_VERSION = 2;

let opened: Native | undefined;

/** The native library. Throws `LIBRARY` when it cannot be opened. */
export function native(): Native {
  return opened ??= load();
}

/** Throws the failure that a status tells of. */
export function succeed(status: number): void {
  if (status !== 0) throw failure(status);
}

/** The failure that a status tells of, with its text. */
export function failure(status: number): MemoError {
  return new MemoError(
    codeOf(status),
    text((to, capacity) => native().memo_last_error(to, capacity)),
  );
}

/** The name the native library has for a code; empty for a number that no code has. */
export function nativeCodeName(code: number): string {
  return text((to, capacity) => native().memo_code_name(code, to, capacity));
}

/** A text that the library copies out: asked for again with more room when it was cut. */
function text(copy: (to: Octets, capacity: number) => number): string {
  for (let capacity = 512;;) {
    const bytes = new Uint8Array(new ArrayBuffer(capacity));
    const length = copy(bytes, capacity);
    if (length <= capacity) return new TextDecoder().decode(bytes.subarray(0, length));
    capacity = length;
  }
}

function load(): Native {
  const path = named();
  // A path that was asked for is never quietly replaced by another.
  const paths = path === undefined ? places() : [path];
  const tried: string[] = [];
  for (const path of paths) {
    try {
      return ofThisVersion(opener()(path));
    } catch (error) {
      tried.push(`  ${path}: ${(error as Error).message}`);
    }
  }
  throw new MemoError("LIBRARY", complaint(path, tried));
}

function opener(): (path: string) => Native {
  if ("Deno" in globalThis) return openInDeno;
  if ("Bun" in globalThis) return openInBun;
  return openInNode;
}

function ofThisVersion(library: Native): Native {
  const version = library.memo_abi_version();
  if (version === ABI_VERSION) return library;
  throw new Error(`has ABI version ${version}, this package needs ${ABI_VERSION}`);
}

function complaint(path: string | undefined, tried: string[]): string {
  const from = path === undefined ? "" : ` named by ${VARIABLE}`;
  return [
    `the native library${from} cannot be loaded on ${process.platform} ${process.arch}; tried`,
    ...tried,
    `fix: cargo build --release -p memo-malloc-node, or set ${VARIABLE} to the library's path` +
    ("Deno" in globalThis ? ", and run Deno with --allow-ffi" : ""),
  ].join("\n");
}
