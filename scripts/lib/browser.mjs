/**
 * Reports, driven in a real browser.
 *
 * @module
 */

import { existsSync } from "node:fs";

import { must } from "./command.mjs";
import { NONE } from "./counts.mjs";
import { buildProgram } from "./rust.mjs";
import { testFolder } from "./runtimes.mjs";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Tests what `memo report` writes, where there is a Chromium or one can be installed. */
export async function testReports() {
  const browser = find() ?? (await install() ? find() : null);
  if (browser === null) {
    const reason = "reports in a browser: there is no Chromium; install one or set CHROMIUM";
    return { ...NONE, skipped: 1, reasons: [reason] };
  }
  const env = { CHROMIUM: browser, MEMO: await buildProgram("memo-cli", "memo") };
  return testFolder("tests/viewer", env, ["node"]);
}

/** The browser that is named, or one that is installed. */
export function find() {
  const named = process.env.CHROMIUM;
  if (!named) return PLACES.find(existsSync) ?? null;
  if (existsSync(named)) return named;
  throw new Error(`CHROMIUM is set to ${named}, where there is nothing`);
}

/** Installs Debian's package, where this user may; says whether that went well. */
async function install() {
  const may = existsSync("/usr/bin/apt-get") && process.getuid?.() === 0;
  if (!may) return false;
  console.log("installing Debian's chromium");
  try {
    await must("apt-get", ["update", "-q"], { quiet: true });
    const options = ["--yes", "--no-install-recommends"];
    await must("apt-get", ["install", "-q", ...options, "chromium"], { quiet: true });
    return true;
  } catch (error) {
    console.error(error.message);
    return false;
  }
}
