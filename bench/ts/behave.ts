/**
 * Measures one thing in the runtime that runs this, and prints numbers as one line of JSON:
 * `behave.ts import | abort | columns | objects | blocked | crowded | million |
 * idle | growth`.
 *
 * @module
 */

import process from "node:process";
import type { Columns, PlanOptions, Problem } from "../../ts/mod.ts";
import { drawn, hard } from "../../tests/support/problems.ts";

const [what] = process.argv.slice(2);

/** What goes on to its time limit, which must be longer than what is measured. */
const search = (timeLimit: number): PlanOptions => ({ planner: "skyline_restarts", timeLimit });

/** The package as npm ships it. */
const SHIPPED = new URL("../../dist/mod.js", import.meta.url).href;

/** Milliseconds from before the import to the first plan, the library's loading among them. */
async function imported(): Promise<number[]> {
  const start = performance.now();
  const { plan } = await import(SHIPPED);
  plan([{ size: 1024, start: 0, end: 2 }, { size: 512, start: 1, end: 3 }]);
  return [performance.now() - start];
}

/** Milliseconds from an abort to the rejection, in the middle of a search that goes on. */
async function aborts(): Promise<number[]> {
  const { planAsync } = await import("../../ts/mod.ts");
  const found: number[] = [];
  for (let turn = 0; turn < 20; turn++) {
    const controller = new AbortController();
    const { signal } = controller;
    const planning = planAsync(hard, { ...search(30), signal });
    const ended = planning.then(
      ({ status }) => Promise.reject(new Error(`the search ended by itself: ${status}`)),
      () => performance.now(),
    );
    await new Promise((resolve) => setTimeout(resolve, 50 + turn));
    const start = performance.now();
    controller.abort();
    found.push(await ended - start);
  }
  return found;
}

/** Milliseconds until `planAsync` of a million buffers returns: what it keeps the event loop for. */
async function begun(problemOf: (columns: Columns) => Problem): Promise<number[]> {
  const { planAsync } = await import("../../ts/mod.ts");
  const problem = problemOf(drawn(1_000_000));
  const found: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    const controller = new AbortController();
    const start = performance.now();
    const planning = planAsync(problem, { signal: controller.signal });
    found.push(performance.now() - start);
    controller.abort();
    await planning.catch(() => {});
  }
  return found;
}

/** The same buffers as objects. */
function objects({ sizes, starts, ends }: Columns): Problem {
  return Array.from(sizes, (size, idx) => ({ size, start: starts[idx]!, end: ends[idx]! }));
}

/** How late timers came while a plan took five seconds. */
async function blocked(): Promise<number[]> {
  const { planAsync } = await import("../../ts/mod.ts");
  return late(() => planAsync(hard, search(5)));
}

/** How late while two plans took two threads each: more than the machine may have cores. */
async function crowded(): Promise<number[]> {
  const { planAsync } = await import("../../ts/mod.ts");
  const options = { timeLimit: 5, threads: 2 };
  const searched = drawn(1500, 7, 900);
  return late(() => Promise.all([planAsync(searched, options), planAsync(searched, options)]));
}

/** How late while a million buffers are planned, from the call to the answer. */
async function million(): Promise<number[]> {
  const { planAsync } = await import("../../ts/mod.ts");
  const problem = drawn(1_000_000);
  return late(() => planAsync(problem, { planner: "greedy_by_start" }));
}

/** How late in five seconds without a plan: what the machine and the runtime alone are late by. */
function idle(): Promise<number[]> {
  return late(() => new Promise((resolve) => setTimeout(resolve, 5000)));
}

/** The most milliseconds by which a timer of a millisecond came late meanwhile, and 99.9 % of all. */
async function late(meanwhile: () => Promise<unknown>): Promise<number[]> {
  const late: number[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    late.push(Math.max(0, now - last - 1));
    last = now;
  }, 1);
  await meanwhile();
  clearInterval(timer);
  late.sort((a, b) => b - a);
  return [late[0]!, late[Math.floor(late.length / 1000)]!];
}

/** Resident bytes after each ten thousand of 100,000 plans, from the second ten thousand on. */
async function growth(): Promise<number[]> {
  const { plan } = await import("../../ts/mod.ts");
  const buffers = Array.from({ length: 20 }, (_, idx) => ({
    size: 64 * (1 + idx % 5),
    start: idx,
    end: idx + 3,
  }));
  const resident: number[] = [];
  for (let turn = 1; turn <= 10; turn++) {
    for (let idx = 0; idx < 10_000; idx++) plan(buffers, { planner: "best_fit" });
    (globalThis as { gc?: () => void }).gc?.();
    if (turn > 1) resident.push(process.memoryUsage().rss);
  }
  return resident;
}

const measures: Record<string, () => Promise<number[]>> = {
  import: imported,
  abort: aborts,
  columns: () => begun((columns) => columns),
  objects: () => begun(objects),
  blocked,
  crowded,
  million,
  idle,
  growth,
};
console.log(JSON.stringify(await measures[what!]!()));
process.exit(0);
