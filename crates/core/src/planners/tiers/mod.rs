//! Planning over several tiers: as much as possible where it is cheap, the rest where there is room.
//!
//! ```text
//! problem ─bound─▶ cost that no plan beats ─spread─▶ who goes where ─settle─▶ plans of the tiers
//!                                                        ▲                        │
//!                                                        └────── who returns ─────┘
//! ```
//! The loads alone tell what must leave full tiers, and so the [`bound`]. A first fit that falls
//! through to the next tier gives a first answer, and a search over its orders better ones
//! ([`spread`]). Then the planner of single problems decides what first fit cannot: whether a tier
//! has room for one that was spilled, where everything lies, and how low that can be ([`settle`]).
//! Where few buffers have a choice, all ways to spread them are tried ([`exhaust`]), which proves
//! the cost, or that there is no plan.

mod bound;
mod exhaust;
mod gains;
mod settle;
mod spread;
mod units;

use self::bound::{Bound, bound};
use self::exhaust::{End, exhaust};
use self::settle::Settled;
use self::spread::spread;
use self::units::Units;
use super::tied;
use crate::analysis::refute;
use crate::limits::Limits;
use crate::model::{
    BufferIdx, CostCertificate, Error, Reason, TieredOutcome, TieredProblem, TieredRefutation,
};

/// Plans over tiers within the limits: the least cost first, then low peaks.
///
/// # Errors
/// As [`plan`](super::plan) for the buffers of one tier.
pub fn plan_tiered(problem: &TieredProblem, limits: &Limits) -> Result<TieredOutcome, Error> {
    let deadline = limits.start();
    let (units, (mut cost, mut certificate)) = match bounded(problem) {
        Ok(bounded) => bounded,
        Err(refutation) => return Ok(TieredOutcome::Infeasible(refutation)),
    };
    deadline.tell_bound(cost);
    let found = spread(&units, cost, &deadline);
    let mut settled = Settled::of(problem, &units, found, &deadline);
    settled.bring_back(cost)?;
    if settled.cost() != Some(cost) && exhaust(&mut settled)? == End::Exhausted {
        let Some(proven) = settled.cost() else {
            return Ok(TieredOutcome::Infeasible(TieredRefutation::FinishedSearch));
        };
        if proven > cost {
            (cost, certificate) = (proven, CostCertificate::FinishedSearch);
            deadline.tell_bound(cost);
        }
    }
    settled.lower_peaks()?;
    Ok(match settled.into_plan(cost, certificate) {
        Some(plan) if plan.is_optimal() => TieredOutcome::Optimal(plan),
        Some(plan) => TieredOutcome::Feasible(plan),
        None => TieredOutcome::GaveUp(deadline.reached().unwrap_or(Reason::Heuristic)),
    })
}

/// A cost below which no plan over tiers can go, as the loads alone tell it, and the steps that show it.
///
/// # Errors
/// Why there is no plan, where the loads, the ties or a single buffer tell that.
pub fn lower_bound_tiered(
    problem: &TieredProblem,
) -> Result<(u64, CostCertificate), TieredRefutation> {
    bounded(problem).map(|(_, bound)| bound)
}

fn bounded(problem: &TieredProblem) -> Result<(Units, (u64, CostCertificate)), TieredRefutation> {
    refuted(problem).map_or(Ok(()), Err)?;
    let units = Units::of(problem);
    let Bound { cost, steps } =
        bound(&units).map_err(|step| TieredRefutation::Overfull { step })?;
    Ok((units, (cost, CostCertificate::Spill { steps })))
}

/// Why there is no plan, whatever goes where: contradictory ties, or a buffer without room.
fn refuted(problem: &TieredProblem) -> Option<TieredRefutation> {
    let whole = problem.problem();
    // Pins may collide in one tier, but need not lie in one.
    let unpinned = refute(whole).map(|refutation| refutation.cause);
    if let Some(cause @ crate::model::RefutationCause::TiesContradict { .. }) = unpinned {
        return Some(TieredRefutation::Untenable(cause));
    }
    let reduced = tied::items(whole);
    let has_room = |buffer: BufferIdx| {
        let item = &reduced.items[reduced.item_of[buffer.usize()]];
        let top = item.pin.unwrap_or(0) + item.size;
        let holds = |capacity: Option<u64>| capacity.is_none_or(|capacity| top <= capacity);
        problem.iter().any(|(idx, t)| problem.allowed(buffer).has(idx) && holds(t.capacity))
    };
    let mut buffers = whole.iter().map(|(idx, _)| idx);
    let buffer = buffers.find(|&buffer| !has_room(buffer))?;
    Some(TieredRefutation::NoRoom { buffer })
}
