/**
 * Texts and paths on their way to the native library and back.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { Octets } from "./native/symbols.ts";
import { badArgument, shown } from "./numbers.ts";

/** A text as C reads it. */
export function text(value: unknown, name: string): Octets {
  if (typeof value !== "string") throw badArgument(`${name} ${shown(value)} must be a string`);
  if (value.includes("\0")) throw badArgument(`${name} ${shown(value)} must not contain NUL`);
  return new TextEncoder().encode(`${value}\0`);
}

/** A text that the library copies out: asked for again with more room when it was cut. */
export function copied(copy: (to: Octets, capacity: number) => number): string {
  for (let capacity = 512;;) {
    const bytes = new Uint8Array(new ArrayBuffer(capacity));
    const length = copy(bytes, capacity);
    if (length <= capacity) return new TextDecoder().decode(bytes.subarray(0, length));
    capacity = length;
  }
}

/** A path, or that of a file URL. */
export function pathOf(given: string | URL, name: string): string {
  if (typeof given === "string") return given;
  if (!(given instanceof URL)) throw badArgument(`${name} ${shown(given)} must be a path or a URL`);
  try {
    return fileURLToPath(given);
  } catch (cause) {
    throw badArgument(`${name} ${given.href} must be a file URL: ${(cause as Error).message}`);
  }
}
