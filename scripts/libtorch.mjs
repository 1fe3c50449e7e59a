/**
 * Finds a LibTorch with a Python that can export models, or installs one.
 *
 * Tried in turn: `LIBTORCH`, the torch of `python3`, the system's, the virtual environment of an
 * earlier run. Then installed: Debian's packages where this user may, else pip's into the user's
 * cache. Needs nothing but Node ≥ 20; run as a program it prints what it found.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Where downloads are kept. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "memo-malloc");
const VENV = join(CACHE, "torch");
const VENV_PYTHON = join(VENV, "bin", "python");
const SYSTEM_PYTHON = "/usr/bin/python3";
/** Debian's; without OpenBLAS it computes with the reference BLAS, up to ten times slower. */
const PACKAGES = ["libtorch-dev", "python3-torch", "python3-torchvision", "libopenblas0-openmp"];

const FIND = `
import importlib.util as u
found = u.find_spec("torchvision") and u.find_spec("torch")
print(found.submodule_search_locations[0] if found else "")
`;

/** A LibTorch: `{ python, libtorch, env }`, where `env` is what cargo and memo need to use it. */
export function libtorch() {
  const found = find() ?? (installPackages() || installWithPip() ? find() : null);
  if (found) return found;
  throw new Error(`no LibTorch was found and none could be installed.
fix: install one, then run this again:
  apt-get install --no-install-recommends ${PACKAGES.join(" ")}
or set LIBTORCH to the folder that holds its include and lib, and MEMO_PYTHON to a Python
with torch and torchvision`);
}

/** One that is installed already, or null. */
export function find() {
  const named = process.env.LIBTORCH;
  if (named) {
    const root = rootIn(named);
    if (!root) throw new Error(`LIBTORCH is set to ${named}, where there is no LibTorch`);
    return described(root, process.env.MEMO_PYTHON || pythonOf(named) || anyPython());
  }
  for (const python of pythons()) {
    const torch = torchOf(python);
    const root = torch && (rootIn(torch) ?? rootIn("/usr"));
    if (root) return described(root, python);
  }
  return null;
}

/** What would make this LibTorch much faster, or null. */
export function advice({ libtorch }) {
  const blas = "/etc/alternatives/libblas.so.3-x86_64-linux-gnu";
  const isReference = libtorch === "/usr" && existsSync(blas) &&
    realpathSync(blas).includes("/blas/libblas.so");
  return isReference
    ? `${libtorch} has a LibTorch that computes with the reference BLAS, up to ten times slower than
with OpenBLAS: apt-get install libopenblas0-openmp`
    : null;
}

function described(libtorch, python) {
  return { python, libtorch, env: { LIBTORCH: libtorch, MEMO_PYTHON: python } };
}

function pythons() {
  return [process.env.MEMO_PYTHON, "python3", SYSTEM_PYTHON, VENV_PYTHON].filter(Boolean);
}

/** Any Python that can export models; `python3` says why not when there is none. */
function anyPython() {
  return pythons().find((python) => torchOf(python)) ?? "python3";
}

/** The Python whose torch package this folder is. */
function pythonOf(root) {
  const python = join(root, "..", "..", "..", "..", "bin", "python");
  return existsSync(python) ? python : null;
}

/** The torch package of a Python that has torchvision too, found without importing it. */
function torchOf(python) {
  const { status, stdout } = spawnSync(python, ["-c", FIND], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : "";
}

/** The folder itself if it has headers and libraries, as the build looks for them. */
function rootIn(root) {
  if (!existsSync(join(root, "include", "c10", "core", "Allocator.h"))) return null;
  const lib = join(root, "lib");
  const multiarch = existsSync(lib)
    ? readdirSync(lib).filter((name) => name.endsWith("-linux-gnu")).map((name) => join(lib, name))
    : [];
  const folders = [lib, join(root, "lib64"), ...multiarch];
  return folders.some((folder) => existsSync(join(folder, "libtorch_cpu.so"))) ? root : null;
}

/** Debian's packages, where this user may install any. Returns whether that worked. */
function installPackages() {
  if (spawnSync("apt-get", ["--version"]).status !== 0) return false;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync("sudo", ["-n", "true"]).status !== 0) return false;
  const sudo = isRoot ? [] : ["sudo", "-n"];
  console.error(`installing ${PACKAGES.join(", ")}: about 170 MB to fetch, 750 MB on disk`);
  const install = ["install", "-y", "-q", "--no-install-recommends", ...PACKAGES];
  return run([...sudo, "apt-get", "update", "-q"]) && run([...sudo, "apt-get", ...install]);
}

/** The current release for Python, in an environment of its own. Returns whether that worked. */
function installWithPip() {
  console.error(`installing torch and torchvision into ${VENV}: up to 5.4 GB on disk`);
  const install = ["-m", "pip", "install", "--quiet", "torch", "torchvision"];
  return run(["python3", "-m", "venv", VENV]) && run([VENV_PYTHON, ...install]);
}

/** Runs a command whose output is progress. */
function run([command, ...args]) {
  const { status } = spawnSync(command, args, { stdio: ["ignore", 2, 2] });
  return status === 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(JSON.stringify(libtorch()));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
