/**
 * Where the native library may lie.
 *
 * @module
 */

import { find, type Found } from "@memo/malloc-native";
import process from "node:process";

/** What overrides the search. */
export const VARIABLE = "MEMO_MALLOC_LIB";

/** The path that the environment names, if it does and may be asked. */
export function named(): string | undefined {
  return mayAsk() ? process.env[VARIABLE] || undefined : undefined;
}

/** In Deno without `--allow-env`, asking would prompt or fail; the other places remain. */
function mayAsk(): boolean {
  const { Deno } = globalThis as unknown as { Deno?: DenoPermissions };
  if (Deno === undefined) return true;
  return Deno.permissions.querySync({ name: "env", variable: VARIABLE }).state === "granted";
}

/** The part of `Deno` used here. */
interface DenoPermissions {
  permissions: { querySync(permission: { name: "env"; variable: string }): { state: string } };
}

/** The places to try, in order. */
export function places(): Found[] {
  const path = named();
  // A path that was asked for is never quietly replaced by another.
  return path === undefined ? find("memo_malloc.node") : [{ place: path, path }];
}
