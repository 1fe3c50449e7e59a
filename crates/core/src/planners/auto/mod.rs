//! The portfolio: one heuristic after another until one meets the lower bound, then a search from
//! the best plan; the best wins.
//!
//! ```text
//! up to 2,000 buffers     first and best fits, skyline, sweep, windows, restarts ──▶ searches
//! up to 10,000            the same ──▶ where there are limits to spend, ejection
//! up to 100,000           sweep, skyline, windows, restarts ──▶ the same
//! more                    windows of a sweep, until the limits are spent
//! with ties               first and best fits, guided by sweep and skyline ──▶ search over orders
//! ```
//! Each heuristic wins somewhere, so the order is by how often it ends at the bound for its cost.
//! Within a time limit the first plan that is complete is kept, so that a limit costs quality,
//! never the answer. Without limits each part has a budget of its own, counted in nodes, so that the
//! same problem has the same plan on every machine. The integer program takes no part: where it is
//! fast the search is faster.

mod search;

use self::search::Task;
use super::tied;
use super::{BestFit, Greedy, Lns, Planner, Skyline, Sweep, Windows};
use crate::limits::{Deadline, Limits};
use crate::model::{Bytes, Error, GaveUp, Outcome, Problem, Reason};

/// The best of all that is cheap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Auto;

/// For few buffers: the one that is optimal most often, then the others, likely winners first.
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
    ],
);

/// For many buffers: those whose cost hardly grows faster than the number of buffers.
const MANY: (&dyn Planner, &[&dyn Planner]) = (&Sweep, &[&Skyline::Passes, &Windows]);

/// For so many that a pass of the skyline over all of them is too much: until the limits are spent.
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

impl Planner for Auto {
    fn name(&self) -> &'static str {
        "auto"
    }

    fn plan(&self, problem: &Problem, limits: &Limits) -> Result<Outcome, Error> {
        if let Some(outcome) = tied::untied(self, problem, limits) {
            return outcome;
        }
        let deadline = limits.start();
        let rest = Rest::of(problem, limits);
        let mut best = best_of_heuristics(problem, &deadline)?;
        if rest.has_restarts() && !is_final(&best) {
            best = better(best, restarts(problem, rest, &deadline)?);
        }
        if !rest.has_search() || is_settled(&best) || deadline.reached().is_some() {
            return Ok(best);
        }
        let Some(first) = best.into_plan() else { unreachable!("heuristics end with a plan") };
        let task = Task { problem, first, deadline: &deadline };
        Ok(if rest == Rest::Ejection { task.eject() } else { task.search() })
    }
}

/// What follows the first heuristics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Nothing,
    /// Some restarts of the skyline.
    Restarts,
    /// Restarts, then the search by ejection.
    Ejection,
    /// Some restarts, then the exact search and that by ejection.
    Searches,
    /// The search of tied items.
    Orders,
}

impl Rest {
    fn of(problem: &Problem, limits: &Limits) -> Rest {
        let is_limited = !is_unlimited(limits);
        let is_tied = !problem.ties().is_empty();
        match problem.len() {
            0..=SEARCHED_MAX if !is_tied => Rest::Searches,
            0..=SEARCHED_MAX => Rest::Orders,
            _ if is_tied && is_limited => Rest::Orders,
            _ if is_tied => Rest::Nothing,
            MANY_MAX.. => Rest::Nothing,
            _ if is_limited && Lns::takes(problem) => Rest::Ejection,
            _ => Rest::Restarts,
        }
    }

    fn has_restarts(self) -> bool {
        matches!(self, Rest::Restarts | Rest::Ejection | Rest::Searches)
    }

    fn has_search(self) -> bool {
        matches!(self, Rest::Ejection | Rest::Searches | Rest::Orders)
    }
}

fn best_of_heuristics(problem: &Problem, deadline: &Deadline) -> Result<Outcome, Error> {
    let (first, others) = match problem.len() {
        _ if !problem.ties().is_empty() => TIED,
        0..=FEW_MAX => FEW,
        MANY_MAX.. => MOST,
        _ => MANY,
    };
    let is_bounded = is_unlimited(&deadline.limits()) || !others.is_empty();
    let limits = || {
        let given = deadline.whole();
        Limits { nodes: given.nodes.or(is_bounded.then_some(own_nodes(problem))), ..given }
    };
    let mut best = first.plan(problem, &limits())?;
    tell(deadline, &best);
    for heuristic in others {
        if is_final(&best) {
            break;
        }
        best = better(best, heuristic.plan(problem, &limits())?);
        tell(deadline, &best);
    }
    Ok(best)
}

fn tell(deadline: &Deadline, best: &Outcome) {
    if let Some(plan) = best.plan() {
        deadline.tell(plan.peak, plan.lower_bound);
    }
}

/// Restarts of the skyline: half of the time where an ejection goes on from them, and few before an
/// exact search, which starts anew from anything.
fn restarts(problem: &Problem, rest: Rest, deadline: &Deadline) -> Result<Outcome, Error> {
    let given = deadline.whole();
    let is_bounded = is_unlimited(&given) || rest == Rest::Searches;
    let nodes = given.nodes.or(is_bounded.then_some(own_nodes(problem)));
    let time = if rest == Rest::Ejection { given.time.map(|time| time / 2) } else { given.time };
    Skyline::Restarts.plan(problem, &Limits { time, nodes, ..given })
}

fn is_unlimited(limits: &Limits) -> bool {
    limits.time.is_none() && limits.nodes.is_none()
}

/// The nodes of a heuristic that could go on for ever, where the limits are not for it to spend.
fn own_nodes(problem: &Problem) -> u64 {
    (problem.len() as u64 * RESTARTS_MAX).min(RESTART_NODES_MAX)
}

/// Whether no other heuristic can or may improve on it.
fn is_final(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::GaveUp(gave_up) => gave_up.reason != Reason::Heuristic,
        outcome => is_settled(outcome),
    }
}

/// Whether nothing can improve on it.
fn is_settled(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Optimal(_) | Outcome::Infeasible(_))
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
