/**
 * Reports, driven in a real browser.
 *
 * @module
 */

import { existsSync } from "node:fs";

import { must, run } from "./command.mjs";
import { NONE, ofRuntimes } from "./counts.mjs";
import { buildProgram } from "./rust.mjs";
import { RUNTIMES } from "./runtimes.mjs";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Longest that the tests may take; they take seconds. */
const SECONDS_MAX = 300;

/** Tests what `memo report` writes, where there is a Chromium or one can be installed. */
export async function testReports() {
  const browser = find() ?? (await install() ? find() : null);
  if (browser === null) {
    const reason = "reports in a browser: there is no Chromium; install one or set CHROMIUM";
    return { ...NONE, skipped: 1, reasons: [reason] };
  }
  const env = { CHROMIUM: browser, MEMO: await buildProgram("memo-cli", "memo") };
  const [command, args] = RUNTIMES.node;
  const options = { env, seconds: SECONDS_MAX };
  const folder = "tests/viewer";
  const { stdout } = await run(command, [...args, "scripts/uvu.mjs", folder], options);
  const report = /^@report (.+)$/m.exec(stdout);
  const counts = ofRuntimes({ node: report === null ? null : JSON.parse(report[1]) });
  for (const complaint of counts.complaints) console.error(complaint);
  return counts;
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
