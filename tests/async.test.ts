/** Plans made on a thread of their own: answers, progress, aborts, and the event loop meanwhile. */

import { spawnSync } from "node:child_process";
import os from "node:os";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Columns, plan, planAsync, PLANNERS, type Progress } from "../ts/mod.ts";
import { native } from "../ts/native.ts";
import { RUNNING_MAX } from "../ts/plan_async.ts";
import { refusal, rejection } from "./support/codes.ts";
import { drawn, hard } from "./support/problems.ts";
import { runScript } from "./support/child.ts";

const small = [{ size: 8, start: 0, end: 2 }, { size: 4, start: 1, end: 3 }];
const tiered = {
  buffers: small,
  tiers: [{ name: "fast", capacity: 8, cost: 1 }, { name: "slow", cost: 5 }],
};

test("the answer is that of plan", async () => {
  assert.equal(await planAsync(small, { align: 4 }), plan(small, { align: 4 }));
  assert.equal(await planAsync(small, { capacity: 5 }), plan(small, { capacity: 5 }));
  assert.equal(await planAsync(small, { threads: 2 }), plan(small));
  assert.equal(await planAsync(tiered, { threads: 2 }), plan(tiered));
  assert.equal(await planAsync([]), plan([]));
  const problem = drawn(500);
  assert.equal(
    await planAsync(problem, { planner: "best_fit" }),
    plan(problem, { planner: "best_fit" }),
  );
});

/** Two buffers in columns, each time with others instead. */
function inColumns(...others: Record<string, number[]>[]): [unknown, object][] {
  const isDouble = (name: string): boolean => ["sizes", "alignments", "pins"].includes(name);
  const column = ([name, all]: [string, number[]]): [string, ArrayLike<number>] => [
    name,
    isDouble(name) ? Float64Array.from(all) : Uint32Array.from(all),
  ];
  const good = { sizes: [8, 8], starts: [0, 0], ends: [1, 1] };
  const problem = (other: Record<string, number[]>): object =>
    Object.fromEntries(Object.entries({ ...good, ...other }).map(column));
  return others.map((other) => [problem(other), {}]);
}

test("what plan refuses is a rejection with the same code and text", async () => {
  // deno-lint-ignore no-explicit-any
  const wrong: [any, any][] = [
    [null, {}],
    [[{ size: -1, start: 0, end: 1 }], {}],
    [[{ size: 1, start: 1, end: 1 }], {}],
    [small, { planner: "nobody" }],
    [small, { timeLimit: NaN }],
    [small, { threads: -1 }],
    [tiered, { planner: "auto" }],
    [small, null],
    ...inColumns({ sizes: [8, NaN] }, { sizes: [Infinity, 8] }, { ends: [1, 0] }),
    ...inColumns({ pins: [3, 0.5] }, { alignments: [0, 1] }, { alignments: [1, -Infinity] }),
    ...inColumns({ shares: [0, 9] }, { apart: [1, 1] }, { sizes: [2 ** 52, 2 ** 53 - 1] }),
    [{ buffers: small, tiers: [] }, {}],
  ];
  for (const [problem, options] of wrong) {
    const expected = refusal(() => plan(problem, options));
    const found = await rejection(planAsync(problem, options));
    assert.equal([found.code, found.message], [expected.code, expected.message]);
  }
  // deno-lint-ignore no-explicit-any
  const watch = (part: object): any => rejection(planAsync(small, part as any));
  assert.match((await watch({ signal: 7 })).message, "signal 7 must be an AbortSignal");
  assert.match((await watch({ onProgress: 7 })).message, "onProgress 7 must be a function");
});

/** Few, and so many that their columns are copied in another way. */
for (const count of [300, 270_000]) {
  test(`columns of ${count} may be changed as soon as the call has returned`, async () => {
    const { sizes, starts, ends } = drawn(count);
    const problem = {
      sizes,
      starts,
      ends,
      alignments: new Float64Array(count).fill(2),
      pins: new Float64Array(count).fill(NaN),
      intervals: {
        buffers: new Uint32Array(0),
        starts: new Uint32Array(0),
        ends: new Uint32Array(0),
      },
      shares: Uint32Array.of(0, 1),
      apart: Uint32Array.of(2, 3),
    };
    const options = { planner: "greedy_by_start" } as const;
    const expected = plan(problem, options);
    const promise = planAsync(problem, options);
    for (const column of [sizes, ends, problem.alignments, problem.pins]) column.fill(7);
    for (const column of [problem.shares, problem.apart]) column.fill(7);
    structuredClone(starts, { transfer: [starts.buffer as ArrayBuffer] });
    assert.equal(await promise, expected);
  });
}

test("tiers in columns may be changed as soon as the call has returned", async () => {
  const problem = {
    ...drawn(300),
    capacity: undefined,
    tiers: [{ name: "fast", capacity: 2 ** 21 }, { name: "slow", cost: 5 }],
    allowed: new BigUint64Array(300).fill(3n),
  };
  const expected = plan(problem);
  const promise = planAsync(problem);
  problem.allowed.fill(0n);
  problem.tiers.length = 0;
  assert.equal(await promise, expected);
});

test("a signal that was aborted before is the rejection", async () => {
  const reason = new Error("not wanted");
  const found = await planAsync(small, { signal: AbortSignal.abort(reason) }).catch((it) => it);
  assert.is(found, reason);
});

test("an abort ends a plan that would go on, with the signal's reason", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  let told = 0;
  const promise = planAsync(hard, {
    planner: "skyline_restarts",
    timeLimit: 60,
    signal,
    onProgress: () => told++,
  });
  await new Promise((resolve) => setTimeout(resolve, 1));
  controller.abort();
  const found = await promise.catch((error) => error);
  assert.is(found, signal.reason);
  assert.is(found.name, "AbortError");
  const before = told;
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert.is(told, before);
});

test("a job that was asked to stop is done, with the best so far", async () => {
  const job = start(hard, "skyline_restarts");
  assert.is(native().memo_job_cancel(job), 0);
  const flat = new Uint8Array(new ArrayBuffer(24));
  for (;;) {
    assert.is(native().memo_job_progress(job, flat), 0);
    if (new Uint32Array(flat.buffer, 16, 1)[0] === 1) break;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.is(native().memo_job_close(job), 0);
  assert.is(native().memo_job_close(job), 603);
  assert.is(native().memo_job_cancel(job), 603);
  assert.is(native().memo_job_progress(job, flat), 603);
});

test("a plan that is refused when its turn comes leaves it to the next", async () => {
  const all = (planner: string): Promise<unknown>[] =>
    // deno-lint-ignore no-explicit-any
    Array.from({ length: RUNNING_MAX }, () => planAsync(small, { planner: planner as any }));
  const found = await Promise.allSettled([...all("auto"), ...all("nobody"), ...all("auto")]);
  const refused = found.map(({ status }) => status === "rejected");
  assert.equal(refused, found.map((_, idx) => Math.floor(idx / RUNNING_MAX) === 1));
});

/** Starts a job as `planAsync` does. */
function start({ sizes, starts, ends }: Columns, planner: string): number {
  const [problem, job] = [new Uint32Array(1), new Uint32Array(1)];
  const doubles = sizes as Float64Array<ArrayBuffer>;
  const words = [starts, ends] as [Uint32Array<ArrayBuffer>, Uint32Array<ArrayBuffer>];
  const rest = [null, null, 1, Infinity, problem] as const;
  assert.is(native().memo_problem_new(sizes.length, doubles, ...words, ...rest), 0);
  const name = new TextEncoder().encode(`${planner}\0`);
  assert.is(native().memo_job_start(problem[0]!, name, 600, job), 0);
  assert.is(native().memo_problem_close(problem[0]!), 0);
  return job[0]!;
}

test("progress goes one way and ends at the answer", async () => {
  const seen: Progress[] = [];
  const answer = await planAsync(hard, { timeLimit: 0.3, onProgress: (it) => seen.push(it) });
  const best = answer.status === "gave-up" ? answer.best : answer;
  assert.ok(seen.length > 0);
  for (const [idx, { peak, lowerBound }] of seen.entries()) {
    const { peak: before, lowerBound: bound } = seen[idx - 1] ?? { peak: null, lowerBound: 0 };
    assert.ok(peak !== null && peak <= (before ?? Infinity) && lowerBound >= bound);
    assert.ok(lowerBound <= answer.lowerBound && "peak" in best! && peak >= best.peak);
  }
});

/** Few and small enough for each planner. */
const few = Array.from({ length: 30 }, (_, idx) => ({
  size: 1 + idx * 7 % 11,
  start: idx * 5 % 17,
  end: idx * 5 % 17 + 1 + idx % 6,
}));
for (const planner of PLANNERS) {
  test(`what ${planner} tells last is its answer`, async () => {
    const seen: Progress[] = [];
    const onProgress = (progress: Progress): number => seen.push(progress);
    const answer = await planAsync(few, { planner, timeLimit: 0.05, onProgress });
    const best = answer.status === "gave-up" ? answer.best : answer;
    if (best === null || !("peak" in best)) throw new Error(answer.status);
    assert.equal(seen.at(-1), { peak: best.peak, lowerBound: answer.lowerBound });
  });
}

test("over several arenas the cost is told", async () => {
  const seen: Progress[] = [];
  const answer = await planAsync(tiered, { onProgress: (progress) => seen.push(progress) });
  if (answer.status !== "optimal") throw new Error(answer.status);
  assert.equal(seen.at(-1), { peak: answer.cost, lowerBound: answer.lowerBound });
});

test("a callback that throws is the rejection", async () => {
  const oops = new Error("oops");
  const onProgress = (): never => {
    throw oops;
  };
  assert.is(await planAsync(hard, { timeLimit: 5, onProgress }).catch((it) => it), oops);
});

test("an abort out of a callback is the rejection, even where the answer is there", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const reason = new Error("enough");
  const onProgress = (): void => controller.abort(reason);
  assert.is(await planAsync(small, { signal, onProgress }).catch((it) => it), reason);
});

test("the event loop goes on meanwhile", async () => {
  const controller = new AbortController();
  let ticks = 0;
  const timer = setInterval(() => ++ticks === 20 && controller.abort(), 1);
  const { signal } = controller;
  const promise = planAsync(hard, { planner: "skyline_restarts", timeLimit: 60, signal });
  assert.is((await promise.catch((error) => error)).name, "AbortError");
  clearInterval(timer);
});

/** How nice each thread of this process is that plans, as Linux tells it. */
function planning(): number[] {
  // A child asks, because Deno may not.
  const script = 'cat "/proc/$PPID/task/"*/stat';
  const { stdout } = spawnSync("sh", ["-c", script], { encoding: "utf8" });
  const ours = stdout.split("\n").filter((line) => line.includes("(memo-plan)"));
  return ours.map((line) => Number(line.slice(line.indexOf(")")).split(" ")[17]));
}

const onLinux = process.platform === "linux" ? test : test.skip;
onLinux("as many threads plan as may, and others go first", async () => {
  for (const [threads, expected] of [[undefined, 1], [1, 1], [2, 2]] as const) {
    // Those of plans that were aborted before have to be gone.
    while (planning().length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const controller = new AbortController();
    const { signal } = controller;
    // Few enough buffers for two searches that work together.
    const options = { threads, timeLimit: 60, signal };
    const answer = planAsync(drawn(1500, 7, 900), options).catch((error) => error);
    let most: number[] = [];
    // Two work together once the heuristics are done: to see that there is one is to see it go on.
    for (let look = 0; most.length < 2 && look < (expected === 2 ? 1000 : 50); look++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const found = planning();
      if (found.length >= most.length) most = found;
    }
    controller.abort();
    assert.is((await answer).name, "AbortError");
    assert.equal(
      most,
      Array(expected).fill(Math.min(19, 10 + os.getPriority())),
      `threads: ${threads}`,
    );
  }
});

test("more at once than there are cores all end, and none is left open", async () => {
  const problems = Array.from({ length: 40 }, (_, seed) => drawn(50, seed + 1));
  for (let round = 0; round < 3; round++) {
    const controller = new AbortController();
    const all = problems.map((problem, idx) =>
      idx % 4 === 0
        ? planAsync(hard, { timeLimit: 60, signal: controller.signal })
        : planAsync(problem)
    );
    controller.abort();
    const found = await Promise.allSettled(all);
    for (const [idx, result] of found.entries()) {
      if (idx % 4 === 0) assert.is(result.status, "rejected");
      else assert.equal(result.status === "fulfilled" && result.value, plan(problems[idx]!));
    }
  }
  // Places of closed jobs are used again: were one left open, these would need another place.
  const jobs = Array.from({ length: 64 }, () => start(drawn(1), "auto"));
  assert.ok(jobs.every((job) => (job & 0xffff) < jobs.length));
  for (const job of jobs) assert.is(native().memo_job_close(job), 0);
});

for (const ending of ["exit", "throw", "worker", "worker-exit"]) {
  test(`a process or worker that ends during a plan (${ending}) does not crash`, () => {
    const { status, stdout, stderr } = runScript("tests/support/ending.ts", [ending]);
    assert.equal([status, stdout], [ending === "throw" ? 1 : 7, "started\n"], stderr);
  });
}

test.run();
