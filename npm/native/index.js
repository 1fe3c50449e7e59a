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
  // No package has the one for LibTorch: it is built for the LibTorch there is.
  const packages = file === "memo_torch.node" ? [] : PACKAGES;
  return [...packages.map((name) => inPackage(name, file)), ...inRepository(file)];
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
  const built = file === "memo" ? program(file) : library(file.replace(".node", "_node"));
  return ["release", "debug"].map((profile) => {
    const path = fileURLToPath(new URL(`../../target/${profile}/${built}`, import.meta.url));
    return { place: path, path };
  });
}

/** What cargo calls a program on this platform. */
function program(name) {
  return process.platform === "win32" ? `${name}.exe` : name;
}

/** What cargo calls a library on this platform. */
function library(name) {
  switch (process.platform) {
    case "darwin":
      return `lib${name}.dylib`;
    case "win32":
      return `${name}.dll`;
    default:
      return `lib${name}.so`;
  }
}
