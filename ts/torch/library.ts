/**
 * The library for LibTorch, opened once. It is built for one version of LibTorch, which it brings
 * into the process.
 *
 * @module
 */

import type { Found } from "@memo/malloc-native";
import { readFileSync } from "node:fs";
import { type Code, codeOf, MemoError } from "../errors.ts";
import { mayAsk, named, places } from "../native/find.ts";
import { complaint, load } from "../native/load.ts";
import { copied } from "../texts.ts";
import { type NativeTorch, SYMBOLS } from "./symbols.ts";

/** What names the library. */
const VARIABLE = "MEMO_TORCH_LIB";

/** The ABI this package was written for: `MEMO_TORCH_ABI_VERSION` of `memo_torch.h`. */
const ABI_VERSION = 2;

let opened: NativeTorch | undefined;

/** The library. Throws `NO_TORCH` when its LibTorch is missing, `LIBRARY` when it is itself. */
export function torch(): NativeTorch {
  return opened ??= found();
}

/** Throws the failure that a status tells of. */
export function succeed(status: number): void {
  if (status === 0) return;
  const message = copied((to, capacity) => torch().memo_torch_last_error(to, capacity));
  throw new MemoError(codeOf(status), message);
}

function found(): NativeTorch {
  const where = places(VARIABLE, "memo_torch.node");
  const wanted = {
    functions: SYMBOLS,
    version: "memo_torch_abi_version",
    abiVersion: ABI_VERSION,
  } as const;
  const library = load<NativeTorch>(wanted, where);
  if (!Array.isArray(library)) return library;
  const name = "the library for LibTorch";
  const message = library.length === 0
    ? `${name} is not named by ${VARIABLE}`
    : complaint(name, library, named(VARIABLE) === undefined ? undefined : VARIABLE);
  const { code, fix } = remedy(library, where);
  throw new MemoError(code, `${message}\nfix: ${fix}`);
}

/** What the linker says when LibTorch is missing, or is another than the library was built for. */
const OF_LIBTORCH = /\blib(?:torch|c10)\w*\.(?:so|dylib)|undefined symbol: \w*(?:2at|3c10|5torch)/;

function remedy(tried: string[], where: Found[]): { code: Code; fix: string } {
  const of = (fix: string, code: Code = "LIBRARY") => ({ code, fix });
  if (!mayAsk(VARIABLE)) return of(`run Deno with --allow-env=${VARIABLE} --allow-ffi`);
  if (tried.some((line) => line.includes("--allow-ffi"))) return of("run Deno with --allow-ffi");
  if (tried.some((line) => OF_LIBTORCH.test(line))) {
    const version = where.map(({ path }) => builtFor(path)).find(Boolean) ?? "";
    return of(
      `install LibTorch ${version}, name its folder in LD_LIBRARY_PATH, or ${BUILD}`,
      "NO_TORCH",
    );
  }
  return of(`${BUILD}, and set ${VARIABLE} to target/release/libmemo_torch_node.so`);
}

const BUILD = "build the library for the LibTorch there is: " +
  "LIBTORCH=FOLDER cargo build --release -p memo-torch-node";

/** The version of LibTorch that a library says in its file that it was built for. */
function builtFor(path: string | undefined): string | undefined {
  try {
    const bytes = readFileSync(path ?? "");
    const from = bytes.indexOf("memo-torch built for LibTorch ");
    return /LibTorch ([0-9.]+)/.exec(bytes.toString("latin1", from, from + 64))?.[1];
  } catch {
    return undefined;
  }
}
