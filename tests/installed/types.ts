/** What a user compiles who has installed the package. */

import { type Outcome, plan, type PlannerName } from "@memo/malloc";
import type { Model, Tensor } from "@memo/malloc/torch";

const planner: PlannerName = "auto";
const answer: Outcome = plan([{ size: 8, start: 0, end: 1 }], { planner });
if (answer.status === "optimal") answer.offsets satisfies Float64Array;
// @ts-expect-error: an outcome without a plan has no offsets
if (answer.status === "infeasible") answer.offsets;

/** The scores of a model. */
export async function scores(model: Model, input: Tensor): Promise<Float32Array> {
  const [result] = await model.run([input]);
  if (result?.type !== "f32") throw new Error(`no scores: ${result?.type}`);
  return result.data;
}
