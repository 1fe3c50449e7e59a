/**
 * Opens the native library in Bun, as a C library.
 *
 * @module
 */

import { createRequire } from "node:module";
import type { Parameter, Signature, Symbols } from "./symbols.ts";

/** The part of `bun:ffi` used here: naming its types would need a package of types. */
interface BunFfi {
  dlopen(
    path: string,
    symbols: Record<string, { args: string[]; returns: string }>,
  ): { symbols: unknown };
}

const TYPES = { u32: "u32", i32: "i32", f64: "f64", array: "ptr" } as const;

/** Opens these functions of the library at this path. */
export function open<N>(path: string, functions: Symbols<N>): N {
  const ffi = createRequire(import.meta.url)("bun:ffi") as BunFfi;
  const type = (parameter: Parameter): string => TYPES[parameter];
  const symbols = Object.entries<Signature>(functions).map(([name, { parameters, result }]) =>
    [name, { args: parameters.map(type), returns: type(result) }] as const
  );
  return ffi.dlopen(path, Object.fromEntries(symbols)).symbols as N;
}
