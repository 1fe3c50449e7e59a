//! What each tier holds, as a problem and a plan of its own.

use super::bound::lower_bound;
use crate::model::{Plan, Problem, TierIdx, TieredPlan, TieredProblem};

/// The problem and the plan of each tier, in their order, with the lower bound of what is there. All
/// other buffers are there as well, but without bytes, so that each keeps its index.
pub fn held(problem: &TieredProblem, plan: &TieredPlan) -> Vec<(Problem, Plan)> {
    problem.iter().map(|(tier, _)| held_by(tier, problem, plan)).collect()
}

fn held_by(tier: TierIdx, problem: &TieredProblem, plan: &TieredPlan) -> (Problem, Plan) {
    let here = problem.held_by(tier, &plan.tiers);
    let offset = |(&of, &offset)| if of == tier { offset } else { 0 };
    let (lower_bound, certificate) = lower_bound(&here);
    let offsets = plan.tiers.iter().zip(&plan.offsets).map(offset).collect();
    let peak = plan.peaks[tier.usize()];
    (here, Plan { offsets, peak, lower_bound, certificate })
}
