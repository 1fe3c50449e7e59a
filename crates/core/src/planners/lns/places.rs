//! Where an item costs least: a sweep over all offsets that it could have.
//!
//! An item in the way with the bytes `[low, top)` is hit by one of size `s` at every offset strictly
//! between `low - s` and `top`. So the cost of an offset, the sum of the weights of those it hits,
//! changes only at such ends, and is least at one of them or at one end of the room:
//!
//! ```text
//!   cost   ┌───┐
//!      ┌───┘   │      ┌────        an end belongs to what is free of it:
//!   ───┘       └──────┘            candidates are the ends, first, and last
//!      ●   ●   ●      ●  offset
//! ```
//! With an alignment the ends are rounded away from the item, which changes nothing for the offsets
//! that are multiples. Of equal costs one is taken by chance. O(k log k) for k in the way.

use crate::model::Bytes;
use crate::planners::random::Random;

/// An item that is in the way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Obstacle {
    pub(super) idx: usize,
    pub(super) low: Bytes,
    pub(super) top: Bytes,
    /// What it costs to hit it; the sum of all is below 2^64.
    pub(super) weight: u64,
}

/// What is to be placed: where, and next to whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) size: Bytes,
    pub(super) alignment: Bytes,
    /// The largest offset it may have.
    pub(super) last: Bytes,
}

/// The least cost, and an offset that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) cost: u64,
    pub(super) offset: Bytes,
}

/// The obstacles of one sweep, kept from one to the next for its memory.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) obstacles: Vec<Obstacle>,
    /// Where the cost changes: an [`Edge`] each.
    edges: Vec<Edge>,
}

/// An offset, whether an obstacle begins to be hit after it (else one ends there), and which one; in
/// one number, as sorting these is most of the work.
type Edge = u128;

fn edge(offset: Bytes, begins: bool, obstacle: usize) -> Edge {
    u128::from(offset) << 32 | u128::from(begins) << 31 | obstacle as u128
}

/// Without the obstacle.
fn kind(edge: Edge) -> Edge {
    edge >> 31
}

impl Places {
    /// The place of least cost among the obstacles, which are at most 2^31.
    pub(super) fn least(&mut self, piece: Piece, random: &mut Random) -> Place {
        let mut cost = self.list_edges(piece);
        let mut choice = Choice { best: Place { cost, offset: 0 }, equals: 1 };
        let mut next = 0;
        while let Some(&first) = self.edges.get(next) {
            let offset = Bytes::try_from(first >> 32).unwrap_or(Bytes::MAX);
            cost -= self.pass(&mut next, kind(edge(offset, false, 0)));
            choice.offer(Place { cost, offset }, random);
            cost += self.pass(&mut next, kind(edge(offset, true, 0)));
        }
        choice.offer(Place { cost, offset: piece.last }, random);
        choice.best
    }

    /// Those that are hit by a piece at an offset.
    pub(super) fn hit(&self, size: Bytes, offset: Bytes) -> impl Iterator<Item = usize> {
        let is_hit = move |o: &&Obstacle| o.low < offset + size && offset < o.top;
        self.obstacles.iter().filter(is_hit).map(|obstacle| obstacle.idx)
    }

    /// Sorts the edges at which a piece may lie; what it costs at 0.
    fn list_edges(&mut self, Piece { size, alignment, last }: Piece) -> u64 {
        let mut cost = 0;
        self.edges.clear();
        for (at, obstacle) in self.obstacles.iter().enumerate() {
            match obstacle.low.checked_sub(size) {
                None => cost += obstacle.weight,
                Some(before) if before > last => continue,
                Some(before) => self.edges.push(edge(before - before % alignment, true, at)),
            }
            let after = obstacle.top.next_multiple_of(alignment);
            if after <= last {
                self.edges.push(edge(after, false, at));
            }
        }
        self.edges.sort_unstable();
        cost
    }

    /// Goes past all edges of a kind; the sum of their weights.
    fn pass(&self, next: &mut usize, kind_passed: Edge) -> u64 {
        let mut sum = 0;
        while let Some(&edge) = self.edges.get(*next)
            && kind(edge) == kind_passed
        {
            sum += self.obstacles[usize::try_from(edge & 0x7FFF_FFFF).unwrap_or(0)].weight;
            *next += 1;
        }
        sum
    }
}

/// The best of what was offered, each of equals with the same chance.
struct Choice {
    best: Place,
    equals: u64,
}

impl Choice {
    fn offer(&mut self, place: Place, random: &mut Random) {
        if place.cost > self.best.cost {
            return;
        }
        self.equals = if place.cost == self.best.cost { self.equals + 1 } else { 1 };
        if self.equals == 1 || random.below(self.equals) == 0 {
            self.best = place;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_offset_costs_less_than_the_place_found() {
        let mut random = Random::new(1);
        for _ in 0..2_000 {
            let alignment = 1 + random.below(4);
            let size = 1 + random.below(9);
            let last = random.below(30);
            let piece = Piece { size, alignment, last: last - last % alignment };
            let mut places = Places::default();
            for idx in 0..random.index(8) {
                let low = random.below(30);
                let (top, weight) = (low + 1 + random.below(9), 1 + random.below(5));
                places.obstacles.push(Obstacle { idx, low, top, weight });
            }
            let found = places.least(piece, &mut random);
            let cost = |offset| -> u64 {
                places.hit(size, offset).map(|idx| places.obstacles[idx].weight).sum()
            };
            let offsets = (0..=last).filter(|offset| offset % alignment == 0);
            assert!(found.offset <= last && found.offset % alignment == 0);
            assert_eq!(Some(found.cost), offsets.map(cost).min(), "{piece:?} {places:?}");
            assert_eq!(found.cost, cost(found.offset), "{piece:?} {places:?}");
        }
    }
}
