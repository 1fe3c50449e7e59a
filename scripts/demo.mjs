/**
 * `npm run demo`: sets everything up, then runs `memo demo` with the given options.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { advice, libtorch } from "./libtorch.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a step; ends this process when it fails. */
function step(words, command, args, env = {}) {
  if (words) console.error(words);
  const options = { cwd: root, stdio: "inherit", env: { ...process.env, ...env } };
  const { status, error } = spawnSync(command, args, options);
  if (error) console.error(`${command} cannot be run: ${error.message}`);
  if (status !== 0) process.exit(status ?? 2);
}

function found() {
  try {
    return libtorch();
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

if (!existsSync(join(root, "node_modules"))) {
  step("installing JavaScript packages", "npm", ["ci"]);
}
const torch = found();
const { env } = torch;
if (advice(torch)) console.error(`note: ${advice(torch)}`);
const build = ["build", "--release", "--package", "memo-cli", "--features", "torch"];
step("building memo and its runner (some minutes the first time)", "cargo", build, env);
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const memo = join(target, "release", "memo");
step("", memo, ["demo", ...process.argv.slice(2)], env);
