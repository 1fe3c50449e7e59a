/**
 * The native library, opened once, and what every call to it shares.
 *
 * @module
 */

import process from "node:process";
import { codeOf, MemoError } from "./errors.ts";
import { open as openInBun } from "./native/bun.ts";
import { open as openInDeno } from "./native/deno.ts";
import { named, places, VARIABLE } from "./native/find.ts";
import { open as openInNode } from "./native/node.ts";
import type { Native, Octets } from "./native/symbols.ts";

/** The ABI this package was written for: `MEMO_ABI_VERSION` of `memo.h`. */
const ABI_VERSION = 3;

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
  const tried: string[] = [];
  for (const { place, path } of places()) {
    try {
      if (path === undefined) throw new Error("is not installed");
      return ofThisVersion(opener()(path));
    } catch (error) {
      tried.push(`  ${place}: ${(error as Error).message}`);
      if ((error as Error).name === "NotCapable") break;
    }
  }
  throw new MemoError("LIBRARY", complaint(tried));
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

function complaint(tried: string[]): string {
  const from = named() === undefined ? "" : ` named by ${VARIABLE}`;
  const { platform, arch } = process;
  return [
    `the native library${from} cannot be loaded on ${platform} ${arch}; tried`,
    ...tried,
    `fix: ${fix(tried)}`,
  ].join("\n");
}

function fix(tried: string[]): string {
  if (tried.some((line) => line.includes("--allow-ffi"))) return "run Deno with --allow-ffi";
  const build = "cargo build --release -p memo-malloc-node";
  if (named() !== undefined) {
    return `point ${VARIABLE} at the library of this version (${build}), or unset it`;
  }
  return "install with optional dependencies, for example npm install --include=optional; where " +
    `there is no package for a platform, ${build} and set ${VARIABLE} to the library's path`;
}
