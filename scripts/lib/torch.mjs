/**
 * The LibTorch that the tests use.
 *
 * @module
 */

import { existsSync } from "node:fs";

/** The LibTorch that `scripts/libtorch.mjs` finds or installs, or the reason why there is none. */
export async function findTorch() {
  const script = new URL("../libtorch.mjs", import.meta.url);
  if (!existsSync(script)) return { torch: null, reason: "scripts/libtorch.mjs is missing" };
  try {
    const { libtorch } = await import(script.href);
    return { torch: await libtorch() };
  } catch (error) {
    return { torch: null, reason: error.message };
  }
}
