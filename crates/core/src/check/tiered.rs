//! The judge of plans over several tiers.
//!
//! Each tier is judged as a plan of its buffers, with all others shrunk to nothing, so that faults
//! name the buffers of the whole problem. The cost is summed up anew, and so is what the certificate
//! of its bound says ([`forced`]). O(n log n) for each tier, and as much as all buffers are live at
//! steps of the certificate.

use super::forced::{Unit, forced};
use super::{check, shared_offset};
use crate::model::{
    BufferIdx, Certificate, CostCertificate, Error, Plan, Step, TierIdx, TieredPlan, TieredProblem,
};

/// Judges a plan over tiers: where each buffer lies, the peaks, the cost, and the lower bound as far
/// as its certificate tells.
///
/// # Errors
/// The first fault found, with the buffers and both values.
pub fn check_tiered(problem: &TieredProblem, plan: &TieredPlan) -> Result<(), Error> {
    let (buffers, count) = (problem.problem(), plan.tiers.len().min(plan.offsets.len()));
    if count != buffers.len() || plan.tiers.len() != plan.offsets.len() {
        return Err(Error::OffsetCount { offsets: count, buffers: buffers.len() });
    }
    if plan.peaks.len() != problem.tiers().len() {
        let (names, count) = (plan.peaks.len(), problem.tiers().len());
        return Err(Error::BadTiers { count, names });
    }
    tiers_are_allowed(problem, &plan.tiers)?;
    for (tier, _) in problem.iter() {
        tier_holds(problem, plan, tier)?;
    }
    let found = cost(problem, |idx| problem.tier(plan.tiers[idx.usize()]).cost);
    if plan.cost != found {
        return Err(Error::CostWrong { stated: plan.cost, found });
    }
    bound_is_possible(problem, plan)
}

fn tiers_are_allowed(problem: &TieredProblem, tiers: &[TierIdx]) -> Result<(), Error> {
    for (buffer, &tier) in (0..).map(BufferIdx).zip(tiers) {
        let with = shared_offset(problem.problem(), buffer).map_or(tier, |idx| tiers[idx.usize()]);
        if !problem.allowed(buffer).has(tier) || with != tier {
            return Err(Error::TierWrong { buffer, tier });
        }
    }
    Ok(())
}

/// Judges what lies in a tier as a plan of its own.
fn tier_holds(problem: &TieredProblem, plan: &TieredPlan, tier: TierIdx) -> Result<(), Error> {
    let is_here = |idx: BufferIdx| plan.tiers[idx.usize()] == tier;
    let (whole, here) = (problem.problem(), problem.held_by(tier, &plan.tiers));
    let offset = |idx: BufferIdx| if is_here(idx) { plan.offsets[idx.usize()] } else { 0 };
    let offsets = whole.iter().map(|(idx, _)| offset(idx)).collect();
    let (peak, certificate) = (plan.peaks[tier.usize()], Certificate::FinishedSearch);
    check(&here, &Plan { offsets, peak, lower_bound: 0, certificate })
}

fn cost(problem: &TieredProblem, cost_of: impl Fn(BufferIdx) -> u64) -> u64 {
    let units = Unit::all(problem.problem());
    units.map(|unit| unit.size(problem.problem()) * cost_of(unit.first())).sum()
}

fn bound_is_possible(problem: &TieredProblem, plan: &TieredPlan) -> Result<(), Error> {
    let stated = plan.lower_bound;
    if stated > plan.cost {
        return Err(Error::BoundWrong { stated, found: plan.cost });
    }
    let CostCertificate::Spill { steps } = &plan.certificate else { return Ok(()) };
    let found = spilled(problem, steps).unwrap_or(0);
    if found == stated { Ok(()) } else { Err(Error::BoundWrong { stated, found }) }
}

/// The least that all cost in the cheapest tiers they may go to, and what these steps force into
/// dearer ones; nothing unless there are steps, in their order, for each number of cheapest tiers.
fn spilled(problem: &TieredProblem, steps: &[Vec<Step>]) -> Option<u64> {
    let order = problem.by_cost();
    let rises = |steps: &Vec<Step>| steps.windows(2).all(|pair| pair[0] < pair[1]);
    if steps.len() + 1 != order.len() || !steps.iter().all(rises) {
        return None;
    }
    let cost_of = |tier: TierIdx| problem.tier(tier).cost;
    let cheapest = |idx: BufferIdx| order.iter().find(|&&tier| problem.allowed(idx).has(tier));
    let base = cost(problem, |idx| cheapest(idx).map_or(0, |&tier| cost_of(tier)));
    (1..).zip(steps).try_fold(base, |cost, (count, steps)| {
        let apart = cost_of(order[count]) - cost_of(order[count - 1]);
        cost.checked_add(apart.checked_mul(forced(problem, &order[..count], steps))?)
    })
}
