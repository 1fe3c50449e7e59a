/** Memory laid out by a plan over several arenas. */

import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  plan,
  TieredArena,
  type TieredArenaOptions,
  type TieredPlan,
  type TieredProblem,
} from "../ts/mod.ts";
import { refusal } from "./support/codes.ts";

const buffers = [
  { id: "weights", size: 96, start: 0, end: 9 },
  { id: "input", size: 64, start: 0, end: 2, tiers: ["fast"] },
  { id: "output", size: 64, start: 2, end: 4, tiers: ["fast"] },
  { id: "wide", size: 32, start: 0, end: 4, alignment: 32, tiers: ["slow"] },
];
const problem: TieredProblem = {
  buffers,
  tiers: [{ name: "fast", capacity: 64 }, { name: "slow", cost: 10 }],
};
const answer = planned(problem);

function planned(problem: TieredProblem): TieredPlan {
  const answer = plan(problem, { align: 8 });
  if (!("offsets" in answer)) throw new Error(answer.status);
  return answer;
}

function arena(options?: TieredArenaOptions): TieredArena {
  return new TieredArena(problem, answer, options);
}

test("views lie in the tier and where the plan says", () => {
  const memory = arena();
  const names = ["fast", "slow"];
  for (const [idx, { id, size }] of buffers.entries()) {
    const tier = names[answer.tiers[idx]!]!;
    const view = memory.view(id);
    assert.is(view.buffer, memory.buffer(tier));
    assert.equal(memory.range(idx), { tier, offset: answer.offsets[idx], size });
    assert.equal([view.byteOffset, view.byteLength], [answer.offsets[idx], size]);
  }
  assert.equal(names.map((name) => memory.buffer(name).byteLength), [...answer.peaks]);
  assert.is(memory.view("input", Float32Array).length, 16);
});

test("what lives at once keeps what was written, what does not shares bytes", () => {
  const memory = arena();
  for (const [idx, { id }] of buffers.entries()) if (idx !== 2) memory.view(id).fill(idx + 1);
  for (const [idx, { id }] of buffers.entries()) {
    if (idx !== 2) assert.ok(memory.view(id).every((byte) => byte === idx + 1), id);
  }
  assert.equal(memory.range("input"), memory.range("output"));
});

test("each may lie in a memory of its own kind, or two in one", () => {
  const shared = new SharedArrayBuffer(256);
  const module = new WebAssembly.Memory({ initial: 1 });
  const apart = arena({
    places: { fast: { memory: shared, byteOffset: 128 }, slow: { memory: module } },
  });
  assert.is(apart.view("input").buffer, shared);
  assert.is(apart.range("input").offset, 128);
  module.grow(1);
  assert.is(apart.view("weights").buffer, module.buffer);

  const one = new ArrayBuffer(512);
  const within = (byteOffset: number) =>
    arena({ places: { fast: { memory: one, byteOffset }, slow: { memory: one } } });
  assert.is(within(answer.peaks[1]!).view("input").byteOffset, answer.peaks[1]);
  const error = refusal(() => within(answer.peaks[1]! - 8));
  assert.equal([error.code, error.message], ["BAD_ARGUMENT", "tiers fast and slow share bytes"]);
});

test("views of closed arenas are empty, but not what was given", () => {
  const given = new ArrayBuffer(64);
  const memory = arena({ places: { fast: { memory: given } } });
  const [own, other] = [memory.view("weights"), memory.view("input")];
  memory[Symbol.dispose]();
  memory.close();
  assert.equal([own.length, other.length], [0, 64]);
  for (const call of [() => memory.view("weights"), () => memory.buffer("fast")]) {
    assert.is(refusal(call).code, "STALE_HANDLE");
  }
});

// deno-lint-ignore no-explicit-any
const wrong = (places: any) => () => arena({ places });
const REFUSED: [string, () => unknown, string, string][] = [
  ["no such buffer", () => arena().view("nobody"), "UNKNOWN_BUFFER", '"nobody" is no buffer'],
  ["no such index", () => arena().range(4), "UNKNOWN_BUFFER", "4 is no buffer: there are 4"],
  ["no such tier", () => arena().buffer("sram"), "BAD_ARGUMENT", "none of fast, slow"],
  [
    "a place of no tier",
    wrong({ sram: {} }),
    "BAD_ARGUMENT",
    '"sram" (a string) is the name of no',
  ],
  ["no place", wrong({ fast: 7 }), "BAD_ARGUMENT", "places: fast: 7 must be an object"],
  ["no memory", wrong({ fast: { memory: 7 } }), "BAD_ARGUMENT", "tier fast: memory 7 must be"],
  ["too little", wrong({ fast: { memory: new ArrayBuffer(8) } }), "BAD_ARGUMENT", "has 8 bytes"],
  ["no start", wrong({ slow: { byteOffset: -1 } }), "BAD_ARGUMENT", "tier slow: byteOffset -1"],
  ["an odd start", wrong({ slow: { byteOffset: 8 } }), "BAD_ARGUMENT", "alignment of buffer 3"],
];
for (const [name, call, code, part] of REFUSED) {
  test(`refused: ${name}`, () => {
    const error = refusal(call);
    assert.is(error.code, code, error.message);
    assert.ok(error.message.includes(part), error.message);
  });
}

test("a plan that is not valid gets no memory", () => {
  const moved = { ...answer, tiers: answer.tiers.map(() => 0) };
  assert.is(refusal(() => new TieredArena(problem, moved)).code, "TIER_WRONG");
  const one = buffers.map(({ tiers: _, ...buffer }) => buffer) as unknown as TieredProblem;
  assert.is(refusal(() => new TieredArena(one, answer)).code, "BAD_ARGUMENT");
});

test.run();
