/**
 * Models to be measured, exported once and kept in the user's cache.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../../scripts/lib/command.mjs";
import { CACHE } from "../../scripts/libtorch.mjs";

/** The paths of those of these models that can be exported for such an image, by name. */
export function exported(python, image, models) {
  const folder = join(CACHE, "bench-models");
  const script = join(ROOT, "bench", "torch", "export.py");
  const { stdout, status, stderr } = spawnSync(
    python,
    [script, folder, image, ...models],
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
  if (status !== 0) {
    throw new Error(`${python} cannot export models: ${stderr.trim()}`);
  }
  const paths = new Map();
  for (const line of stdout.trim().split("\n")) {
    const [model, path, ...why] = line.split(" ");
    if (path !== "-") paths.set(model, path);
    else console.error(`skipped: ${model} at ${image}: ${why.join(" ")}`);
  }
  return paths;
}

/** The shape of a model's input, as `--input` takes it. */
export function inputOf({ model, batch, image }) {
  return (model === "encoder" ? [batch, image, 768] : [batch, 3, image, image])
    .join("x");
}
