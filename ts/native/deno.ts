/**
 * Opens the native library in Deno, as a C library.
 *
 * @module
 */

import type { Parameter, Signature, Symbols } from "./symbols.ts";

/** The part of `Deno` used here: naming its types would need a package of types in Node. */
interface DenoFfi {
  dlopen(
    path: string,
    symbols: Record<string, { parameters: string[]; result: string }>,
  ): { symbols: unknown };
}

const TYPES = { u32: "u32", i32: "i32", f64: "f64", array: "buffer" } as const;

/** Opens these functions of the library at this path. Needs `--allow-ffi`. */
export function open<N>(path: string, functions: Symbols<N>): N {
  const deno = (globalThis as unknown as { Deno: DenoFfi }).Deno;
  const type = (parameter: Parameter): string => TYPES[parameter];
  const symbols = Object.entries<Signature>(functions).map(([name, { parameters, result }]) =>
    [name, { parameters: parameters.map(type), result: type(result) }] as const
  );
  return deno.dlopen(path, Object.fromEntries(symbols)).symbols as N;
}
