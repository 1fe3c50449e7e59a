//! What each tier holds, as a problem and a plan of its own.

use super::bound::lower_bound;
use crate::model::{Error, Plan, Problem, TierIdx, TieredPlan, TieredProblem};

/// The problem and the plan of each tier, in their order, with the lower bound of what is there. All
/// other buffers are there as well, but without bytes, so that each keeps its index.
///
/// # Errors
/// None for a plan that has been judged.
pub fn held(problem: &TieredProblem, plan: &TieredPlan) -> Result<Vec<(Problem, Plan)>, Error> {
    problem.iter().map(|(tier, _)| held_by(tier, problem, plan)).collect()
}

fn held_by(
    tier: TierIdx,
    problem: &TieredProblem,
    plan: &TieredPlan,
) -> Result<(Problem, Plan), Error> {
    let here = problem.held_by(tier, &plan.tiers)?;
    let offset = |(&of, &offset)| if of == tier { offset } else { 0 };
    let (lower_bound, certificate) = lower_bound(&here);
    let offsets = plan.tiers.iter().zip(&plan.offsets).map(offset).collect();
    let peak = plan.peaks[tier.usize()];
    Ok((here, Plan { offsets, peak, lower_bound, certificate }))
}
