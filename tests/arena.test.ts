/** Memory laid out by a plan. */

import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  Arena,
  type ArenaOptions,
  type MemoError,
  type Memory,
  type Plan,
  plan,
} from "../ts/mod.ts";
import { refusal } from "./support/codes.ts";

const buffers = [
  { id: "input", size: 64, start: 0, end: 2 },
  { id: "scratch", size: 32, start: 1, end: 3 },
  { id: "output", size: 64, start: 2, end: 4 },
  { id: "odd", size: 7, start: 0, end: 4 },
];
const answer = planned();

function planned(): Plan {
  const answer = plan(buffers, { align: 8 });
  if (!("offsets" in answer)) throw new Error(answer.status);
  return answer;
}

function arena<M extends Memory = ArrayBuffer>(options?: ArenaOptions<M>): Arena<M> {
  return new Arena(buffers, answer, options);
}

test("views lie where the plan says", () => {
  const memory = arena();
  assert.is(memory.buffer.byteLength, answer.peak);
  for (const [idx, { id, size }] of buffers.entries()) {
    const view = memory.view(id);
    assert.is(view.byteOffset, answer.offsets[idx]);
    assert.is(view.byteLength, size);
    assert.is(view.buffer, memory.buffer);
    assert.equal(memory.range(idx), { offset: view.byteOffset, size });
  }
  assert.is(memory.view("input", Float32Array).length, 16);
  assert.is(memory.view(0, BigInt64Array).length, 8);
});

test("what lives at once keeps what was written", () => {
  const memory = arena();
  memory.view("input").fill(1);
  memory.view("scratch").fill(2);
  memory.view("odd").fill(3);
  assert.ok(memory.view("input").every((byte) => byte === 1));
  assert.ok(memory.view("scratch").every((byte) => byte === 2));
});

test("it may lie in memory of any kind, from anywhere", () => {
  const shared = new SharedArrayBuffer(answer.peak + 64);
  const inShared = arena({ memory: shared, byteOffset: 64, align: 8 });
  assert.is(inShared.view("input").buffer, shared);
  assert.is(inShared.range("input").offset, 64 + answer.offsets[0]!);

  const memory = new WebAssembly.Memory({ initial: 1, maximum: 3 });
  const inModule = arena({ memory });
  inModule.view("output").fill(9);
  memory.grow(1);
  assert.is(inModule.view("output")[63], 9);
  assert.is(inModule.buffer, memory.buffer);
});

test("views of a closed arena of its own are empty, and there are no more", () => {
  const memory = arena();
  const view = memory.view("input");
  memory[Symbol.dispose]();
  memory.close();
  assert.is(view.length, 0);
  assert.is(refusal(() => memory.view("input")).code, "STALE_HANDLE");
  assert.is(refusal(() => memory.buffer).code, "STALE_HANDLE");

  const given = new ArrayBuffer(answer.peak);
  const other = arena({ memory: given });
  other.close();
  assert.is(given.byteLength, answer.peak);
});

test("a memory that shrinks is noticed", () => {
  const length = { maxByteLength: answer.peak } as object;
  const memory = new (ArrayBuffer as unknown as new (a: number, b: object) => ArrayBuffer)(
    answer.peak,
    length,
  );
  const inIt = arena({ memory });
  (memory as unknown as { resize(to: number): void }).resize(8);
  const all = [0, 1, 2].map((idx) => {
    try {
      inIt.view(idx);
      return "";
    } catch (error) {
      return (error as MemoError).code;
    }
  });
  assert.ok(all.includes("BAD_ARGUMENT"), all.join());
});

// deno-lint-ignore no-explicit-any
const wrong = (options: any) => () => arena(options);

const REFUSED: [string, () => unknown, string, string][] = [
  ["no such id", () => arena().view("nobody"), "UNKNOWN_BUFFER", '"nobody" is no buffer'],
  ["no such index", () => arena().view(4), "UNKNOWN_BUFFER", "4 is no buffer: there are 4"],
  ["a negative index", () => arena().view(-1), "UNKNOWN_BUFFER", "-1"],
  ["half an element", () => arena().view("odd", Float64Array), "BAD_ARGUMENT", "size 7 is no"],
  ["too little", wrong({ memory: new ArrayBuffer(8) }), "BAD_ARGUMENT", "memory has 8 bytes, but"],
  ["no memory", wrong({ memory: 7 }), "BAD_ARGUMENT", "memory 7 must be an ArrayBuffer"],
  ["a view", wrong({ memory: new Uint8Array(999) }), "BAD_ARGUMENT", "memory (object) must be"],
  ["an odd start", wrong({ byteOffset: 3, align: 8 }), "BAD_ARGUMENT", "byteOffset 3 must be"],
  ["no start", wrong({ byteOffset: NaN }), "BAD_ARGUMENT", "byteOffset NaN"],
  ["no options", wrong(null), "BAD_ARGUMENT", "options null"],
];
for (const [name, call, code, part] of REFUSED) {
  test(`refused: ${name}`, () => {
    const error = refusal(call);
    assert.is(error.code, code, error.message);
    assert.ok(error.message.includes(part), error.message);
  });
}

test("a view at an offset that its elements cannot have is refused with the fix", () => {
  const odd = [{ size: 1, start: 0, end: 1 }, { size: 8, start: 0, end: 1, pin: 1 }];
  const found = plan(odd);
  if (!("offsets" in found)) throw new Error(found.status);
  const error = refusal(() => new Arena(odd, found).view(1, Float64Array));
  assert.match(error.message, "offset 1 is no multiple of 8; plan with align: 8");
});

test("a plan that is not valid gets no memory", () => {
  const collided = { ...answer, offsets: answer.offsets.map(() => 0) };
  assert.is(refusal(() => new Arena(buffers, collided)).code, "COLLISION");
});

test.run();
