//! Who goes where, by first fit over the tiers.
//!
//! One item after another goes to the cheapest tier that has room for it where first fit puts it.
//! What comes early gets the cheap place, so the order decides. A byte saves the same whatever item
//! it is of, and takes its place for as long as the item is live: the shortest-lived first saves
//! most for the room. Sizes decide what fits, so other orders are tried too, and from the best of
//! them a search goes on that moves spilled items to earlier places. O(n log² n) for an order.

use std::cmp::Reverse;

use super::units::Units;
use crate::limits::{Deadline, Limits};
use crate::model::{Buffer, Bytes};
use crate::planners::fit::Rule;
use crate::planners::random::Random;
use crate::planners::tied::{Placed, node_budget};

/// The rank and the offset of each item.
#[derive(Debug, Clone)]
pub(super) struct Spread {
    pub(super) ranks: Vec<usize>,
    pub(super) offsets: Vec<Bytes>,
    pub(super) cost: u64,
    /// The sum of the peaks, which decides between equal costs.
    pub(super) peaks: Bytes,
}

/// The cheapest that was found, if any has room for all.
pub(super) fn spread(units: &Units, goal: u64, deadline: &Deadline) -> Option<Spread> {
    let (mut best, mut order) = (None, (0..units.len()).collect());
    for next in orders(units) {
        keep_better((&mut best, &mut order), Spread::by(units, &next), next, deadline);
        if deadline.reached().is_some() {
            return best;
        }
    }
    let limits = deadline.whole();
    // Half of what is left; the rest is for those who may return.
    let deadline = Limits { time: limits.time.map(|time| time / 2), ..limits.clone() }.start();
    let rounds = node_budget(&limits, order.len()) / (order.len().max(1) as u64);
    let mut random = Random::new(limits.seed);
    for _ in 0..rounds {
        if deadline.reached().is_some() || best.as_ref().is_some_and(|best| best.cost <= goal) {
            break;
        }
        let next = changed(&order, units, best.as_ref(), &mut random);
        keep_better((&mut best, &mut order), Spread::by(units, &next), next, &deadline);
    }
    best
}

fn keep_better(
    (best, order): (&mut Option<Spread>, &mut Vec<usize>),
    found: Option<Spread>,
    next: Vec<usize>,
    deadline: &Deadline,
) {
    if rating(found.as_ref()) <= rating(best.as_ref()) {
        deadline.tell(rating(found.as_ref()).0, 0);
        (*best, *order) = (found, next);
    }
}

/// No answer is the worst.
fn rating(found: Option<&Spread>) -> (u64, Bytes) {
    found.map_or((u64::MAX, Bytes::MAX), |found| (found.cost, found.peaks))
}

/// Some orders, each the best for some problem. Pinned items and those without a choice come first.
fn orders(units: &Units) -> Vec<Vec<usize>> {
    let by = |key: fn(&Buffer) -> u128| {
        let mut order: Vec<usize> = (0..units.len()).collect();
        order.sort_by_key(|&item| {
            let b = units.item(item);
            (b.pin.is_none(), units.has_choice(item), key(b), Reverse(b.size))
        });
        order
    };
    let area = |b: &Buffer| u128::from(b.size) * u128::from(b.lifetime.duration());
    vec![
        by(|b| b.lifetime.duration().into()),
        by(|b| u128::MAX - u128::from(b.size)),
        by(area),
        by(|b| u128::MAX - u128::from(b.size) * u128::from(b.lifetime.duration())),
        by(|b| b.lifetime.start.into()),
    ]
}

/// An order in which an item comes earlier: every other time one that could be cheaper.
fn changed(
    order: &[usize],
    units: &Units,
    best: Option<&Spread>,
    random: &mut Random,
) -> Vec<usize> {
    let mut order = order.to_vec();
    let is_spilled = |item: &usize| {
        best.is_some_and(|best| units.cost(*item, best.ranks[*item]) > units.cost_min(*item))
    };
    let spilled: Vec<usize> = (0..order.len()).filter(|&at| is_spilled(&order[at])).collect();
    let any = random.index(order.len());
    let from =
        if random.below(2) == 0 && !spilled.is_empty() { random.pick(&spilled) } else { any };
    let item = order.remove(from);
    order.insert(random.index(order.len() + 1), item);
    order
}

impl Spread {
    /// First fit in an order; nothing if an item finds no room.
    fn by(units: &Units, order: &[usize]) -> Option<Spread> {
        let mut tiers: Vec<Placed<'_>> =
            units.order.iter().map(|_| Placed::nothing(&units.shapes)).collect();
        let (mut ranks, mut offsets) = (vec![0; order.len()], vec![0; order.len()]);
        let mut cost = 0;
        for &item in order {
            let (rank, offset) = units.ranks(item).find_map(|rank| {
                let offset = tiers[rank].room(item, Rule::FirstFit)?;
                let top = offset + units.item(item).size;
                let fits = units.capacities[rank].is_none_or(|capacity| top <= capacity);
                fits.then_some((rank, offset))
            })?;
            tiers[rank].put(item, offset);
            (ranks[item], offsets[item]) = (rank, offset);
            cost += units.cost(item, rank);
        }
        let peaks = tiers.iter().map(Placed::top).fold(0, Bytes::saturating_add);
        Some(Spread { ranks, offsets, cost, peaks })
    }
}
