/**
 * The LibTorch that the tests use.
 *
 * @module
 */

import { existsSync } from "node:fs";

/** What `scripts/libtorch.mjs` finds or installs; null, with the reason printed, when it cannot. */
export async function findTorch() {
  const script = new URL("../libtorch.mjs", import.meta.url);
  if (!existsSync(script)) return null;
  try {
    const { libtorch } = await import(script.href);
    return await libtorch();
  } catch (error) {
    console.error(error.message);
    return null;
  }
}
