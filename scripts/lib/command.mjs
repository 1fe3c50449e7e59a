/**
 * Commands in child processes, shown while they run.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The command of npm. */
export const NPM = process.platform === "win32" ? "npm.cmd" : "npm";

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Runs a command, in the repository's root unless told. Resolves with its status (null when it was killed), what
 * it printed on stdout, and whether it was killed for taking longer than `seconds`.
 */
export function run(command, args, options = {}) {
  const { cwd = ROOT, env = {}, quiet = false, seconds = 3600 } = options;
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, seconds * 1000);
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
    if (!quiet) process.stdout.write(text);
  });
  return new Promise((resolve) => {
    child.on("error", (error) => {
      clearTimeout(timer);
      console.error(`${command}: ${error.message}`);
      resolve({ status: null, stdout, late });
    });
    child.on("close", (status) => {
      clearTimeout(timer);
      resolve({ status, stdout, late });
    });
  });
}

/** Runs a command that must succeed; returns what it printed on stdout. */
export async function must(command, args, options) {
  const { status, stdout } = await run(command, args, options);
  if (status === 0) return stdout;
  throw new Error(`\`${[command, ...args].join(" ")}\` failed (${status ?? "killed"})`);
}
