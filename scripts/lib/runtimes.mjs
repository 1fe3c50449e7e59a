/**
 * The three JavaScript runtimes, at the versions that package-lock.json names.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { must, NPM, ROOT, run } from "./command.mjs";
import { ofRuntimes, sum } from "./counts.mjs";

const bin = (name) => join(ROOT, "node_modules", ".bin", name);

/** What Deno may do in tests: load the library, read fixtures, start itself, and talk to a server. */
export const DENO_PERMISSIONS = [
  "--allow-ffi",
  "--allow-read",
  "--allow-env",
  "--allow-run",
  "--allow-write",
  "--allow-sys",
  "--allow-net=127.0.0.1",
];

/** How each runtime is started, up to the script. */
export const RUNTIMES = {
  node: [bin("node"), []],
  bun: [bin("bun"), ["run"]],
  deno: [bin("deno"), ["run", "--no-prompt", ...DENO_PERMISSIONS]],
};

/** Longest that one runtime may take for all its tests; they take seconds. */
const SECONDS_MAX = 300;

/** Keeps onnxruntime-node from fetching a library for CUDA, should npm run its script. */
const WITHOUT_CUDA = { ONNXRUNTIME_NODE_INSTALL: "skip" };

/** Installs the packages that package-lock.json names, unless they are in place. */
export async function installPackages() {
  if (packagesAreInstalled()) return;
  console.log("installing the JavaScript packages (npm ci, 720 MB on disk)");
  await must(NPM, ["ci"], { env: WITHOUT_CUDA });
}

/** Whether npm has installed every version that is locked; other platforms' are optional. */
function packagesAreInstalled() {
  const record = join(ROOT, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const packages = (path) => JSON.parse(readFileSync(path, "utf8")).packages;
  const installed = packages(record);
  const { "": _root, ...locked } = packages(join(ROOT, "package-lock.json"));
  return Object.entries(locked).every(([path, { version, optional }]) =>
    optional || path in installed && installed[path].version === version
  );
}

/** Runs the uvu files of the library in each runtime, and those for WebGPU in the one that has it. */
export async function testRuntimes(library) {
  const env = { MEMO_MALLOC_LIB: library };
  const everywhere = await testFolder("tests", env, Object.keys(RUNTIMES));
  return sum([everywhere, await testFolder("tests/webgpu", env, ["deno"])]);
}

/** Runs the uvu files in a folder, in each of these runtimes. */
export async function testFolder(folder, env, names) {
  const reports = {};
  for (const name of names) {
    console.log(`\n== ${name}`);
    const [command, args] = RUNTIMES[name];
    const options = { env, seconds: SECONDS_MAX };
    const { stdout, late } = await run(command, [...args, "scripts/uvu.mjs", folder], options);
    if (late) console.error(`${name}: killed after ${SECONDS_MAX} s, in the file named last`);
    const report = /^@report (.+)$/m.exec(stdout);
    reports[name] = report === null ? null : JSON.parse(report[1]);
  }
  const counts = ofRuntimes(reports);
  for (const complaint of counts.complaints) console.error(complaint);
  return counts;
}
