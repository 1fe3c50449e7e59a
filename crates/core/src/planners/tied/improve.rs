//! From a plan of a problem with ties to a better one, and to a proof where that is within reach.

use super::items;
use super::orders::{Task, better_orders};
use super::search::{Aim, Catch, search};
use super::separation::Separation;
use super::shapes::Shapes;
use crate::analysis::Reduced;
use crate::limits::Deadline;
use crate::model::{Bytes, Plan, Problem, Reason};
use crate::planners::fit::plan_of;

/// How often a search over orders places each item before one over all plans takes over, …
const ROUNDS: u64 = 256;

/// … and how many it places in all: some tenths of a second.
const NODES_MAX: u64 = 1 << 17;

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
    let own = (ROUNDS * shapes.items.len() as u64).min(NODES_MAX);
    let nodes = limits.nodes.map_or(own, |nodes| own.min(nodes / 2));
    let task = Task { offsets: of_items(&reduced, first), goal, nodes, seed: limits.seed };
    let (offsets, stopped) = better_orders(&shapes, task, deadline);
    let best = plan_of(problem, reduced.offsets_of_buffers(&offsets));
    if stopped.is_some() || best.peak <= goal {
        return Improved { best, bound, stopped };
    }
    let Some(separation) = Separation::of(&shapes) else {
        return Improved { best, bound, stopped };
    };
    let limit = problem.capacity().unwrap_or(Bytes::MAX).min(best.peak - 1);
    let aim = Aim { limit, goal, nodes: limits.nodes.map(|all| all - nodes) };
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
