//! What goes to a tier as one: the items of the problem, and where each of them may go.

use crate::analysis::Reduced;
use crate::model::{Buffer, Bytes, TierIdx, TierSet, TieredProblem};
use crate::planners::tied::{self, Shapes};

/// The items of a problem over tiers, and the tiers from the cheapest.
#[derive(Debug)]
pub(super) struct Units {
    pub(super) reduced: Reduced,
    pub(super) shapes: Shapes,
    /// The tiers, the cheapest first: units know them by their rank.
    pub(super) order: Vec<TierIdx>,
    pub(super) costs: Vec<u64>,
    pub(super) capacities: Vec<Option<Bytes>>,
    /// Where each item may go.
    pub(super) allowed: Vec<TierSet>,
}

impl Units {
    pub(super) fn of(problem: &TieredProblem) -> Units {
        let reduced = tied::items(problem.problem());
        let order = problem.by_cost();
        let mut allowed = vec![TierSet::ALL; reduced.items.len()];
        for (idx, _) in problem.problem().iter() {
            allowed[reduced.item_of[idx.usize()]] = problem.allowed(idx);
        }
        Units {
            shapes: Shapes::of(&reduced),
            costs: order.iter().map(|&tier| problem.tier(tier).cost).collect(),
            capacities: order.iter().map(|&tier| problem.tier(tier).capacity).collect(),
            reduced,
            order,
            allowed,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.allowed.len()
    }

    pub(super) fn item(&self, item: usize) -> &Buffer {
        &self.reduced.items[item]
    }

    /// The ranks of the tiers that an item may go to, the cheapest first.
    pub(super) fn ranks(&self, item: usize) -> impl DoubleEndedIterator<Item = usize> {
        let allowed = self.allowed[item];
        (0..self.order.len()).filter(move |&rank| allowed.has(self.order[rank]))
    }

    /// What an item costs at a rank.
    pub(super) fn cost(&self, item: usize, rank: usize) -> u64 {
        self.item(item).size * self.costs[rank]
    }

    /// The least that an item can cost.
    pub(super) fn cost_min(&self, item: usize) -> u64 {
        self.ranks(item).next().map_or(0, |rank| self.cost(item, rank))
    }

    /// Whether it makes a difference where an item goes.
    pub(super) fn has_choice(&self, item: usize) -> bool {
        let mut costs = self.ranks(item).map(|rank| self.costs[rank]);
        let first = costs.next();
        costs.next_back() > first
    }
}
