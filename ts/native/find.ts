/**
 * Where a native library may lie.
 *
 * @module
 */

import { find, type Found } from "@memo/malloc-native";
import process from "node:process";

/** The path that this variable names, if it does and may be asked. */
export function named(variable: string): string | undefined {
  return mayAsk(variable) ? process.env[variable] || undefined : undefined;
}

/** Whether a variable may be asked for: in Deno without `--allow-env` that would prompt or fail. */
export function mayAsk(variable: string): boolean {
  const { Deno } = globalThis as unknown as { Deno?: DenoPermissions };
  if (Deno === undefined) return true;
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}

/** The part of `Deno` used here. */
interface DenoPermissions {
  permissions: { querySync(permission: { name: "env"; variable: string }): { state: string } };
}

/** The places to try, in order: only that which the variable names, if it does. */
export function places(variable: string, file: Parameters<typeof find>[0]): Found[] {
  const path = named(variable);
  // A path that was asked for is never quietly replaced by another.
  return path === undefined ? find(file) : [{ place: path, path }];
}
