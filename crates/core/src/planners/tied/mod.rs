//! Problems with ties: what all planners share to take them.
//!
//! [`reduce`] makes items of the buffers. Where the items are plain buffers again, as after results
//! made in place, every planner takes them as they are. Elsewhere an item has several parts, and
//! one idea turns what is left of the ties into parts as well: two items to be kept apart are both
//! live in a section of their own, after all others ([`shapes`]).
//!
//! First fit and best fit place such items as they do buffers ([`place`]). A planner that knows one
//! lifetime for each buffer plans the items as if they were live from their first step to their
//! last, and its offsets become the order of a first fit, as they do around pins. From the best plan
//! on, a search over [`orders`] makes it better, and a [`search`](search::search) over all plans ends
//! it where the items are few.

mod improve;
mod orders;
mod place;
mod search;
mod separation;
mod shapes;

pub(super) use self::improve::{Improved, improve};
pub(super) use self::orders::node_budget;
pub(super) use self::place::{Placed, place_in_order};
#[cfg(any(feature = "ilp", feature = "highs"))]
pub(super) use self::separation::Separation;
pub(super) use self::shapes::Shapes;

use super::Planner;
use super::fit::{Rule, plan_of};
use crate::analysis::{Contradiction, Reduced, reduce, refute};
use crate::limits::Limits;
use crate::model::{Buffer, Error, GaveUp, Outcome, Plan, Problem, Reason};

/// The items of a problem that was not refuted.
pub(super) fn items(problem: &Problem) -> Reduced {
    match reduce(problem) {
        Ok(reduced) => reduced,
        Err(Contradiction { .. }) => unreachable!("contradictions are refuted before planning"),
    }
}

/// What a planner says of the items of a problem with ties where they are buffers without any; `None`
/// elsewhere.
pub(super) fn untied(
    planner: &dyn Planner,
    problem: &Problem,
    limits: &Limits,
) -> Option<Result<Outcome, Error>> {
    if problem.ties().is_empty() {
        return None;
    }
    let reduced = reduce(problem).ok()?;
    reduced.is_plain().then(|| plan_items(planner, problem, &reduced, limits))
}

/// Plans items that are buffers without ties.
fn plan_items(
    planner: &dyn Planner,
    problem: &Problem,
    reduced: &Reduced,
    limits: &Limits,
) -> Result<Outcome, Error> {
    let outcome = planner.plan(&reduced.hulls(problem)?, limits)?;
    Ok(of_buffers(reduced, outcome))
}

/// An outcome for the items as one for the buffers. The cause of a refutation that names buffers has
/// been found before.
fn of_buffers(reduced: &Reduced, outcome: Outcome) -> Outcome {
    let plan = |plan: Plan| Plan { offsets: reduced.offsets_of_buffers(&plan.offsets), ..plan };
    match outcome {
        Outcome::Optimal(found) => Outcome::Optimal(plan(found)),
        Outcome::Feasible(found) => Outcome::Feasible(plan(found)),
        Outcome::Infeasible(refutation) => Outcome::Infeasible(refutation),
        Outcome::GaveUp(gave_up) => {
            Outcome::GaveUp(GaveUp { best: gave_up.best.map(plan), ..gave_up })
        }
    }
}

/// Plans with a planner that knows one lifetime for each buffer, and nothing of ties.
pub(super) fn guided(
    planner: &dyn Planner,
    problem: &Problem,
    limits: &Limits,
) -> Result<Outcome, Error> {
    let deadline = limits.start();
    if let Some(refutation) = refute(problem) {
        return Ok(Outcome::Infeasible(refutation));
    }
    let reduced = items(problem);
    if reduced.is_plain() {
        return plan_items(planner, problem, &reduced, limits);
    }
    let guide = planner.plan(&guide(&reduced, problem)?, &deadline.limits())?;
    let stopped = reason(&guide);
    let mut order: Vec<usize> = (0..reduced.items.len()).collect();
    if let Some(plan) = guide.plan() {
        order.sort_by_key(|&item| plan.offsets[item]);
    }
    let shapes = Shapes::of(&reduced);
    let (of_items, reason) = place::place(&shapes, &order, Rule::FirstFit, &deadline);
    let plan = plan_of(problem, reduced.offsets_of_buffers(&of_items));
    Ok(Outcome::stopped(plan, problem.capacity(), stopped.or(reason)))
}

/// The items from their first step to their last, without pins: those might collide.
fn guide(reduced: &Reduced, problem: &Problem) -> Result<Problem, Error> {
    let unpinned = reduced.items.iter().map(|item| Buffer { pin: None, ..*item });
    Problem::with_ops(unpinned.collect(), problem.ops().to_vec())
}

/// The limit that was reached.
fn reason(outcome: &Outcome) -> Option<Reason> {
    match outcome {
        Outcome::GaveUp(gave_up) => Some(gave_up.reason),
        _ => None,
    }
}
