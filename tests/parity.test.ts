/** The same answers as Rust, on the fixtures that both read. */

import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type Bound,
  check,
  explain,
  lowerBound,
  MemoError,
  plan,
  type Problem,
  type TieredProblem,
} from "../ts/mod.ts";
import {
  columnsOf,
  type FaultCase,
  fixture,
  objectsOf,
  type PlanCase,
  type TieredCase,
  tieredColumnsOf,
  tieredObjectsOf,
} from "./support/fixtures.ts";

const cases = fixture<PlanCase[]>("plans.json");
const expected = fixture<Record<string, unknown>[]>("plans.expected.json");
const explained = fixture<unknown[]>("explain.expected.json");
const tiered = fixture<TieredCase[]>("tiers.json");
const spread = fixture<unknown[]>("tiers.expected.json");
const faults = fixture<FaultCase[]>("faults.json");

/** What is asked, or the refusal of it. */
function orRefusal<T>(ask: () => T): T | { code: string; message: string } {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof MemoError)) throw error;
    return { code: error.code, message: error.message };
  }
}

/** An answer as the fixtures have it: plain arrays, a lower bound said once, a refusal as a value. */
function answer(problem: Problem, { planner, timeLimit, align, capacity }: PlanCase): unknown {
  const outcome = orRefusal(() => plan(problem, { planner, timeLimit, align, capacity }));
  if ("code" in outcome) return outcome;
  if ("offsets" in outcome) return { ...outcome, offsets: [...outcome.offsets] };
  if (outcome.status === "infeasible" || outcome.best === null) return outcome;
  const { offsets, peak } = outcome.best;
  return { ...outcome, best: { offsets: [...offsets], peak } };
}

/** As {@link answer}, over tiers. */
function tieredAnswer(problem: TieredProblem): unknown {
  const outcome = orRefusal(() => plan(problem));
  if (!("offsets" in outcome)) return outcome;
  assert.equal(check(problem, outcome), { valid: true });
  const { tiers, offsets, peaks } = outcome;
  return { ...outcome, tiers: [...tiers], offsets: [...offsets], peaks: [...peaks] };
}

test("there is an expectation for each case", () => {
  assert.is(cases.length, expected.length);
  assert.is(cases.length, explained.length);
  assert.is(tiered.length, spread.length);
});

for (const [idx, problem] of tiered.entries()) {
  test(`tiers in columns: ${problem.name}`, () => {
    assert.equal(tieredAnswer(tieredColumnsOf(problem)), spread[idx]);
  });

  test(`tiers as objects: ${problem.name}`, () => {
    assert.equal(tieredAnswer(tieredObjectsOf(problem)), spread[idx]);
  });
}

for (const [idx, problem] of cases.entries()) {
  test(`in columns: ${problem.name}`, () => {
    assert.equal(answer(columnsOf(problem), problem), expected[idx]);
  });

  test(`as objects: ${problem.name}`, () => {
    assert.equal(answer(objectsOf(problem), problem), expected[idx]);
  });

  test(`explained: ${problem.name}`, () => {
    const told = orRefusal(() => explain(columnsOf(problem), { align: problem.align, top: 3 }));
    assert.equal("live" in told ? { ...told, live: [...told.live] } : told, explained[idx]);
  });

  const { certificate, lowerBound: bytes } = expected[idx] as Partial<Bound>;
  // A search may prove more than the bound that is known without one.
  if (certificate === undefined || certificate.kind === "finished-search") continue;
  test(`bounded: ${problem.name}`, () => {
    const bound = lowerBound(columnsOf(problem), { align: problem.align });
    assert.equal(bound, { lowerBound: bytes, certificate });
  });
}

for (const fault of faults) {
  test(`judged: ${fault.name}`, () => {
    const { plan, align, capacity } = fault;
    const verdict = check(objectsOf(fault), plan, { align, capacity });
    assert.is(verdict.valid ? null : verdict.code, fault.code);
  });
}

test.run();
