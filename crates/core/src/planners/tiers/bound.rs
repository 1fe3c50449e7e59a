//! What spreading costs at least, by the loads of some steps together.
//!
//! With every item in the cheapest tier that it may go to, some steps are overfull. Take the tiers by
//! cost, and the first `k` of them. Some items can only *stay* in these, some never, the others may
//! *leave* to a dearer tier, and then all of their bytes pay the difference to it. What stays has at a
//! step no more than the room of the `k` tiers: of each its capacity, or the bytes that may go there.
//! Take any steps `S`. An item that leaves saves its needs at all of them, but no more bytes leave
//! than it has. So at least this many do:
//!
//! ```text
//! forced_k(S) = Σ_leaving min(size, Σ_S needs) + Σ_staying Σ_S needs − Σ_S room_k
//! bound       = Σ cheapest + Σ_k (cost_{k+1} − cost_k) · max forced_k(S)
//! ```
//! For those that leave are at least as many as what all need less what those who stay do, in this
//! count, and these need no more than the room. It is the dual of the linear program that lets parts
//! of an item leave: lifetimes are intervals, its matrix is totally unimodular, so steps that count
//! once are all it takes, and for items of one size and one interval no bound that knows only loads
//! is better.
//!
//! The best steps are found from the first to the last. The gain of a step depends on the one before
//! alone: of those that leave, the items that start after it are counted. The gain of ending at each
//! step so far is kept in a tree, where an item that starts adds its bytes to all steps before it, and
//! takes them away when it ends ([`gains`](super::gains)). An item that needs other bytes at other
//! times is counted where it is met first, and in full once the steps are chosen. Where what can only
//! stay exceeds the room, there is no plan. O(k n log n).

use std::collections::BTreeMap;

use super::gains::Gains;
use super::units::Units;
use crate::analysis::Part;
use crate::model::{Bytes, Step, TierSet};

/// No plan costs less, as these steps show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) cost: u64,
    /// For the cheapest tier, the cheapest two, and so on to all but the dearest.
    pub(super) steps: Vec<Vec<Step>>,
}

/// The bound, or a step at which the tiers are too small for what can only go there.
pub(super) fn bound(units: &Units) -> Result<Bound, Step> {
    let changes = changes(units);
    let mut cost = (0..units.len()).map(|item| units.cost_min(item)).sum();
    let mut steps = Vec::new();
    for count in 1..units.order.len() {
        let level = Level { units, count };
        let chosen = level.chosen(&changes, &level.overfull(&changes)?);
        cost += (units.costs[count] - units.costs[count - 1]) * level.forced(&chosen);
        steps.push(chosen.iter().map(|overfull| overfull.step).collect());
    }
    Level { units, count: units.order.len() }.overfull(&changes)?;
    Ok(Bound { cost, steps })
}

/// An item begins or ceases to need so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    step: Step,
    is_start: bool,
    item: usize,
    size: Bytes,
}

fn changes(units: &Units) -> Vec<Change> {
    let mut changes = Vec::new();
    for (item, parts) in units.reduced.parts.iter().enumerate() {
        for &Part { interval, size } in parts {
            changes.push(Change { step: interval.start, is_start: true, item, size });
            changes.push(Change { step: interval.end, is_start: false, item, size });
        }
    }
    changes.sort_unstable();
    changes
}

/// The cheapest so many tiers.
struct Level<'a> {
    units: &'a Units,
    count: usize,
}

/// A step with more bytes than room.
#[derive(Debug, Clone, Copy)]
struct Overfull {
    step: Step,
    /// How much of the room is left by what can only stay.
    room: Bytes,
}

impl Level<'_> {
    fn may_stay(&self, set: TierSet) -> bool {
        self.units.order[..self.count].iter().any(|&tier| set.has(tier))
    }

    fn may_leave(&self, set: TierSet) -> bool {
        self.units.order[self.count..].iter().any(|&tier| set.has(tier))
    }

    /// Whether it makes a difference at this level where an item goes.
    fn is_free(&self, item: usize) -> bool {
        let set = self.units.allowed[item];
        self.may_stay(set) && self.may_leave(set)
    }

    /// The steps that force something out.
    fn overfull(&self, changes: &[Change]) -> Result<Vec<Overfull>, Step> {
        let mut live: BTreeMap<TierSet, Bytes> = BTreeMap::new();
        let mut overfull = Vec::new();
        for at_step in changes.chunk_by(|a, b| a.step == b.step) {
            for change in at_step {
                let bytes = live.entry(self.units.allowed[change.item]).or_default();
                *bytes = if change.is_start { *bytes + change.size } else { *bytes - change.size };
            }
            let (step, all) = (at_step[0].step, self.room(&live));
            let (free, fixed) = self.bytes(&live);
            let room = all.checked_sub(fixed).ok_or(step)?;
            if free > room {
                overfull.push(Overfull { step, room });
            }
        }
        Ok(overfull)
    }

    /// The bytes that may leave, and those that can only stay.
    fn bytes(&self, live: &BTreeMap<TierSet, Bytes>) -> (Bytes, Bytes) {
        let staying = live.iter().filter(|(set, _)| self.may_stay(**set));
        staying.fold((0, 0), |(free, fixed), (&set, &bytes)| {
            if self.may_leave(set) { (free + bytes, fixed) } else { (free, fixed + bytes) }
        })
    }

    /// What the tiers hold of these: no more than their capacities and than may go there.
    fn room(&self, live: &BTreeMap<TierSet, Bytes>) -> Bytes {
        let tiers = self.units.order[..self.count].iter().zip(&self.units.capacities);
        let rooms = tiers.map(|(&tier, capacity)| {
            let bytes = live.iter().filter(|(set, _)| set.has(tier)).map(|(_, bytes)| bytes).sum();
            capacity.map_or(bytes, |capacity| capacity.min(bytes))
        });
        rooms.fold(0, Bytes::saturating_add)
    }

    /// The overfull steps that force most out together.
    fn chosen(&self, changes: &[Change], overfull: &[Overfull]) -> Vec<Overfull> {
        let mut changes = changes.iter().filter(|change| self.is_free(change.item)).peekable();
        // Place 0 is no step, place i + 1 the i-th.
        let mut gains = Gains::new(overfull.len() + 1);
        let (mut before, mut last) = (Vec::with_capacity(overfull.len()), (0, 0));
        for (at, &Overfull { step, room }) in overfull.iter().enumerate() {
            while let Some(change) = changes.next_if(|change| change.step <= step) {
                let start = self.units.item(change.item).lifetime.start;
                let earlier = overfull.partition_point(|overfull| overfull.step < start);
                let bytes = i128::from(change.size);
                gains.add(earlier + 1, if change.is_start { bytes } else { -bytes });
            }
            let (gain, place) = gains.best();
            let gain = gain - i128::from(room);
            before.push(place);
            gains.set(at + 1, gain);
            last = if gain > last.0 { (gain, at + 1) } else { last };
        }
        let mut place = last.1;
        let mut chosen = Vec::new();
        while place > 0 {
            chosen.push(overfull[place - 1]);
            place = before[place - 1];
        }
        chosen.reverse();
        chosen
    }

    /// The bytes that these steps force out.
    fn forced(&self, chosen: &[Overfull]) -> Bytes {
        let count_before = |step: Step| chosen.partition_point(|overfull| overfull.step < step);
        let needed = |item: usize| {
            let parts = self.units.reduced.parts[item].iter().map(|part| {
                let met = count_before(part.interval.end) - count_before(part.interval.start);
                u128::from(part.size) * met as u128
            });
            parts.sum::<u128>().min(self.units.item(item).size.into())
        };
        let free = (0..self.units.len()).filter(|&item| self.is_free(item));
        let needed: u128 = free.map(needed).sum();
        let room: u128 = chosen.iter().map(|overfull| u128::from(overfull.room)).sum();
        // All needs together are at most the bytes of all items.
        needed.saturating_sub(room).try_into().unwrap_or(Bytes::MAX)
    }
}
