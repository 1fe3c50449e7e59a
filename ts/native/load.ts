/**
 * A native library, opened at the first place where that works.
 *
 * @module
 */

import type { Found } from "@memo/malloc-native";
import process from "node:process";
import { open as openInBun } from "./bun.ts";
import { open as openInDeno } from "./deno.ts";
import { open as openInNode } from "./node.ts";
import type { Symbols } from "./symbols.ts";

/** What is to be opened. */
export interface Wanted<N> {
  /** Its functions. */
  readonly functions: Symbols<N>;
  /** That of them which tells its ABI version. */
  readonly version: keyof N & string;
  /** The ABI version it must have. */
  readonly abiVersion: number;
}

/** The library, or what was tried and why it failed, a line each. */
export function load<N>(wanted: Wanted<N>, places: readonly Found[]): N | string[] {
  const tried: string[] = [];
  for (const { place, path } of places) {
    try {
      if (path === undefined) throw new Error("is not installed");
      return opened(wanted, path);
    } catch (error) {
      tried.push(`  ${place}: ${(error as Error).message}`);
      if ((error as Error).name === "NotCapable") break;
    }
  }
  return tried;
}

/** The beginning of a complaint about a library that cannot be loaded. */
export function complaint(
  library: string,
  tried: readonly string[],
  named: string | undefined,
): string {
  const from = named === undefined ? "" : ` named by ${named}`;
  const { platform, arch } = process;
  return `${library}${from} cannot be loaded on ${platform} ${arch}; tried\n${tried.join("\n")}`;
}

function opened<N>(wanted: Wanted<N>, path: string): N {
  const { functions, version } = wanted;
  if (!("Deno" in globalThis) && !("Bun" in globalThis)) {
    return ofThisVersion(wanted, openInNode<N>(path));
  }
  const open = "Deno" in globalThis ? openInDeno : openInBun;
  // One of another version may lack functions: first it is asked for nothing but its version.
  const only = { [version]: functions[version] } as Symbols<N>;
  ofThisVersion(wanted, open<N>(path, only));
  return open<N>(path, functions);
}

function ofThisVersion<N>({ version, abiVersion }: Wanted<N>, library: N): N {
  const found = (library[version] as () => number)();
  if (found === abiVersion) return library;
  throw new Error(`has ABI version ${found}, this package needs ${abiVersion}`);
}
