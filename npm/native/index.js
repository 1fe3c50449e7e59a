/**
 * Where the native files of this platform lie: in an optional package of their own for each
 * platform, of which npm, Bun and Deno install the one that fits.
 *
 * A package of its own, because JSR packages hold no native files: what comes from JSR imports this
 * from npm.
 */

import { createRequire } from "node:module";
import process from "node:process";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);

/** Linux has two C libraries; which one this is shows when the file is opened. */
const LIBCS = { linux: ["-gnu", "-musl"] };

/** The packages that may fit this platform. */
export const PACKAGES = (LIBCS[process.platform] ?? [""]).map((libc) =>
  `@memo/malloc-${process.platform}-${process.arch}${libc}`
);

/** The places of a file, in the order in which they are to be tried. */
export function find(file) {
  return [...PACKAGES.map((name) => inPackage(name, file)), ...inRepository(file)];
}

function inPackage(name, file) {
  try {
    return { place: name, path: require.resolve(`${name}/${file}`) };
  } catch {
    return { place: name, path: undefined };
  }
}

/** What cargo has built, where this file lies in the repository itself. */
function inRepository(file) {
  if (!import.meta.url.endsWith("/npm/native/index.js")) return [];
  const built = file === "memo" ? file : BUILT[process.platform] ?? BUILT.linux;
  return ["release", "debug"].map((profile) => {
    const path = fileURLToPath(new URL(`../../target/${profile}/${built}`, import.meta.url));
    return { place: path, path };
  });
}

const BUILT = {
  linux: "libmemo_malloc_node.so",
  darwin: "libmemo_malloc_node.dylib",
  win32: "memo_malloc_node.dll",
};
