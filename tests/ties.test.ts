/** Ties and tiers as callers write them, and what is refused. */

import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type Buffers,
  type BufferSpec,
  check,
  type Columns,
  explain,
  lowerBound,
  plan,
  type Problem,
  readProblem,
  type TieredBuffers,
  type TieredProblem,
} from "../ts/mod.ts";
import { refusal } from "./support/codes.ts";

const tied: Buffers = {
  buffers: [
    { id: "weights", size: 1024, intervals: [[0, 3], [8, 9]] },
    { id: "input", size: 512, start: 0, end: 4 },
    { id: "output", size: 512, start: 3, end: 9, sharesWith: "input" },
    { id: "scratch", size: 1024, start: 3, end: 8 },
    { id: "secret", size: 64, start: 9, end: 10 },
  ],
  apart: [["secret", "input"], [4, 0]],
};

test("ties are told by ids and by indices", () => {
  const answer = plan(tied);
  if (answer.status !== "optimal") throw new Error(answer.status);
  const [weights = NaN, input = NaN, output = NaN, scratch = NaN, secret = NaN] = answer.offsets;
  assert.is(output, input);
  assert.is(weights, scratch);
  assert.is(answer.peak, 1600);
  assert.ok(secret >= Math.max(weights + 1024, input + 512));
  assert.equal(check(tied, answer), { valid: true });
  const moved = { ...answer, offsets: answer.offsets.map((at, idx) => idx === 2 ? at + 64 : at) };
  const verdict = check(tied, moved);
  assert.is(verdict.valid ? "" : verdict.code, "SHARE_BROKEN");
  assert.is(lowerBound(tied).lowerBound, 1536);
});

test("a lifetime in intervals is from the first to the last", () => {
  const one: BufferSpec[] = [{ size: 8, intervals: [[5, 7], [1, 2]] }, {
    size: 8,
    start: 2,
    end: 5,
  }];
  const answer = plan(one);
  assert.is("peak" in answer && answer.peak, 8);
});

test("what holds a bound is explained", () => {
  const told = explain(tied);
  assert.is(told.lowerBound, 1536);
  assert.equal([...told.live], [0, 1]);
  assert.is(told.liveBytes, 1536);
  assert.equal(told.certificate, { kind: "max-load", step: 0 });
  const [best] = explain([{ size: 8, start: 0, end: 4 }, { size: 6, start: 2, end: 6 }]).changes;
  assert.equal(best, { buffer: 0, gone: 6, freedBy: 8, madeAt: null });
  assert.is(explain(tied, { top: 0 }).changes.length, 0);
});

const spread: TieredBuffers = {
  buffers: [
    { id: "hot", size: 1024, start: 0, end: 9 },
    { id: "cold", size: 4096, start: 0, end: 9 },
    { id: "dma", size: 256, start: 2, end: 5, tiers: ["sram"] },
  ],
  tiers: [{ name: "sram", capacity: 2048 }, { name: "dräm", cost: 10 }],
};

test("buffers are spread over tiers", () => {
  const answer = plan(spread);
  if (answer.status !== "optimal") throw new Error(answer.status);
  assert.equal([...answer.tiers], [0, 1, 0]);
  assert.equal([...answer.peaks], [1280, 4096]);
  assert.is(answer.cost, 1280 + 40_960);
  assert.equal(answer.certificate, { kind: "finished-search" });
  assert.equal(check(spread, answer), { valid: true });
  const dearer = { ...answer, cost: answer.cost + 1 };
  const verdict = check(spread, dearer);
  assert.is(verdict.valid ? "" : verdict.code, "COST_WRONG");
  const elsewhere = check(spread, { ...answer, tiers: [0, 1, 1] });
  assert.is(elsewhere.valid ? "" : elsewhere.code, "TIER_WRONG");
  const nowhere = check(spread, { ...answer, tiers: [0, 700, 0] });
  assert.is(nowhere.valid ? "" : nowhere.code, "TIER_WRONG");
});

test("a file keeps its ties and tiers", () => {
  const file = JSON.stringify({
    format: "memo-problem",
    version: 2,
    buffers: { size: [8, 8, 8], start: [0, 3, 3], end: [9, 6, 9], tiers: [null, [1], null] },
    ties: {
      intervals: { buffer: [0, 0], start: [0, 6], end: [3, 9] },
      share: [[0, 2]],
      apart: [[1, 2]],
    },
    tiers: { name: ["a", "b"], capacity: [8, null], cost: [1, 2] },
  });
  const problem = readProblem(new TextEncoder().encode(file));
  assert.equal([...problem.intervals!.starts], [0, 6]);
  assert.equal([...problem.shares!], [0, 2]);
  assert.equal([...problem.apart!], [1, 2]);
  if (problem.tiers === undefined) throw new Error("no tiers");
  assert.equal(problem.tiers, [{ name: "a", capacity: 8, cost: 1 }, { name: "b", cost: 2 }]);
  assert.equal([...problem.allowed!], [3n, 2n, 3n]);
  const answer = plan(problem);
  assert.is("cost" in answer && answer.cost, 8 + 16);
});

const one = { size: 8, start: 0, end: 1 };
const columns: Columns = {
  sizes: Float64Array.of(8),
  starts: Uint32Array.of(0),
  ends: Uint32Array.of(1),
};
const word = Uint32Array.of(0);

/** What is refused, with the code and a part of the message. */
const REFUSED: readonly (readonly [unknown, string, string])[] = [
  [[{ size: 8, intervals: [] }], "EMPTY_LIFETIME", "buffer 0: there are no intervals"],
  [[{ size: 8, intervals: [[0, 2], [1, 3]] }], "BAD_INTERVAL", "[0, 2) and [1, 3) overlap"],
  [[{ size: 8, intervals: [[2, 2]] }], "EMPTY_LIFETIME", "[2, 2)"],
  [[{ size: 8, intervals: [[0, 0.5]] }], "BAD_ARGUMENT", "buffer 0: intervals[0][1] 0.5"],
  [[{ size: 8, intervals: [7] }], "BAD_ARGUMENT", "buffer 0: intervals[0] 7"],
  [[{ size: 8, start: 0, intervals: [[0, 1]] }], "BAD_ARGUMENT", "start and end, or intervals"],
  [[{ ...one, sharesWith: "x" }], "UNKNOWN_BUFFER", 'sharesWith "x" is the id of no buffer'],
  [[{ ...one, sharesWith: 7 }], "UNKNOWN_BUFFER", "a tie names buffer 7"],
  [[{ ...one, sharesWith: -1 }], "BAD_ARGUMENT", "buffer 0: sharesWith -1"],
  [
    [{ ...one, id: "a" }, { ...one, id: "a" }],
    "BAD_ARGUMENT",
    'buffers 0 and 1 have the same id "a"',
  ],
  [[{ ...one, id: 5 }], "BAD_ARGUMENT", "buffer 0: id 5"],
  [[{ ...one, tiers: ["a"] }], "BAD_ARGUMENT", '"a" (a string) is the name of no tier'],
  [{ buffers: 7 }, "BAD_ARGUMENT", "buffers 7 must be an array"],
  [{ buffers: [one], apart: [[0]] }, "BAD_ARGUMENT", "apart[0] (an array) must be a pair"],
  [{ buffers: [one], apart: [[0, 0]] }, "TIED_TO_ITSELF", "buffer 0"],
  [{ buffers: [one], tiers: 7 }, "BAD_ARGUMENT", "tiers 7 must be an array"],
  [{ buffers: [one], tiers: [{ name: 7 }] }, "BAD_ARGUMENT", "tier 0: name 7"],
  [{ buffers: [one], tiers: [{ name: "a", cost: 0.5 }] }, "BAD_ARGUMENT", "tier 0: cost 0.5"],
  [{ buffers: [one], tiers: [{ name: "a", capacity: -1 }] }, "BAD_ARGUMENT", "tier 0: capacity -1"],
  [{ buffers: [one], tiers: [] }, "BAD_TIERS", "0 tiers"],
  [{ buffers: [one], capacity: 4, tiers: [{ name: "a" }] }, "BAD_ARGUMENT", "one for each"],
  [{ buffers: [{ ...one, tiers: [] }], tiers: [{ name: "a" }] }, "NO_TIER", "buffer 0"],
  [{ ...columns, shares: word }, "BAD_ARGUMENT", "shares has 1 elements; give two for each pair"],
  [{ ...columns, apart: [0, 0] }, "BAD_ARGUMENT", "apart Array must be a Uint32Array"],
  [
    { ...columns, intervals: { buffers: word, starts: word, ends: new Uint32Array(2) } },
    "BAD_ARGUMENT",
    "intervals.ends has 2 elements, but intervals.buffers has 1",
  ],
  [{ ...columns, tiers: [{ name: "a" }], allowed: word }, "BAD_ARGUMENT", "a BigUint64Array"],
  [
    { ...columns, tiers: [{ name: "a" }], allowed: new BigUint64Array(2) },
    "BAD_ARGUMENT",
    "allowed has 2 elements, but sizes has 1",
  ],
];

for (const [problem, code, part] of REFUSED) {
  test(`refused: ${part}`, () => {
    const error = refusal(() => plan(problem as Problem | TieredProblem));
    assert.is(error.code, code);
    assert.ok(error.message.includes(part), error.message);
  });
}

test("tiers have their own planner", () => {
  const named = { planner: "auto" } as object;
  assert.is(refusal(() => plan(spread, named)).code, "BAD_ARGUMENT");
});

test("over tiers there is a bound of the cost", () => {
  const found = lowerBound(spread);
  // What the loads tell: 128 bytes would have room in the cheap tier, but the buffer does not.
  if (found.status !== "bounded") throw new Error(found.status);
  const answer = plan(spread);
  if (answer.status !== "optimal") throw new Error(answer.status);
  assert.ok(found.lowerBound < answer.cost);
  const { lowerBound: cost, certificate } = found;
  assert.equal(check(spread, { ...answer, lowerBound: cost, certificate }), { valid: true });
  const beyond = check(spread, { ...answer, lowerBound: cost + 1, certificate });
  assert.is(beyond.valid ? "" : beyond.code, "BOUND_WRONG");
});

test("the bound of a cost is that of its steps", () => {
  const sizes = [8, 6, 4];
  const buffers = sizes.map((size, idx) => ({ size, start: idx, end: idx + 2 }));
  const tiers = [{ name: "a", capacity: 10 }, { name: "b", capacity: 4, cost: 2 }, {
    name: "c",
    cost: 5,
  }];
  // Of 14 bytes at step 1 four leave the first tier, and have room in the second.
  const found = lowerBound({ buffers, tiers });
  assert.equal(found, {
    status: "bounded",
    lowerBound: 18 + 4,
    certificate: { kind: "spill", steps: [[1], []] },
  });
  assert.equal(lowerBound({ buffers: [], tiers }), {
    status: "bounded",
    lowerBound: 0,
    certificate: { kind: "spill", steps: [[], []] },
  });
});

test("without a plan there is a cause in place of a bound", () => {
  const tiers = [{ name: "only", capacity: 10 }];
  const buffers = [{ size: 8, start: 0, end: 2 }, { size: 8, start: 1, end: 3 }];
  for (
    const [sizes, cause] of [
      [[8, 8], { kind: "overfull", step: 1 }],
      [[8, 12], { kind: "no-room", buffer: 1 }],
    ] as const
  ) {
    const problem = {
      buffers: buffers.map((buffer, idx) => ({ ...buffer, size: sizes[idx]! })),
      tiers,
    };
    const expected = { status: "infeasible", cause };
    assert.equal([lowerBound(problem), plan(problem)], [expected, expected]);
  }
});

test("of several arenas each is explained with what it holds", () => {
  const { answer, tiers } = explain(spread, { threads: 2 });
  assert.equal(answer, plan(spread));
  const alone = spread.buffers.map(({ tiers: _, ...buffer }) => buffer);
  assert.is(tiers.length, 2);
  for (const [tier, held] of [[0, 2], [1]].entries()) {
    const told = tiers[tier]!;
    const part = alone.map((buffer, idx) => held.includes(idx) ? buffer : { ...buffer, size: 0 });
    assert.equal(told, explain(part));
    assert.equal([...told.live], held);
  }
  assert.equal(tiers.map(({ lowerBound }) => lowerBound), [1280, 4096]);
});

test("pins of one arena hold nothing in another", () => {
  const [low, high] = [{ size: 8, start: 0, end: 1, pin: 0 }, {
    size: 8,
    start: 0,
    end: 1,
    pin: 4,
  }];
  const { answer, tiers } = explain({
    buffers: [{ ...low, tiers: ["a"] }, { ...high, tiers: ["b"] }],
    tiers: [{ name: "a", capacity: 64 }, { name: "b", cost: 2 }],
  });
  assert.is(answer.status, "optimal");
  assert.equal(tiers.map(({ lowerBound }) => lowerBound), [8, 12]);
});

test("arenas without a plan are not explained", () => {
  const tiers = [{ name: "only", capacity: 1 }];
  const { answer, tiers: told } = explain({ buffers: [{ size: 8, start: 0, end: 1 }], tiers });
  assert.is(answer.status, "infeasible");
  assert.equal(told, []);
});

test.run();
