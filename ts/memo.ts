#!/usr/bin/env node
/**
 * The command `memo` of the npm package: starts the program of this platform in its place.
 *
 * @module
 */

import { find, PACKAGES } from "@memo/malloc-native";
import { spawn } from "node:child_process";
import process from "node:process";

const places = find("memo").flatMap(({ path }) => path ?? []);
start(places);

/** Starts the first program that starts: on Linux, one of another C library does not. */
function start([path, ...others]: string[]): void {
  if (path === undefined) return complain();
  const child = spawn(path, process.argv.slice(2), { stdio: "inherit" });
  child.on("error", () => start(others));
  child.on("spawn", () => {
    // A terminal sends Ctrl-C to both; how to end is for the program to say.
    process.on("SIGINT", () => {});
    process.on("SIGTERM", () => child.kill("SIGTERM"));
  });
  child.on("exit", (status, signal) => {
    if (signal === null) return process.exit(status ?? 2);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function complain(): void {
  console.error(
    `error[LIBRARY]: no program memo for ${process.platform} ${process.arch}; ` +
      `looked for ${PACKAGES.join(", ")}\n` +
      "  fix: install with optional dependencies, or cargo install memo-cli",
  );
  process.exitCode = 2;
}
