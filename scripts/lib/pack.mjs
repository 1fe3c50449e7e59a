/**
 * Packages as they are published.
 *
 * @module
 */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { must, NPM, ROOT } from "./command.mjs";
import { buildAddon, buildProgram } from "./rust.mjs";

const read = (path) => JSON.parse(readFileSync(join(ROOT, path), "utf8"));

/** Every platform there is a package for. */
export const PLATFORMS = read("npm/platforms.json");

/** The name of a platform's package. */
export function packageOf({ os, cpu, libc }) {
  const suffix = { glibc: "-gnu", musl: "-musl" }[libc] ?? "";
  return `@memo/malloc-${os}-${cpu}${suffix}`;
}

/** What npm reads of a platform's package to choose it. */
export function manifestOf(platform) {
  const { version, license, repository } = read("package.json");
  const { os, cpu, libc } = platform;
  return {
    name: packageOf(platform),
    version,
    description: `Native files of @memo/malloc for ${[os, cpu, libc].filter(Boolean).join(" ")}`,
    license,
    repository,
    os: [os],
    cpu: [cpu],
    ...(libc === undefined ? {} : { libc: [libc] }),
    files: ["memo_malloc.node", "memo"],
  };
}

/** The platform of a Rust target, or the one this runs on. */
function platformOf(target) {
  const libc = process.report?.getReport().header.glibcVersionRuntime === undefined
    ? "musl"
    : "glibc";
  const here = ({ os, cpu, libc: its }) =>
    os === process.platform && cpu === process.arch && (its ?? libc) === libc;
  const found = PLATFORMS.find((platform) => target ? platform.target === target : here(platform));
  if (found !== undefined) return found;
  throw new Error(`no package for ${target ?? `${process.platform} ${process.arch}`}`);
}

/** Where packages are put together. */
const OUT = join(ROOT, "out");

/** What JSR gets, as a folder to run `deno publish` in. */
export const JSR = join(OUT, "stage", "jsr");

/**
 * Builds and packs everything for a platform into `out/`; returns the paths with their manifests,
 * platform first.
 */
export async function pack({ profile = "release", target } = {}) {
  rmSync(OUT, { recursive: true, force: true });
  stageJsr();
  const folders = [await stagePlatform(platformOf(target), profile, target), stageNative()];
  const packed = [];
  for (const folder of [...folders, ROOT]) packed.push(await packFolder(folder));
  return packed;
}

async function stagePlatform(platform, profile, target) {
  const folder = stage(manifestOf(platform));
  const chosen = target === undefined ? [] : ["--target", target];
  const library = await buildAddon(profile, chosen);
  cpSync(library, join(folder, "memo_malloc.node"));
  cpSync(await buildProgram("memo-cli", "memo", profile, chosen), join(folder, "memo"));
  return folder;
}

/** The package that finds the others: in the repository it names none, as none is installed. */
function stageNative() {
  const { version } = read("package.json");
  const names = PLATFORMS.map((platform) => [packageOf(platform), version]);
  const manifest = read("npm/native/package.json");
  const folder = stage({ ...manifest, optionalDependencies: Object.fromEntries(names) });
  for (const file of manifest.files) {
    cpSync(join(ROOT, "npm", "native", file), join(folder, file));
  }
  return folder;
}

/** Puts together {@link JSR}: the sources, with the manifest less what only serves to work on them. */
export function stageJsr() {
  const { nodeModulesDir: _, fmt: __, lint: ___, ...manifest } = read("deno.json");
  mkdirSync(JSR, { recursive: true });
  writeFileSync(join(JSR, "deno.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const file of ["README.md", "LICENSE", "ts"]) {
    cpSync(join(ROOT, file), join(JSR, file), {
      recursive: true,
      filter: (path) => !NOT_IN_JSR.some((name) => path.endsWith(name)),
    });
  }
}

/** The command of the npm package, and the page that Rust embeds. */
const NOT_IN_JSR = [join("ts", "memo.ts"), join("ts", "viewer")];

function stage(manifest) {
  const folder = join(OUT, "stage", manifest.name.split("/")[1]);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  cpSync(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
  return folder;
}

/** Packs the manifest of another platform, without files. */
export function packEmpty(platform) {
  return packFolder(stage(manifestOf(platform)));
}

async function packFolder(folder) {
  const args = ["pack", folder, "--pack-destination", OUT, "--json"];
  const printed = await must(NPM, args, { quiet: true });
  // `prepack` may print before npm does.
  const packed = JSON.parse(printed.slice(printed.search(/^[[{]/m)));
  const [{ filename }] = Object.values(packed);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { file: join(OUT, filename), manifest };
}
