//! The portfolio: one heuristic after another until one meets the lower bound; the best plan wins.
//!
//! Each heuristic wins somewhere, so the order is by how often it ends at the bound for its cost.
//! Within a time limit the first plan that is complete is kept, so that a limit costs quality,
//! never the answer. The exact planner takes no part: eight conflicting buffers of mixed alignments
//! can keep its default solver busy for seconds, and a time limit that decides which plan is
//! returned would give the same problem different plans.

use super::{BestFit, Greedy, Planner, Skyline, Sweep};
use crate::limits::Limits;
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
        &Skyline::Restarts,
    ],
);

/// For many buffers: those whose cost hardly grows faster than the number of buffers.
const MANY: (&dyn Planner, &[&dyn Planner]) = (&Sweep, &[&Skyline::Restarts]);

/// Beyond this a first fit takes longer than all passes of the skyline.
const FEW_MAX: usize = 10_000;

impl Planner for Auto {
    fn name(&self) -> &'static str {
        "auto"
    }

    fn plan(&self, problem: &Problem, limits: &Limits) -> Result<Outcome, Error> {
        let deadline = limits.start();
        let (first, others) = if problem.len() <= FEW_MAX { FEW } else { MANY };
        let mut best = first.plan(problem, &deadline.limits())?;
        for heuristic in others {
            if is_final(&best) {
                break;
            }
            best = better(best, heuristic.plan(problem, &deadline.limits())?);
        }
        Ok(best)
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
