/**
 * Reports of many buffers: `node bench/report/run.mjs [BUFFERS] [--shuffled]`.
 *
 * The buffers come in the order of their starts, as in a trace; with `--shuffled` in no order, which
 * takes 20 bits more for each. Printed are the seconds and the processor seconds that `memo report` takes (reading and judging the
 * plan among them, which is what `memo check` does), the bytes of the file, and, in a Chromium without
 * a GPU at 1600 × 900, the time from opening the file to the first picture, and that of each frame
 * while it is zoomed and moved in.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { find } from "../../scripts/lib/browser.mjs";
import { must, ROOT } from "../../scripts/lib/command.mjs";
import { problem } from "../problem.mjs";

const args = process.argv.slice(2);
const isShuffled = args.includes("--shuffled");
const buffers = Number(args.find((arg) => /^\d+$/.test(arg)) ?? 1_000_000);
const FRAMES = 24;

/** The problem of the other benches, in the order of its starts. */
function ordered(csv) {
  const [head, ...rows] = csv.trimEnd().split("\n").map((line) => line.split(","));
  rows.sort((a, b) => a[1] - b[1]);
  const lines = rows.map(([_, ...row], idx) => [idx, ...row].join(","));
  return [head.join(","), ...lines, ""].join("\n");
}

/** Runs memo to its end; returns the wall and processor seconds it took. */
function timed(memo, cwd, ...args) {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" 2>/dev/null >/dev/null';
  const { status, stderr } = spawnSync("bash", ["-c", script, "bash", memo, ...args], {
    cwd,
    encoding: "utf8",
  });
  if (status !== 0 && status !== 4) throw new Error(`memo ${args.join(" ")}: ${status}\n${stderr}`);
  const [wall, user, system] = stderr.trim().split(" ").map(Number);
  return { wall, processor: user + system };
}

/**
 * Opens a report; returns the milliseconds to its first picture and of frames at work, by the clock
 * and of the processor: of the page's thread, which on a busy machine says more.
 */
async function looked(url) {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
  const browser = await chromium.launch({ executablePath: find(), args });
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    const processor = async () => {
      const { metrics } = await session.send("Performance.getMetrics");
      return metrics.find(({ name }) => name === "TaskDuration").value * 1000;
    };
    await page.goto(url);
    await page.waitForSelector("body[data-ready]");
    const wall = await page.evaluate(() => {
      const [{ startTime, duration }] = performance.getEntriesByName("memo frame");
      return startTime + duration;
    });
    const first = { wall, processor: await processor() };
    const frames = [];
    await page.mouse.move(600, 300);
    for (let frame = 0; frame < FRAMES; frame++) {
      const before = await processor();
      if (frame < FRAMES / 2) await page.mouse.wheel(0, -300);
      else await page.keyboard.press(frame % 2 === 0 ? "ArrowRight" : "ArrowUp");
      const wall = await page.evaluate(async () => {
        for (let wait = 0; wait < 2; wait++) await new Promise(requestAnimationFrame);
        return performance.getEntriesByName("memo frame")[0].duration;
      });
      frames.push({ wall, processor: await processor() - before });
    }
    return { first, frames };
  } finally {
    await browser.close();
  }
}

await must("cargo", ["build", "--release", "--package", "memo-cli", "--quiet"]);
const memo = join(ROOT, "target/release/memo");
const folder = mkdtempSync(join(tmpdir(), "memo-bench-"));
try {
  const csv = problem(buffers);
  writeFileSync(join(folder, "in.csv"), isShuffled ? csv : ordered(csv));
  timed(memo, folder, "plan", "in.csv", "--planner", "sweep", "-o", "plan.json");
  const judged = timed(memo, folder, "check", "plan.json");
  const written = timed(memo, folder, "report", "plan.json", "-o", "plan.html");
  const line = (name, { wall, processor }) =>
    console.log(`${name.padEnd(12)} ${wall.toFixed(2)} s, processor ${processor.toFixed(2)} s`);
  console.log(`${buffers} buffers`);
  line("memo check", judged);
  line("memo report", written);
  const megabytes = statSync(join(folder, "plan.html")).size / 1e6;
  console.log(`${"file".padEnd(12)} ${megabytes.toFixed(2)} MB`);
  const { first, frames } = await looked(pathToFileURL(join(folder, "plan.html")).href);
  console.log(
    `first        ${first.wall.toFixed(0)} ms, processor ${first.processor.toFixed(0)} ms`,
  );
  const spread = (of) => {
    const sorted = frames.map((frame) => frame[of].toFixed(0)).toSorted((a, b) => a - b);
    return `${sorted[sorted.length >> 1]} ms [${sorted[0]}, ${sorted.at(-1)}]`;
  };
  console.log(`a frame      ${spread("wall")}, processor ${spread("processor")}`);
} finally {
  rmSync(folder, { recursive: true });
}
