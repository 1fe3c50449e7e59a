/**
 * Where the native library may lie.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

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

/** The paths to try when the environment names none, in order. */
export function places(): string[] {
  const file = FILES[process.platform as keyof typeof FILES] ?? FILES.linux;
  // This file lies in `ts/native` or, compiled, in `dist/native`.
  return ["release", "debug"].map((profile) =>
    fileURLToPath(new URL(`../../target/${profile}/${file}`, import.meta.url))
  );
}

const FILES = {
  linux: "libmemo_malloc_node.so",
  darwin: "libmemo_malloc_node.dylib",
  win32: "memo_malloc_node.dll",
} as const;
