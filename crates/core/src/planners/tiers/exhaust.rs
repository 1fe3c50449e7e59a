//! Every way to spread a few items, cheapest tiers first.
//!
//! Depth first over the items that have a choice, the one that can cost most first. A branch is left
//! when what is decided and the least of all the rest cost no less than the best plan known, and
//! when a tier is proven to have no room for what it has so far: it never gets less. Exponential,
//! so only where few items have a choice, and within a budget of tiers planned.

use super::settle::{Settled, Tenancy};
use super::spread::Spread;
use crate::model::{Bytes, Error};

/// Most items that have a choice.
const CHOOSING_MAX: usize = 16;

/// Most tiers to be planned: about a second for so few items.
const PLANS_MAX: u32 = 4_096;

/// How the search ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing is cheaper than what is kept.
    Exhausted,
    /// Too many ways, a tier that could not be decided, or a limit.
    Unfinished,
}

/// A way to spread some of the items.
#[derive(Debug, Clone)]
struct Partial {
    /// How many of the items in their order are decided.
    decided: usize,
    ranks: Vec<Option<usize>>,
    offsets: Vec<Bytes>,
    cost: u64,
}

pub(super) fn exhaust(settled: &mut Settled<'_>) -> Result<End, Error> {
    let units = settled.units;
    let mut order: Vec<usize> = (0..units.len()).collect();
    let cost_max = |item: usize| units.ranks(item).next_back().map_or(0, |r| units.cost(item, r));
    order.sort_by_key(|&item| (units.ranks(item).count() > 1, u64::MAX - cost_max(item)));
    if order.iter().filter(|&&item| units.ranks(item).count() > 1).count() > CHOOSING_MAX {
        return Ok(End::Unfinished);
    }
    let count = order.len();
    // What all items from one on cost at least.
    let mut rest = vec![0; count + 1];
    for at in (0..count).rev() {
        rest[at] = rest[at + 1] + units.cost_min(order[at]);
    }
    let (mut plans, mut is_certain) = (0, true);
    let nothing =
        Partial { decided: 0, ranks: vec![None; count], offsets: vec![0; count], cost: 0 };
    let mut open = vec![nothing];
    while let Some(partial) = open.pop() {
        if settled.cost().is_some_and(|best| partial.cost + rest[partial.decided] >= best) {
            continue;
        }
        let Some(&item) = order.get(partial.decided) else {
            settled.keep(partial.spread());
            continue;
        };
        let ranks: Vec<usize> = units.ranks(item).collect();
        // The last to be opened is the first to be tried.
        for rank in ranks.into_iter().rev() {
            plans += 1;
            if plans > PLANS_MAX || settled.reached().is_some() {
                return Ok(End::Unfinished);
            }
            let mut next = partial.clone();
            next.decided += 1;
            next.ranks[item] = Some(rank);
            next.cost += units.cost(item, rank);
            let items: Vec<usize> =
                (0..count).filter(|&other| next.ranks[other] == Some(rank)).collect();
            match settled.tenancy(&items, units.capacities[rank])? {
                Tenancy::Room(offsets, _) => {
                    items.iter().zip(offsets).for_each(|(&item, at)| next.offsets[item] = at);
                    open.push(next);
                }
                Tenancy::NoRoom => {}
                Tenancy::Unknown => is_certain = false,
            }
        }
    }
    Ok(if is_certain { End::Exhausted } else { End::Unfinished })
}

impl Partial {
    /// All items, once they are decided.
    fn spread(self) -> Spread {
        let ranks = self.ranks.into_iter().map(|rank| rank.unwrap_or(0)).collect();
        Spread { ranks, offsets: self.offsets, cost: self.cost, peaks: 0 }
    }
}
