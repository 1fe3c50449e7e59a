/**
 * Opens the native library in Node, as an addon.
 *
 * @module
 */

import process from "node:process";

/** Opens the library at this path: all that the addon has. */
export function open<N>(path: string): N {
  const addon = { exports: {} as N };
  // Unlike `require`, this takes any file name, so a development build needs no copy.
  process.dlopen(addon, path);
  return addon.exports;
}
