//! From a plan of a problem with ties to a better one, and to a proof where that is within reach.

use super::items;
use super::orders::{Task, better_orders, node_budget};
use super::search::{Aim, Catch, search};
use super::separation::Separation;
use super::shapes::Shapes;
use crate::analysis::Reduced;
use crate::limits::{Deadline, Limits};
use crate::model::{Bytes, Plan, Problem, Reason};
use crate::planners::fit::plan_of;

/// Up to so many items a search over all plans is likely to end, and gets half of the limits. Of more
/// it gets a tenth.
const FEW_MAX: usize = 64;

/// Placements of a brief search over all plans: some milliseconds.
const BRIEF_NODES: u64 = 1 << 12;

/// What came of it.
pub(in crate::planners) struct Improved {
    /// The best plan.
    pub(in crate::planners) best: Plan,
    /// No plan has a smaller peak.
    pub(in crate::planners) bound: Bytes,
    pub(in crate::planners) stopped: Option<Reason>,
}

/// Goes on from a plan until one is within the capacity, or without one at the smallest peak.
///
/// A brief search over all plans comes first: of a few items it ends before anything else has begun.
pub(in crate::planners) fn improve(
    problem: &Problem,
    first: &Plan,
    deadline: &Deadline,
) -> Improved {
    let reduced = items(problem);
    let shapes = Shapes::of(&reduced);
    let bound = first.lower_bound;
    let mut state = State {
        problem,
        reduced: &reduced,
        shapes: &shapes,
        separation: Separation::of(&shapes),
        goal: problem.capacity().unwrap_or(bound).max(bound),
        best: first.clone(),
        bound,
    };
    let given = deadline.limits().nodes;
    let brief = given.map_or(BRIEF_NODES, |nodes| BRIEF_NODES.min(nodes / 20));
    if state.search(Some(brief), deadline) == End::Finished {
        return state.ended(None);
    }
    let share: u32 = if shapes.items.len() <= FEW_MAX { 2 } else { 10 };
    state.try_orders(share, deadline);
    let nodes = given.map(|nodes| nodes / u64::from(share));
    match deadline.reached().map_or_else(|| state.search(nodes, deadline), End::Stopped) {
        End::Stopped(reason) => state.ended(Some(reason)),
        End::Finished | End::NotTried => state.ended(None),
    }
}

/// What is known so far.
struct State<'a> {
    problem: &'a Problem,
    reduced: &'a Reduced,
    shapes: &'a Shapes,
    /// None where pairs kept apart are too many to search.
    separation: Option<Separation>,
    /// A peak that is good enough.
    goal: Bytes,
    best: Plan,
    bound: Bytes,
}

/// How a search over all plans ended: with a plan that is good enough or a proof, or before.
#[derive(PartialEq, Eq)]
enum End {
    Finished,
    Stopped(Reason),
    NotTried,
}

impl State<'_> {
    /// Searches all plans that are better than the best.
    fn search(&mut self, nodes: Option<u64>, deadline: &Deadline) -> End {
        if self.best.peak <= self.goal {
            return End::Finished;
        }
        let Some(separation) = &self.separation else { return End::NotTried };
        let limit = self.problem.capacity().unwrap_or(Bytes::MAX).min(self.best.peak - 1);
        let aim = Aim { limit, goal: self.goal, nodes };
        let Catch { offsets, refuted, stopped } = search(self.shapes, separation, aim, deadline);
        if let Some(offsets) = offsets {
            self.take(&offsets);
        }
        self.bound = refuted.map_or(self.bound, |refuted| self.bound.max(refuted + 1));
        deadline.tell_bound(self.bound);
        stopped.map_or(End::Finished, End::Stopped)
    }

    /// Tries orders of a first fit until all but one share of the limits is spent.
    fn try_orders(&mut self, share: u32, deadline: &Deadline) {
        let given = deadline.whole();
        let limits = Limits {
            nodes: given.nodes.map(|nodes| nodes - nodes / u64::from(share)),
            time: given.time.map(|time| time / share * (share - 1)),
            ..given
        };
        let task = Task {
            offsets: of_items(self.reduced, &self.best),
            goal: self.goal,
            nodes: node_budget(&limits, self.shapes.items.len()),
            seed: limits.seed,
        };
        self.take(&better_orders(self.shapes, task, &limits.start()));
    }

    fn take(&mut self, offsets: &[Bytes]) {
        self.best = plan_of(self.problem, self.reduced.offsets_of_buffers(offsets));
    }

    fn ended(self, stopped: Option<Reason>) -> Improved {
        Improved { best: self.best, bound: self.bound, stopped }
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
