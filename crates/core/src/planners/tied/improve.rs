//! From a plan of a problem with ties to a better one, and to a proof where that is within reach.

use super::items;
use super::orders::{Task, better_orders};
use super::search::{Aim, Catch, search};
use super::separation::Separation;
use super::shapes::Shapes;
use crate::analysis::Reduced;
use crate::limits::{Deadline, Limits};
use crate::model::{Bytes, Plan, Problem, Reason};
use crate::planners::fit::plan_of;

/// Without limits a search over orders places each item so often, …
const ROUNDS: u64 = 256;

/// … and all of them in all so often: some tenths of a second.
const NODES_MAX: u64 = 1 << 17;

/// Up to so many items a search over all plans is likely to end, and gets half of the limits. Of more
/// it gets a tenth.
const FEW_MAX: usize = 64;

/// What came of it.
pub(in crate::planners) struct Improved {
    /// The best plan.
    pub(in crate::planners) best: Plan,
    /// No plan has a smaller peak.
    pub(in crate::planners) bound: Bytes,
    pub(in crate::planners) stopped: Option<Reason>,
}

/// Goes on from a plan until one is within the capacity, or without one at the smallest peak.
pub(in crate::planners) fn improve(
    problem: &Problem,
    first: &Plan,
    deadline: &Deadline,
) -> Improved {
    let reduced = items(problem);
    let shapes = Shapes::of(&reduced);
    let limits = deadline.limits();
    let bound = first.lower_bound;
    let goal = problem.capacity().unwrap_or(bound).max(bound);
    let share: u32 = if shapes.items.len() <= FEW_MAX { 2 } else { 10 };
    let nodes = limits.nodes.map(|nodes| nodes - nodes / u64::from(share));
    let time = limits.time.map(|time| time / share * (share - 1));
    let own = (ROUNDS * shapes.items.len() as u64).min(NODES_MAX);
    let task = Task {
        offsets: of_items(&reduced, first),
        goal,
        nodes: nodes.or(time.map(|_| u64::MAX)).unwrap_or(own),
        seed: limits.seed,
    };
    let offsets = better_orders(&shapes, task, &Limits { time, ..limits.clone() }.start());
    let best = plan_of(problem, reduced.offsets_of_buffers(&offsets));
    let stopped = deadline.reached();
    let separation = Separation::of(&shapes);
    let Some(separation) = separation.filter(|_| stopped.is_none() && best.peak > goal) else {
        return Improved { best, bound, stopped };
    };
    let limit = problem.capacity().unwrap_or(Bytes::MAX).min(best.peak - 1);
    let aim = Aim { limit, goal, nodes: limits.nodes.map(|nodes| nodes / u64::from(share)) };
    let Catch { offsets, refuted, stopped } = search(&shapes, &separation, aim, deadline);
    let found = offsets.map(|offsets| plan_of(problem, reduced.offsets_of_buffers(&offsets)));
    Improved {
        best: found.unwrap_or(best),
        bound: refuted.map_or(bound, |refuted| bound.max(refuted + 1)),
        stopped,
    }
}

/// The offsets of the items in a plan of the buffers.
fn of_items(reduced: &Reduced, plan: &Plan) -> Vec<Bytes> {
    let mut offsets = vec![0; reduced.items.len()];
    for (&item, &offset) in reduced.item_of.iter().zip(&plan.offsets) {
        offsets[item] = offset;
    }
    offsets
}
