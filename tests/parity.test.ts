/** The same answers as Rust, on the fixtures that both read. */

import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type Bound,
  check,
  lowerBound,
  MemoError,
  type Outcome,
  plan,
  type Problem,
} from "../ts/mod.ts";
import {
  columnsOf,
  type FaultCase,
  fixture,
  objectsOf,
  type PlanCase,
} from "./support/fixtures.ts";

const cases = fixture<PlanCase[]>("plans.json");
const expected = fixture<Record<string, unknown>[]>("plans.expected.json");
const faults = fixture<FaultCase[]>("faults.json");

/** An answer as the fixtures have it: plain arrays, a lower bound said once, a refusal as a value. */
function answer(problem: Problem, { planner, timeLimit, align, capacity }: PlanCase): unknown {
  let outcome: Outcome;
  try {
    outcome = plan(problem, { planner, timeLimit, align, capacity });
  } catch (error) {
    if (!(error instanceof MemoError)) throw error;
    return { code: error.code, message: error.message };
  }
  if ("offsets" in outcome) return { ...outcome, offsets: [...outcome.offsets] };
  if (outcome.status === "infeasible" || outcome.best === null) return outcome;
  const { offsets, peak } = outcome.best;
  return { ...outcome, best: { offsets: [...offsets], peak } };
}

test("there is an expectation for each case", () => {
  assert.is(cases.length, expected.length);
});

for (const [idx, problem] of cases.entries()) {
  test(`in columns: ${problem.name}`, () => {
    assert.equal(answer(columnsOf(problem), problem), expected[idx]);
  });

  test(`as objects: ${problem.name}`, () => {
    assert.equal(answer(objectsOf(problem), problem), expected[idx]);
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
