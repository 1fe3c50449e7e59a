/** Wrong arguments are refused with the buffer, the field, the value and what it must be. */

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Arena, check, lowerBound, plan, readProblem } from "../ts/mod.ts";
import { refusal } from "./support/codes.ts";

const MAX = Number.MAX_SAFE_INTEGER;
const good = { size: 8, start: 0, end: 1 };
const goodPlan = {
  offsets: [0],
  peak: 8,
  lowerBound: 8,
  certificate: { kind: "max-load", step: 0 },
} as const;
const columns = {
  sizes: Float64Array.of(8, 8),
  starts: Uint32Array.of(0, 0),
  ends: Uint32Array.of(1, 1),
};

/** Values that are no number of bytes, and how messages show them. */
const NO_BYTES: [unknown, string][] = [
  [NaN, "NaN"],
  [Infinity, "Infinity"],
  [-Infinity, "-Infinity"],
  [-1, "-1"],
  [0.5, "0.5"],
  [2 ** 53, "9007199254740992"],
  ["8", '"8" (a string)'],
  [8n, "8n (a bigint; convert it with Number)"],
  [null, "null"],
  [undefined, "undefined"],
  [[8], "(an array)"],
  [true, "(boolean)"],
];

function refused(call: () => unknown, message: string): void {
  const error = refusal(call);
  assert.is(error.code, "BAD_ARGUMENT");
  assert.is(error.message, message);
}

for (const [value, shown] of NO_BYTES) {
  // deno-lint-ignore no-explicit-any
  const wrong = value as any;
  const of = (field: string, max: number) =>
    `buffer 1: ${field} ${shown} must be an integer from 0 to ${max}`;

  test(`a buffer with ${shown}`, () => {
    refused(() => plan([good, { ...good, size: wrong }]), of("size", MAX));
    refused(() => plan([good, { ...good, start: wrong }]), of("start", 2 ** 32 - 1));
    refused(() => plan([good, { ...good, end: wrong }]), of("end", 2 ** 32 - 1));
    refused(() => lowerBound([good, { ...good, size: wrong }]), of("size", MAX));
    refused(() => check([good, { ...good, size: wrong }], goodPlan), of("size", MAX));
    if (value === undefined) return;
    refused(() => plan([good, { ...good, alignment: wrong }]), of("alignment", MAX));
    refused(() => plan([good, { ...good, pin: wrong }]), of("pin", MAX));
  });

  if (typeof value === "number") {
    test(`a column with ${shown}`, () => {
      const column = Float64Array.of(8, value);
      refused(() => plan({ ...columns, sizes: column }), of("size", MAX));
      refused(() => plan({ ...columns, alignments: column }), of("alignment", MAX));
      const offsets = { ...goodPlan, offsets: column };
      refused(() => check(columns, offsets), of("offset", MAX));
      if (Number.isNaN(value)) return;
      refused(() => plan({ ...columns, pins: column }), of("pin", MAX));
    });
  }

  test(`an option or a plan with ${shown}`, () => {
    const integer = (name: string) => `${name} ${shown} must be an integer from 0 to ${MAX}`;
    refused(() => check([good], { ...goodPlan, peak: wrong }), integer("peak"));
    refused(() => check([good], { ...goodPlan, lowerBound: wrong }), integer("lowerBound"));
    if (value === undefined || value === null) return;
    refused(() => plan([good], { align: wrong }), integer("align"));
    if (value !== Infinity) refused(() => plan([good], { capacity: wrong }), integer("capacity"));
  });
}

for (const [value, shown] of [[NaN, "NaN"], [-1, "-1"], ["1", '"1" (a string)']]) {
  test(`a time limit of ${shown}`, () => {
    const timeLimit = value as number;
    refused(
      () => plan([good], { timeLimit }),
      `timeLimit ${shown} must be a number of seconds, 0 or more`,
    );
  });
}

for (const [value, shown] of [[NaN, "NaN"], [-1, "-1"], [2 ** 32, "4294967296"], [0.5, "0.5"]]) {
  test(`${shown} threads`, () => {
    const threads = value as number;
    const message = `threads ${shown} must be an integer from 0 to 4294967295`;
    refused(() => plan([good], { threads }), message);
  });
}

test("steps beyond 32 bits", () => {
  refused(
    () => plan([{ ...good, end: 2 ** 32 }]),
    "buffer 0: end 4294967296 must be an integer from 0 to 4294967295",
  );
});

test("columns that a getter shortens after they were read", () => {
  const fresh = () => ({
    sizes: Float64Array.of(8, 8),
    starts: Uint32Array.of(0, 0),
    ends: Uint32Array.of(1, 1),
  });
  const detach = (column: Float64Array | Uint32Array) =>
    structuredClone(column.buffer, { transfer: [column.buffer as ArrayBuffer] });
  const detached = (name: string) =>
    `${name} is detached: its memory was transferred; pass it before, or a copy`;

  const ofColumn = fresh();
  const getter = {
    ...ofColumn,
    get ends() {
      detach(ofColumn.sizes);
      return ofColumn.ends;
    },
  };
  refused(() => plan(getter), detached("sizes"));

  const ofOption = fresh();
  const option = {
    get align() {
      detach(ofOption.starts);
      return 1;
    },
  };
  refused(() => plan(ofOption, option), detached("starts"));
  const again = fresh();
  const problem = {
    ...again,
    get ends() {
      detach(offsets);
      return again.ends;
    },
  };
  const offsets = Float64Array.of(0, 8);
  refused(() => check(problem, { ...goodPlan, offsets }), detached("offsets"));
});

test("columns that say to be longer than they are", () => {
  const long = Object.defineProperty(Uint32Array.of(0), "length", { value: 2 });
  refused(
    () => plan({ ...columns, starts: long }),
    "starts has 1 elements, but sizes has 2; make them equal",
  );
  refused(
    () => plan({ ...columns, sizes: new Proxy(columns.sizes, {}) }),
    "sizes Float64Array must be a Float64Array itself, no proxy of one",
  );
});

test("offsets of an array that are no numbers", () => {
  for (const [value, shown] of NO_BYTES) {
    const offsets = [0, value] as number[];
    refused(
      () => check([good, good], { ...goodPlan, offsets }),
      `buffer 1: offset ${shown} must be an integer from 0 to ${MAX}`,
    );
  }
});

test("options that are no object", () => {
  for (const [value, shown] of [[null, "null"], [5, "5"], ["x", '"x" (a string)']]) {
    // deno-lint-ignore no-explicit-any
    const wrong = value as any;
    const message = `options ${shown} must be an object`;
    refused(() => plan([good], wrong), message);
    refused(() => lowerBound([good], wrong), message);
    refused(() => check([good], goodPlan, wrong), message);
    refused(() => readProblem(new Uint8Array(0), wrong), message);
  }
});

test("a URL of no file", () => {
  const error = refusal(() => readProblem(new URL("http://localhost/b.csv")));
  assert.is(error.code, "BAD_ARGUMENT");
  assert.match(error.message, "source http://localhost/b.csv must be a file URL");
});

test("columns of unequal lengths", () => {
  refused(
    () => plan({ ...columns, starts: Uint32Array.of(0) }),
    "starts has 1 elements, but sizes has 2; make them equal",
  );
  refused(
    () => plan({ ...columns, pins: Float64Array.of(0, 0, 0) }),
    "pins has 3 elements, but sizes has 2; make them equal",
  );
});

test("columns of another type", () => {
  // deno-lint-ignore no-explicit-any
  const wrong = (part: object): any => ({ ...columns, ...part });
  refused(
    () => plan(wrong({ sizes: [8, 8] })),
    "sizes Array must be a Float64Array",
  );
  refused(
    () => plan(wrong({ starts: Int32Array.of(0, 0) })),
    "starts Int32Array must be a Uint32Array",
  );
  refused(() => plan(wrong({ ends: undefined })), "ends undefined must be a Uint32Array");
});

test("a detached column", () => {
  const sizes = Float64Array.of(8, 8);
  structuredClone(sizes.buffer, { transfer: [sizes.buffer] });
  refused(
    () => plan({ ...columns, sizes }),
    "sizes is detached: its memory was transferred; pass it before, or a copy",
  );
});

test("a column that other threads may write", () => {
  const sizes = new Float64Array(new SharedArrayBuffer(16));
  refused(
    () => plan({ ...columns, sizes }),
    "sizes lies in a SharedArrayBuffer; pass a copy: sizes.slice()",
  );
});

test("things that are no buffers, no plan, no source", () => {
  // deno-lint-ignore no-explicit-any
  const call = (of: any, ...args: unknown[]) => () => of(...args);
  refused(call(plan, null), "buffers null must be an array of buffers, or columns");
  refused(call(plan, 7), "buffers 7 must be an array of buffers, or columns");
  refused(call(plan, [null]), "buffer 0: null must be an object { size, start, end }");
  refused(call(plan, [good], { planner: 7 }), "planner 7 must be a string");
  refused(call(check, [good], null), "plan null must be an object { offsets, peak, … }");
  refused(
    call(check, [good], { ...goodPlan, certificate: { kind: "hope" } }),
    'certificate "hope" (a string) must be one of a plan',
  );
  refused(call(readProblem, 7), "source 7 must be a path, a URL or a Uint8Array");
});

test("an answer that is no plan", () => {
  // deno-lint-ignore no-explicit-any
  const none: any = plan([good], { capacity: 1 });
  // deno-lint-ignore no-explicit-any
  const gaveUp: any = { status: "gave-up", best: null };
  const of = "plan is an answer ";
  refused(() => check([good], none), `${of}without a plan: infeasible`);
  refused(() => new Arena([good], none), `${of}without a plan: infeasible`);
  refused(
    () => check([good], gaveUp),
    `${of}that gave up; pass its best, where that is not null`,
  );
});

test("a name with NUL ends nowhere else than it seems", () => {
  refused(
    () => readProblem(new Uint8Array(1), { name: "a\0b" }),
    'name "a\\u0000b" (a string) must not contain NUL',
  );
});

test.run();
