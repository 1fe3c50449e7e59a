/** What callers rely on beside the numbers. */

import { test } from "uvu";
import * as assert from "uvu/assert";
import { check, plan } from "../ts/mod.ts";
import { drawn } from "./support/problems.ts";

const staircase = [
  { size: 1024, start: 0, end: 2 },
  { size: 512, start: 1, end: 3 },
  { size: 1024, start: 2, end: 4 },
];

test("an answer narrows by its status", () => {
  const answer = plan(staircase);
  if (answer.status !== "optimal") throw new Error(answer.status);
  assert.instance(answer.offsets, Float64Array);
  assert.is(answer.peak, answer.lowerBound);
});

test("a plan of many buffers passes the judge, with every planner the same way", () => {
  const problem = drawn(2000);
  for (const planner of ["auto", "greedy_by_size", "best_fit"] as const) {
    const answer = plan(problem, { planner, align: 64 });
    if (!("offsets" in answer)) throw new Error(answer.status);
    assert.equal(check(problem, answer, { align: 64 }), { valid: true });
    const collided = { ...answer, offsets: answer.offsets.map(() => 0) };
    assert.is(check(problem, collided, { align: 64 }).valid, false);
    assert.equal(plan(problem, { planner, align: 64 }), answer);
  }
});

test("columns are read, never written", () => {
  const problem = drawn(100);
  const before = structuredClone(problem);
  plan(problem);
  assert.equal(problem, before);
});

test("columns may be views that begin inside their memory", () => {
  const memory = new ArrayBuffer(64);
  const sizes = new Float64Array(memory, 8, 2);
  sizes.set([3, 4]);
  const starts = new Uint32Array(memory, 28, 2);
  const ends = new Uint32Array(memory, 36, 2);
  ends.set([1, 1]);
  const answer = plan({ sizes, starts, ends });
  assert.is("peak" in answer ? answer.peak : answer.status, 7);
});

test("an option goes before the capacity of the problem", () => {
  const problem = { ...drawn(10), capacity: 1 };
  assert.is(plan(problem).status, "infeasible");
  assert.is.not(plan(problem, { capacity: 2 ** 40 }).status, "infeasible");
});

test("Infinity is no capacity and no time limit", () => {
  assert.is(plan(staircase, { capacity: Infinity, timeLimit: Infinity }).status, "optimal");
});

test("without a time limit any number of threads gives the same plan", () => {
  const problem = drawn(60, 3);
  for (const threads of [0, 2, 2 ** 32 - 1]) {
    assert.equal(plan(problem, { threads }), plan(problem));
  }
});

test("options that are undefined are as if left out", () => {
  const none = { planner: undefined, align: undefined, capacity: undefined };
  const unlimited = { timeLimit: undefined, threads: undefined };
  assert.equal(plan(staircase, { ...none, ...unlimited }), plan(staircase));
});

test("a plan that a double cannot hold is refused, not rounded", () => {
  const huge = { size: Number.MAX_SAFE_INTEGER, start: 0, end: 1 };
  assert.throws(() => plan([huge, huge]), /beyond 9007199254740991/);
});

test.run();
