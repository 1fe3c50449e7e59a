//! The portfolio: one heuristic after another until one meets the lower bound; the best plan wins.
//!
//! Each heuristic costs about the same and wins somewhere, so the order is by how often it ends at
//! the bound. Within a time limit the first plan that is complete is kept, so that a limit costs
//! quality, never the answer. The exact planner takes no part: eight conflicting buffers of mixed
//! alignments can keep its default solver busy for seconds, and a time limit that decides which plan
//! is returned would give the same problem different plans.

use super::{BestFit, Greedy, Planner};
use crate::limits::Limits;
use crate::model::{Bytes, Error, GaveUp, Outcome, Problem, Reason};

/// The best of all that is cheap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Auto;

/// The heuristic that is optimal most often.
const FIRST: &dyn Planner = &Greedy::BySize;

/// The others, likely winners first.
const OTHERS: &[&dyn Planner] = &[&Greedy::ByArea, &BestFit, &Greedy::ByDuration, &Greedy::ByStart];

impl Planner for Auto {
    fn name(&self) -> &'static str {
        "auto"
    }

    fn plan(&self, problem: &Problem, limits: &Limits) -> Result<Outcome, Error> {
        let deadline = limits.start();
        let mut best = FIRST.plan(problem, &deadline.limits())?;
        for heuristic in OTHERS {
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
