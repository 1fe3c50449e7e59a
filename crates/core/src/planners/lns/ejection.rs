//! One target after another, by ejection and insertion.

use super::Items;
use super::places::{Obstacle, Piece, Places};
use crate::limits::Deadline;
use crate::model::{Bytes, Reason};
use crate::planners::race::Race;
use crate::planners::random::Random;

/// A target is below the best peak by one part of so many of what is left to gain. After a target
/// that was missed the part is halved, …
const SHARE: u64 = 8;

/// … down to this, from where it begins anew.
const SHARE_MAX: u64 = 1 << 12;

/// A target is given up after so many moves without less outside than ever before. On packings of 500
/// and 1,000 buffers ten to thirty thousand were equally good, and five times as many were worse.
const STALE_MAX: u32 = 20_000;

/// Most that a penalty can become. With the weights of [`Items`] this keeps sums of costs below …
const PENALTY_MAX: u64 = 1 << 12;

/// … what it costs to hit a pin, which is never worth it.
const PINNED: u64 = 1 << 46;

/// The clock is read when so many items in the way were looked at: a fraction of a millisecond.
const LOOK_EVERY: usize = 1 << 13;

/// The search from one plan to better ones; all bytes in units.
pub(super) struct Ejection<'a> {
    items: &'a Items,
    deadline: &'a Deadline,
    race: &'a Race,
    random: Random,
    moves_left: u64,
    until_look: usize,
    /// The best plan.
    pub(super) best: Vec<Bytes>,
    pub(super) peak: Bytes,
    /// The plan in the making: where items lie that are not outside.
    offsets: Vec<Bytes>,
    is_placed: Vec<bool>,
    outside: Vec<usize>,
    /// How often each item had to be inserted for this target.
    penalties: Vec<u64>,
    places: Places,
}

impl<'a> Ejection<'a> {
    pub(super) fn new(
        items: &'a Items,
        first: Vec<Bytes>,
        moves: u64,
        deadline: &'a Deadline,
        race: &'a Race,
    ) -> Ejection<'a> {
        Ejection {
            items,
            deadline,
            race,
            random: Random::new(deadline.limits().seed),
            moves_left: moves,
            until_look: 0,
            peak: items.peak(&first),
            offsets: first.clone(),
            best: first,
            is_placed: vec![true; items.len()],
            outside: Vec::new(),
            penalties: vec![1; items.len()],
            places: Places::default(),
        }
    }

    /// Lowers the peak until it is at the goal; the limit that was reached before.
    pub(super) fn run(&mut self, goal: Bytes) -> Option<Reason> {
        let mut share = SHARE;
        loop {
            let known = self.peak.min(self.race.peak() / self.items.unit);
            if known <= goal {
                return None;
            }
            let target = known - ((known - goal) / share).max(1);
            share = match self.aim(target) {
                Err(reason) => return Some(reason),
                Ok(true) => SHARE.max(share / 2),
                Ok(false) if share < SHARE_MAX => share * 2,
                Ok(false) => SHARE,
            };
        }
    }

    /// Tries to get everything below a target; whether that was done.
    fn aim(&mut self, target: Bytes) -> Result<bool, Reason> {
        let mut weight = self.eject_above(target);
        let (mut least, mut stale) = (u64::MAX, 0);
        while let Some(item) = self.draw() {
            weight -= self.items.weights[item];
            match self.insert(item, target)? {
                Some(ejected) => weight += ejected,
                None => return Ok(false),
            }
            stale = if weight < least { 0 } else { stale + 1 };
            least = least.min(weight);
            if stale > STALE_MAX || self.race.peak() / self.items.unit <= target {
                return Ok(false);
            }
        }
        self.best.clone_from(&self.offsets);
        self.peak = self.items.peak(&self.best);
        self.race.tell(self.peak * self.items.unit);
        self.deadline.tell(self.peak * self.items.unit, 0);
        Ok(true)
    }

    /// Begins anew from the best plan, without what is above a target; the weight of that.
    fn eject_above(&mut self, target: Bytes) -> u64 {
        self.offsets.clone_from(&self.best);
        self.penalties.fill(1);
        self.outside.clear();
        for (item, offset) in self.best.iter().enumerate() {
            self.is_placed[item] = offset + self.items.sizes[item] <= target;
            if !self.is_placed[item] {
                self.outside.push(item);
            }
        }
        self.outside.iter().map(|&item| self.items.weights[item]).sum()
    }

    /// Takes one of those outside by chance.
    fn draw(&mut self) -> Option<usize> {
        let at = (!self.outside.is_empty()).then(|| self.random.index(self.outside.len()))?;
        Some(self.outside.swap_remove(at))
    }

    /// Puts an item where that costs least, and those outside that lie there. The weight of these;
    /// nothing if pins leave no place.
    fn insert(&mut self, item: usize, target: Bytes) -> Result<Option<u64>, Reason> {
        self.list_obstacles(item);
        self.spend(self.places.obstacles.len())?;
        let (size, alignment) = (self.items.sizes[item], self.items.alignments[item]);
        let last = (target - size) / alignment * alignment;
        let place = self.places.least(Piece { size, alignment, last }, &mut self.random);
        if place.cost >= PINNED {
            return Ok(None);
        }
        let mut ejected = 0;
        if place.cost > 0 {
            for hit in self.places.hit(size, place.offset) {
                self.is_placed[hit] = false;
                self.outside.push(hit);
                ejected += self.items.weights[hit];
            }
        }
        self.offsets[item] = place.offset;
        self.is_placed[item] = true;
        self.penalties[item] = PENALTY_MAX.min(self.penalties[item] + 1);
        Ok(Some(ejected))
    }

    /// Lists what is placed and live together with an item.
    fn list_obstacles(&mut self, item: usize) {
        let items = self.items;
        let placed = items.conflicts.with(item).filter(|&other| self.is_placed[other]);
        self.places.obstacles.clear();
        self.places.obstacles.extend(placed.map(|idx| {
            let low = self.offsets[idx];
            let cost = items.weights[idx] * self.penalties[idx];
            let weight = if items.are_pinned[idx] { PINNED } else { cost };
            Obstacle { idx, low, top: low + items.sizes[idx], weight }
        }));
    }

    /// Takes a move off what is left.
    fn spend(&mut self, looked_at: usize) -> Result<(), Reason> {
        self.moves_left = self.moves_left.checked_sub(1).ok_or(Reason::NodeLimit)?;
        if let Some(until_look) = self.until_look.checked_sub(looked_at + 1) {
            self.until_look = until_look;
            return Ok(());
        }
        self.until_look = LOOK_EVERY;
        self.deadline.reached().map_or(Ok(()), Err)
    }
}
