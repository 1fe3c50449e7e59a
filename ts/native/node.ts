/**
 * Opens the native library in Node, as an addon.
 *
 * @module
 */

import process from "node:process";
import type { Native } from "./symbols.ts";

/** Opens the library at this path. */
export function open(path: string): Native {
  const addon = { exports: {} as Native };
  // Unlike `require`, this takes any file name, so a development build needs no copy.
  process.dlopen(addon, path);
  return addon.exports;
}
