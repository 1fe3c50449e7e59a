//! Exact planning by branch and bound over a skyline, for up to thousands of buffers.
//!
//! The search builds a plan from below. At every moment the places that are settled end in a
//! [`skyline`]; the lowest bar still to come in a section at the end of a [`valley`] of it can only
//! be one of a few, so the search branches there. Most problems that planners meet have a plan whose
//! peak is the load, and a search that aims at just that has no room to waste: a wrong move shows at
//! once, and most moves are forced. So the [`hunt`] asks "within the bound?" first, with many
//! different [`order`]s and small budgets, and only then for more. A search that ends without a plan
//! is a proof. Where the load is the target everywhere there is not even a hole, and [`tiling`] finds
//! plans that no skyline leads to.
//!
//! ```text
//! problem ─grid─▶ bars over sections ─hunt─▶ targets ─order─▶ orders ─search─▶ offsets or proof
//!                                               └───tiling──▶ offsets
//! ```
//! Cost: exponential in the worst case; on perfect packings and on the public hard instances about
//! n moves of O(sections) each. Sources: canonical solutions, dominance, section inference and
//! decomposition from Moffitt, *MiniMalloc: a lightweight memory allocator for hardware-accelerated
//! machine learning*, 2023; symmetry of twins from omnimalloc's `SuperMalloc`; branching on the
//! ends of valleys follows the skyline methods for strip packing. Where those place the lowest of all
//! candidates next, we branch where the fewest are left, anywhere on the skyline.

mod bits;
mod grid;
mod hunt;
mod meter;
mod order;
mod rules;
mod search;
mod skyline;
mod tiling;
mod valley;

pub use rules::Rules;

use self::grid::Grid;
use self::hunt::{Catch, Found, Hunt};
use self::meter::Meter;
use super::Planner;
use super::fit::{Rule, fitted};
use super::order::Order;
use super::race::Race;
use super::tied::{self, Improved};
use super::unit::plan_in_units;
use crate::analysis::refute;
use crate::limits::{Deadline, Limits};
use crate::model::{
    Bytes, Certificate, Error, Outcome, Plan, Problem, Reason, Refutation, RefutationCause,
};

/// The smallest peak, proven; with a capacity a plan within it, or the proof that there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exact {
    /// The rules by which branches are left out.
    pub rules: Rules,
}

const NAME: &str = "exact";

/// Most buffers. The tables of so many, when they are aligned or pinned, take 13 MB.
const BUFFERS_MAX: usize = 10_000;

impl Planner for Exact {
    fn name(&self) -> &'static str {
        NAME
    }

    fn plan(&self, problem: &Problem, limits: &Limits) -> Result<Outcome, Error> {
        let deadline = limits.start();
        if let Some(refutation) = refute(problem) {
            return Ok(Outcome::Infeasible(refutation));
        }
        super::at_most(BUFFERS_MAX, NAME, problem)?;
        if let Some(outcome) = tied::untied(self, problem, limits) {
            return outcome;
        }
        let (first, reason) = fitted(problem, Order::Size, Rule::FirstFit, &deadline);
        Ok(match reason {
            Some(_) => Outcome::stopped(first, problem.capacity(), reason),
            None => self.improve(problem, first, &deadline, &Race::new()),
        })
    }
}

impl Exact {
    /// Goes on from a plan that somebody else made. With a capacity it ends as soon as a plan is
    /// within it, else with the smallest peak, which may be that of another in the race.
    pub(super) fn improve(
        self,
        problem: &Problem,
        first: Plan,
        deadline: &Deadline,
        race: &Race,
    ) -> Outcome {
        deadline.tell(first.peak, first.lower_bound);
        let capacity = problem.capacity();
        if first.is_optimal() || capacity.is_some_and(|capacity| first.peak <= capacity) {
            return Outcome::of(first, capacity);
        }
        if !problem.ties().is_empty() {
            let Improved { best, bound, stopped } = tied::improve(problem, &first, deadline);
            return outcome(best, bound, capacity, stopped);
        }
        let grid = Grid::of(problem);
        // Rounding up keeps the bound: every top that the search can make is a whole number of units.
        let bound = first.lower_bound.div_ceil(grid.unit);
        let hunt = Hunt::new(&grid, self.rules, bound, Meter::new(deadline), race);
        let Catch { found, bound, stopped } = match capacity {
            Some(capacity) => hunt.decide(capacity / grid.unit),
            None => hunt.minimise(first.peak.div_ceil(grid.unit)),
        };
        let placed = |found: Found| {
            let buffers = grid.bars.iter().map(|bar| bar.buffer);
            plan_in_units(problem, grid.unit, buffers.zip(found.offsets))
        };
        let best = found.map_or(first, placed);
        outcome(best, bound * grid.unit, capacity, stopped)
    }
}

/// What is said of the best plan, given the bound that searches have proven.
fn outcome(
    mut best: Plan,
    bound: Bytes,
    capacity: Option<Bytes>,
    stopped: Option<Reason>,
) -> Outcome {
    let certificate = Certificate::FinishedSearch;
    if let Some(capacity) = capacity.filter(|&capacity| bound > capacity) {
        let cause = RefutationCause::Capacity { capacity };
        return Outcome::Infeasible(Refutation { lower_bound: bound, certificate, cause });
    }
    best.raise(bound.min(best.peak), certificate);
    Outcome::stopped(best, capacity, stopped)
}
