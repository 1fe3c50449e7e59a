//! The portfolio: one heuristic after another until one meets the lower bound, then a search from
//! the best plan; the best wins.
//!
//! ```text
//! up to 2,000 buffers     first and best fits, skyline, sweep, windows, restarts  ──▶ exact search
//! up to 10,000            the same, but restarts until the limits are spent
//! up to 100,000           sweep, skyline, windows, restarts until the limits are spent
//! more                    windows of a sweep, until the limits are spent
//! with ties               first and best fits, guided by sweep and skyline ──▶ search over orders
//! ```
//! Each heuristic wins somewhere, so the order is by how often it ends at the bound for its cost.
//! Within a time limit the first plan that is complete is kept, so that a limit costs quality,
//! never the answer. Without limits each part has a budget of its own, counted in nodes, so that the
//! same problem has the same plan on every machine. The integer program takes no part: where it is
//! fast the search is faster.

use super::tied;
use super::{BestFit, Exact, Greedy, Planner, Skyline, Sweep, Windows};
use crate::limits::{Deadline, Limits};
use crate::model::{Bytes, Error, GaveUp, Outcome, Problem, Reason};

/// The best of all that is cheap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Auto;

/// For few buffers: the one that is optimal most often, then the others, likely winners first and
/// the one that uses up the limits last.
const FEW: (&dyn Planner, &[&dyn Planner]) = (
    &Greedy::BySize,
    &[
        &Skyline::Passes,
        &Sweep,
        &Greedy::ByArea,
        &BestFit,
        &Greedy::ByDuration,
        &Greedy::ByStart,
        &Windows,
        &Skyline::Restarts,
    ],
);

/// For many buffers: those whose cost hardly grows faster than the number of buffers.
const MANY: (&dyn Planner, &[&dyn Planner]) =
    (&Sweep, &[&Skyline::Passes, &Windows, &Skyline::Restarts]);

/// For so many that a pass of the skyline over all of them is too much.
const MOST: (&dyn Planner, &[&dyn Planner]) = (&Windows, &[]);

/// With ties the first fits know most; the others only guide them.
const TIED: (&dyn Planner, &[&dyn Planner]) = (
    &Greedy::BySize,
    &[&Greedy::ByArea, &BestFit, &Greedy::ByDuration, &Greedy::ByStart, &Sweep, &Skyline::Passes],
);

/// Beyond this a first fit takes longer than all passes of the skyline.
const FEW_MAX: usize = 10_000;

/// Beyond this the passes of the skyline take seconds.
const MANY_MAX: usize = 100_000;

/// Beyond this a search that has nothing else to go by finds little in seconds that restarts of the
/// skyline do not.
const SEARCHED_MAX: usize = 2_000;

/// Without limits, and before a search, restarts place each buffer so many times: about as long as
/// all others take, …
const RESTARTS_MAX: u64 = 64;

/// … and all buffers together so many times: some tenths of a second.
const RESTART_NODES_MAX: u64 = 1 << 17;

/// Moves of a search without limits: about a second. The public hard instances that are ever solved
/// to their bound need less than half of it.
const MOVES_MAX: u64 = 1 << 19;

impl Planner for Auto {
    fn name(&self) -> &'static str {
        "auto"
    }

    fn plan(&self, problem: &Problem, limits: &Limits) -> Result<Outcome, Error> {
        if let Some(outcome) = tied::untied(self, problem, limits) {
            return outcome;
        }
        let deadline = limits.start();
        let is_limited = limits.time.is_some() || limits.nodes.is_some();
        let is_tied = !problem.ties().is_empty();
        let is_searched = problem.len() <= SEARCHED_MAX || is_tied && is_limited;
        let best = best_of_heuristics(problem, limits, &deadline)?;
        Ok(if is_searched && !is_final(&best) { searched(problem, best, &deadline) } else { best })
    }
}

fn best_of_heuristics(
    problem: &Problem,
    given: &Limits,
    deadline: &Deadline,
) -> Result<Outcome, Error> {
    let is_unlimited = given.time.is_none() && given.nodes.is_none();
    let (first, others) = match problem.len() {
        _ if !problem.ties().is_empty() => TIED,
        0..=FEW_MAX => FEW,
        MANY_MAX.. => MOST,
        _ => MANY,
    };
    // A time limit is left to the search where there is one.
    let is_bounded = is_unlimited || problem.len() <= SEARCHED_MAX;
    let own = (problem.len() as u64 * RESTARTS_MAX).min(RESTART_NODES_MAX);
    // The last one may go on for ever, the others leave it the time.
    let limits = |is_last: bool| {
        let nodes = given.nodes.or((is_bounded || !is_last).then_some(own));
        Limits { nodes, ..deadline.limits() }
    };
    let mut best = first.plan(problem, &limits(others.is_empty()))?;
    tell(deadline, &best);
    for (left, heuristic) in (0..others.len()).rev().zip(others) {
        if is_final(&best) {
            break;
        }
        best = better(best, heuristic.plan(problem, &limits(left == 0))?);
        tell(deadline, &best);
    }
    Ok(best)
}

fn tell(deadline: &Deadline, best: &Outcome) {
    if let Some(plan) = best.plan() {
        deadline.tell(plan.peak, plan.lower_bound);
    }
}

/// Goes on from the best plan. A search that spent a budget of its own has reached no limit that
/// anybody set: its plan is as feasible as that of a heuristic.
fn searched(problem: &Problem, best: Outcome, deadline: &Deadline) -> Outcome {
    let given = deadline.whole();
    let is_unlimited = given.nodes.is_none() && given.time.is_none();
    let nodes = if is_unlimited { Some(MOVES_MAX) } else { given.nodes };
    let Some(plan) = best.into_plan() else { unreachable!("heuristics end with a plan") };
    match Exact::default().improve(problem, plan, &Limits { nodes, ..given }.start()) {
        Outcome::GaveUp(GaveUp { best: Some(best), reason: Reason::NodeLimit, .. })
            if is_unlimited =>
        {
            Outcome::of(best, problem.capacity())
        }
        outcome => outcome,
    }
}

/// Whether no other heuristic can or may improve on it.
fn is_final(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Optimal(_) | Outcome::Infeasible(_) => true,
        Outcome::Feasible(_) => false,
        Outcome::GaveUp(gave_up) => gave_up.reason != Reason::Heuristic,
    }
}

/// The outcome with the smaller peak. The reason of a limit that was reached later is kept.
fn better(best: Outcome, next: Outcome) -> Outcome {
    let peak = |outcome: &Outcome| outcome.plan().map_or(Bytes::MAX, |plan| plan.peak);
    let improves = peak(&next) < peak(&best);
    match (next, best) {
        (next, _) if improves => next,
        (Outcome::GaveUp(next), best) if next.reason != Reason::Heuristic => {
            Outcome::GaveUp(GaveUp { best: best.into_plan(), ..next })
        }
        (_, best) => best,
    }
}
