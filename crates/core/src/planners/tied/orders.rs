//! A search over the orders of a first fit.
//!
//! Some order gives an optimal plan: that of its offsets, since first fit can only sink each item. So
//! a plan is improved by trying orders near that of its offsets: an item that ends at the peak comes
//! earlier, or any item goes anywhere, and the new order stays if its peak is no higher. First fit
//! in a new order is O(n log² n); the search ends at the goal, or when its placements are spent.

use super::place::place;
use super::shapes::Shapes;
use crate::limits::{Deadline, Limits};
use crate::model::Bytes;
use crate::planners::fit::Rule;
use crate::planners::random::Random;

/// Without limits a search over orders places each item so often, …
const ROUNDS: u64 = 256;

/// … and all of them in all so often: some tenths of a second.
const NODES_MAX: u64 = 1 << 17;

/// How many of the items a search over their orders may place in all.
pub(in crate::planners) fn node_budget(limits: &Limits, item_count: usize) -> u64 {
    limits.nodes_or((ROUNDS * item_count as u64).min(NODES_MAX))
}

/// Where the search begins, and what ends it.
pub(in crate::planners) struct Task {
    /// Offsets of the items in the plan to be improved.
    pub(in crate::planners) offsets: Vec<Bytes>,
    /// A peak that is good enough.
    pub(in crate::planners) goal: Bytes,
    /// Most items to be placed in all.
    pub(in crate::planners) nodes: u64,
    pub(in crate::planners) seed: u64,
}

/// The best offsets found until a limit is reached.
pub(in crate::planners) fn better_orders(
    shapes: &Shapes,
    task: Task,
    deadline: &Deadline,
) -> Vec<Bytes> {
    let Task { offsets: mut best, goal, nodes, seed } = task;
    let mut random = Random::new(seed);
    let mut order: Vec<usize> = (0..shapes.items.len()).collect();
    order.sort_by_key(|&item| best[item]);
    let mut peak = shapes.peak(&best);
    let rounds = nodes / (order.len().max(1) as u64);
    for _ in 0..rounds {
        if peak <= goal {
            break;
        }
        let mut next = order.clone();
        change(&mut next, &best, shapes, &mut random);
        let (offsets, reason) = place(shapes, &next, Rule::FirstFit, deadline);
        if reason.is_some() {
            break;
        }
        if shapes.peak(&offsets) <= peak {
            (peak, best, order) = (shapes.peak(&offsets), offsets, next);
            deadline.tell(peak, 0);
        }
    }
    best
}

/// Moves an item of the order: every other time one that ends at the peak, to an earlier place.
fn change(order: &mut Vec<usize>, offsets: &[Bytes], shapes: &Shapes, random: &mut Random) {
    let peak = shapes.peak(offsets);
    let at_peak = |item: &usize| offsets[*item] + shapes.items[*item].size == peak;
    let any = random.index(order.len());
    let from =
        if random.below(2) == 0 { order.iter().position(at_peak).unwrap_or(any) } else { any };
    let to = random.index(if from == any { order.len() } else { from + 1 });
    let item = order.remove(from);
    order.insert(to, item);
}
