/**
 * LibTorch's current release, besides the one that is found: `npm test -- release`.
 *
 * The LibTorch of a Linux distribution is years old, and its allocator's interface is another. The
 * wheel on PyPI has the headers and libraries; with the two packages of CUDA that its libraries
 * name, and without the rest, it compiles and runs what needs no GPU.
 *
 * @module
 */

import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { CACHE } from "../libtorch.mjs";
import { run } from "./command.mjs";
import { NONE, ofLibtest } from "./counts.mjs";

const VERSION = "2.15.0";
const WHEELS = [`torch==${VERSION}`, "nvidia-cuda-runtime==13.2.*", "nvidia-cuda-cupti==13.2.*"];

/** Runs the tests of memo-torch on it. Models are exported by the Python of `torch`. */
export async function testRelease(torch) {
  const folder = join(CACHE, `torch-${VERSION}`);
  if (torch === null || !(existsSync(folder) || await fetchInto(folder))) {
    const reason = `memo-torch on LibTorch ${VERSION}: it, or a Python with torchvision, is not ` +
      "to be had here";
    return { ...NONE, skipped: 1, reasons: [reason] };
  }
  const { status, stdout } = await run("cargo", ["test", "--package=memo-torch"], {
    env: {
      ...torch.env,
      LIBTORCH: join(folder, "torch"),
      CARGO_TARGET_DIR: join("target", "torch-release"),
    },
  });
  return ofLibtest(stdout, status);
}

/** Installs the wheels beside the folder, then moves them there, so that it is whole or missing. */
async function fetchInto(folder) {
  console.error(`fetching LibTorch ${VERSION} into ${folder}: about 0.7 GB, 1.3 GB on disk`);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  const options = ["install", "--quiet", "--no-deps", "--target", partial];
  const { status } = await run("python3", ["-m", "pip", ...options, ...WHEELS]);
  if (status === 0) renameSync(partial, folder);
  return status === 0;
}
