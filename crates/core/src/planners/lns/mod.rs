//! Large neighbourhood search by ejection: a plan is made to fit below its peak.
//!
//! A target is set somewhat below the best peak, and everything that sticks out is taken out. Then
//! one buffer after another is put back: at the offset where it costs least, and what lies there is
//! taken out instead.
//!
//! ```text
//!          ┌───┐ out                                 cost of an offset: of each buffer that is hit,
//!  target ─┼───┼──────────      ───────┬───┬──────    weight · penalty
//!          ├───┴─┐┌───┐                │ × │┌───┐     weight: the root of size · duration
//!          │     ││   │         ┌─────┐└───┘│   │     penalty: how often the buffer had to be
//!       ───┴─────┴┴───┴──       ┴ out ┴─────┴───┴──   put back since the target was set
//! ```
//! Large buffers push small ones around, which find room more easily; and a buffer that is taken out
//! again and again gets too dear to touch, so that others have to give way: no memory of past moves
//! is needed beside that. When nothing is outside the next target is set. A target at which nothing
//! is gained for long is given up, and a nearer one is tried from the best plan.
//!
//! A move is a [sweep](places) over the k buffers that are live together with one: O(k log k). O(n)
//! memory beside [who is live when](conflicts). A plan can be improved from anywhere, so the search
//! goes on from whatever is best; by itself it begins with a first fit. It proves nothing.
//!
//! Source: guided ejection search, Nagata and Bräysy, *A powerful route minimization heuristic for
//! the vehicle routing problem with time windows*, 2009. There penalties grow when an insertion
//! fails, all small sets are tried for ejection, and random moves follow; here one sweep finds the
//! cheapest set whatever its size, penalties grow with every insertion, and no random move is left.
//! Tabu times, windows of offsets, penalties kept from one target to the next, and weights by number
//! or by other roots of the area were measured and are worse or no better.

mod conflicts;
mod ejection;
mod items;
mod places;

use self::ejection::Ejection;
use self::items::Items;
use super::Planner;
use super::fit::{Rule, fitted, place_in_order};
use super::order::Order;
use super::race::Race;
use super::tied;
use super::unit::plan_in_units;
use crate::analysis::refute;
use crate::limits::{Deadline, Limits};
use crate::model::{BufferIdx, Bytes, Error, Outcome, Plan, Problem, Reason};

/// Large neighbourhood search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lns;

const NAME: &str = "lns";

/// Most buffers: sums of costs are proven to fit for so many.
const BUFFERS_MAX: usize = 100_000;

/// Moves for each buffer without a limit: some attempts at a target, …
const MOVES_PER_BUFFER: u64 = 1 << 9;

/// … and of all together: some tenths of a second, or a few seconds where thousands are live at once.
const MOVES_MAX: u64 = 1 << 17;

impl Planner for Lns {
    fn name(&self) -> &'static str {
        NAME
    }

    fn plan(&self, problem: &Problem, limits: &Limits) -> Result<Outcome, Error> {
        let deadline = limits.start();
        if let Some(refutation) = refute(problem) {
            return Ok(Outcome::Infeasible(refutation));
        }
        super::at_most(BUFFERS_MAX, NAME, problem)?;
        if !problem.ties().is_empty() {
            return tied::guided(self, problem, limits);
        }
        let (first, reason) = fitted(problem, Order::Size, Rule::FirstFit, &deadline);
        Ok(match reason {
            Some(_) => Outcome::stopped(first, problem.capacity(), reason),
            None => Lns::improve(problem, first, &deadline, &Race::new()),
        })
    }
}

impl Lns {
    /// Whether a problem is of a kind that a plan of it can be improved.
    pub(super) fn takes(problem: &Problem) -> bool {
        problem.len() <= BUFFERS_MAX && problem.ties().is_empty()
    }

    /// Goes on from a plan that somebody else made, to the lower bound or the capacity.
    pub(super) fn improve(
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
        let items = Items::of(problem);
        let limits = deadline.limits();
        let offsets = in_units(problem, &first, &items, deadline);
        let moves = limits.nodes_or(MOVES_MAX.min(MOVES_PER_BUFFER * items.len() as u64));
        let mut search = Ejection::new(&items, offsets, moves, deadline, race);
        let bound = first.lower_bound.div_ceil(items.unit);
        let goal = capacity.map_or(bound, |capacity| bound.max(capacity / items.unit));
        // A search that spent a budget of its own has reached no limit that anybody set.
        let is_limit = |reason: &Reason| *reason != Reason::NodeLimit || limits.nodes.is_some();
        let stopped = search.run(goal).filter(is_limit);
        let is_better = search.peak * items.unit < first.peak;
        let placed = items.buffers.iter().copied().zip(search.best);
        let best = if is_better { plan_in_units(problem, items.unit, placed) } else { first };
        Outcome::stopped(best, capacity, stopped)
    }
}

/// The offsets of the items. A plan that does not keep to units is sunk by a first fit in the order
/// of its offsets: all that rests on something keeps to them.
fn in_units(problem: &Problem, plan: &Plan, items: &Items, deadline: &Deadline) -> Vec<Bytes> {
    let in_units = |offsets: &[Bytes]| {
        items.buffers.iter().map(|idx| offsets[idx.usize()] / items.unit).collect()
    };
    if items.buffers.iter().all(|idx| plan.offsets[idx.usize()].is_multiple_of(items.unit)) {
        return in_units(&plan.offsets);
    }
    let mut order: Vec<BufferIdx> = problem.iter().map(|(idx, _)| idx).collect();
    order.sort_by_key(|idx| plan.offsets[idx.usize()]);
    in_units(&place_in_order(problem, &order, Rule::FirstFit, deadline).0)
}
