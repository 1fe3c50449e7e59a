//! The free bytes between the live buffers, and who lives beside them until when.
//!
//! Live buffers and the holes between them are one list in the order of their places, so that a hole
//! knows its neighbours, and what is given back joins the holes beside it, in constant time; holes
//! are also kept by size. A buffer goes to one of the smallest holes that have room, where least is
//! left and a neighbour ends at about the same time:
//!
//! ```text
//!   (steps between its end and that of the neighbour)^power · bytes left     the least of all
//! ```
//! at the side of the hole where that neighbour lies. What ends together leaves one hole. For many
//! live buffers this halves what best fit wastes. [Powers and numbers of tries](MANNERS) that were
//! measured differ by a fifth of the waste. O(log of the number of holes) for each
//! buffer.

mod squeeze;

use std::collections::BTreeSet;

pub(super) use self::squeeze::Move;
use crate::model::{Bytes, Step};

/// Live buffers and holes from 0 upwards; the last one is a hole without an end.
///
/// Invariants: the blocks are a ring in the order of their places, in which block 0, the floor,
/// has no bytes and comes before the first and after the last; each other block begins where the
/// one below it ends; no two holes are neighbours; `by_size` has `(length, low, block)` of each
/// hole; the lows of holes are multiples of `grain`.
#[derive(Debug, Clone)]
pub(super) struct Holes {
    /// What all alignments are multiples of.
    grain: Bytes,
    manner: Manner,
    blocks: Vec<Block>,
    /// Those that are no part of the ring.
    unused: Vec<u32>,
    by_size: BTreeSet<(Bytes, Bytes, u32)>,
}

/// A live buffer or a hole.
#[derive(Debug, Clone, Copy)]
struct Block {
    low: Bytes,
    high: Bytes,
    below: u32,
    above: u32,
    /// Since when there was nothing: until now in a hole, until it started below a buffer.
    since: Step,
    is_hole: bool,
    /// Of the buffer; nothing is said of holes.
    alignment: Bytes,
    start: Step,
    end: Step,
    owner: u32,
}

/// What never ends: pins, and the floor.
const NEVER: Step = Step::MAX;

impl Block {
    const FLOOR: Block = Block {
        low: 0,
        high: 0,
        below: 0,
        above: 0,
        since: 0,
        is_hole: false,
        alignment: 1,
        start: 0,
        end: NEVER,
        owner: 0,
    };

    fn len(&self) -> Bytes {
        self.high - self.low
    }
}

/// What is to be placed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request {
    pub(super) size: Bytes,
    pub(super) alignment: Bytes,
    /// When it starts, which nothing else does before it; 0 if it stays where it is put.
    pub(super) start: Step,
    /// When it will be given back.
    pub(super) end: Step,
    /// Whose place it will be.
    pub(super) owner: u32,
}

/// How a hole is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::planners) struct Manner {
    /// So many holes that are large enough are compared, before one is taken that has room whatever
    /// its place.
    tries: usize,
    /// The power of the steps between the ends.
    power: u32,
}

/// The usual ones, for fewer live buffers and for more; which of the others is best for a problem is
/// chance.
pub(in crate::planners) const MANNERS: [Manner; 5] = [
    Manner { tries: 16, power: 2 },
    Manner { tries: 16, power: 1 },
    Manner { tries: 64, power: 1 },
    Manner { tries: 16, power: 3 },
    Manner { tries: 64, power: 3 },
];

/// With more live buffers at a time holes are many, and what is left of one counts for more.
const MANY_LIVE: usize = 10_000;

impl Manner {
    /// That which wastes least as a rule.
    pub(super) fn usual(live_count: usize) -> Manner {
        MANNERS[usize::from(live_count > MANY_LIVE)]
    }
}

/// This part of the size of a buffer is added to what is left of a hole, so that the ends still
/// count where next to nothing is left.
const SIZE_PART: Bytes = 1024;

impl Holes {
    /// All but these ranges, whose tops are rounded up to the grain.
    pub(super) fn between(mut taken: Vec<(Bytes, Bytes)>, grain: Bytes, manner: Manner) -> Holes {
        taken.sort_unstable();
        let (blocks, unused, by_size) = (vec![Block::FLOOR], Vec::new(), BTreeSet::new());
        let mut holes = Holes { grain, manner, blocks, unused, by_size };
        let mut low = 0;
        for (offset, top) in taken {
            if low < offset {
                holes.push(low, offset, true);
            }
            let high = low.max(top.next_multiple_of(grain));
            holes.push(low.max(offset), high, false);
            low = high;
        }
        holes.push(low, Bytes::MAX, true);
        holes
    }

    /// Takes room for a buffer; returns its offset, and the block by which it is given back.
    pub(super) fn take(&mut self, request: Request) -> (Bytes, u32) {
        let request = self.rounded(request);
        let (block, offset) = self.place(request);
        self.take_at(block, offset, request);
        (offset, block)
    }

    /// Takes room in a hole; what is left of it on either side stays one.
    fn take_at(&mut self, block: u32, offset: Bytes, request: Request) {
        let Request { size, alignment, start, end, owner } = request;
        let hole = self.blocks[block as usize];
        self.by_size.remove(&(hole.len(), hole.low, block));
        let (low, high) = (offset, offset + size);
        let taken = Block { low, high, is_hole: false, alignment, start, end, owner, ..hole };
        self.blocks[block as usize] = taken;
        if hole.low < low {
            self.add(Block { high: low, above: block, ..hole });
        }
        if high < hole.high {
            self.add(Block { low: high, below: block, ..hole });
        }
    }

    /// Gives back what was taken and has ended; holes beside it become one with it.
    pub(super) fn give(&mut self, block: u32) {
        let block_now = &mut self.blocks[block as usize];
        block_now.since = block_now.end;
        self.empty(block);
    }

    /// Makes a block a hole, as if nothing had been there since it started.
    fn empty(&mut self, block: u32) {
        let mut hole = Block { is_hole: true, ..self.blocks[block as usize] };
        if let Some(other) = self.remove_hole(hole.below) {
            (hole.low, hole.below) = (other.low, other.below);
            hole.since = hole.since.max(other.since);
        }
        if let Some(other) = self.remove_hole(hole.above) {
            (hole.high, hole.above) = (other.high, other.above);
            hole.since = hole.since.max(other.since);
        }
        self.set(block, hole);
    }

    /// Says when a buffer will be given back, for those who come beside it.
    pub(super) fn ends(&mut self, block: u32, end: Step) {
        self.blocks[block as usize].end = end;
    }

    /// Where the hole without an end begins.
    pub(super) fn top(&self) -> Bytes {
        self.blocks[self.blocks[0].below as usize].low
    }

    /// A request for whole grains.
    fn rounded(&self, request: Request) -> Request {
        Request { size: request.size.next_multiple_of(self.grain), ..request }
    }

    /// The hole a buffer goes to, and its offset there.
    fn place(&self, request: Request) -> (u32, Bytes) {
        let Request { size, alignment, .. } = request;
        let large =
            self.by_size.range((size, 0, 0)..).take(self.manner.tries).map(|&(_, _, hole)| hole);
        let scored = large.filter_map(|hole| {
            let (score, offset) = self.score(hole, request)?;
            Some((score, (hole, offset)))
        });
        if let Some((_, place)) = scored.min_by_key(|&(score, _)| score) {
            return place;
        }
        let roomy = self.by_size.range((size + (alignment - self.grain), 0, 0)..).next();
        let Some(&(_, low, hole)) = roomy else { unreachable!("the last hole has no end") };
        (hole, low.next_multiple_of(alignment))
    }

    /// How bad a hole is for a buffer, and the offset on the better side of it; nothing if it has
    /// no room. The hole without an end is the worst.
    fn score(&self, hole: u32, request: Request) -> Option<(u128, Bytes)> {
        let Request { size, alignment, end, .. } = request;
        let Block { low, high, below, above, .. } = self.blocks[hole as usize];
        let bottom = low.checked_next_multiple_of(alignment)?;
        if bottom > high - size {
            return None;
        }
        if above == 0 {
            return Some((u128::MAX, bottom));
        }
        let apart = |block: u32| self.blocks[block as usize].end.abs_diff(end);
        let is_low = apart(below) <= apart(above);
        let top = high - size;
        let offset = if is_low { bottom } else { top - top % alignment };
        let steps = 1 + u128::from(apart(below).min(apart(above)));
        let left = high - low - size;
        // In parts of a byte, so that plans scale with the sizes.
        let waste = u128::from(left) * u128::from(SIZE_PART) + u128::from(size);
        let score = if left == 0 {
            0
        } else {
            steps.saturating_pow(self.manner.power).saturating_mul(waste)
        };
        Some((score, offset))
    }

    /// Adds a block at the end.
    fn push(&mut self, low: Bytes, high: Bytes, is_hole: bool) {
        let below = self.blocks[0].below;
        self.add(Block { low, high, below, above: 0, is_hole, ..Block::FLOOR });
    }

    /// Adds a block between its neighbours.
    fn add(&mut self, block: Block) {
        let position = self.unused.pop().unwrap_or_else(|| {
            self.blocks.push(block);
            // No more than twice as many blocks as buffers, whose number is an index of 32 bits.
            u32::try_from(self.blocks.len() - 1).unwrap_or(u32::MAX)
        });
        self.set(position, block);
    }

    fn set(&mut self, position: u32, block: Block) {
        self.blocks[position as usize] = block;
        self.blocks[block.below as usize].above = position;
        self.blocks[block.above as usize].below = position;
        if block.is_hole {
            self.by_size.insert((block.len(), block.low, position));
        }
    }

    /// Takes a block out, if it is a hole; its neighbours are left to the caller.
    fn remove_hole(&mut self, position: u32) -> Option<Block> {
        let block = self.blocks[position as usize];
        block.is_hole.then(|| {
            self.by_size.remove(&(block.len(), block.low, position));
            self.unused.push(position);
            block
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The holes from the bottom up; each block must begin where the one below it ends.
    fn ranges(holes: &Holes) -> Vec<(Bytes, Bytes)> {
        let (mut found, mut at, mut low) = (Vec::new(), holes.blocks[0].above, 0);
        while at != 0 {
            let block = holes.blocks[at as usize];
            assert_eq!(block.low, low);
            assert_eq!(holes.blocks[block.above as usize].below, at);
            if block.is_hole {
                found.push((low, block.high));
            }
            (low, at) = (block.high, block.above);
        }
        assert_eq!(found.len(), holes.by_size.len());
        found
    }

    fn request(size: Bytes, alignment: Bytes, end: Step) -> Request {
        Request { size, alignment, start: 0, end, owner: 0 }
    }

    fn take(holes: &mut Holes, size: Bytes, alignment: Bytes) -> Bytes {
        holes.take(request(size, alignment, NEVER)).0
    }

    #[test]
    fn the_hole_where_least_is_left_is_taken_from_below() {
        let mut holes = Holes::between(vec![(8, 10), (4, 9), (13, 20)], 1, MANNERS[0]);
        assert_eq!(ranges(&holes), [(0, 4), (10, 13), (20, Bytes::MAX)]);
        assert_eq!(take(&mut holes, 2, 1), 10);
        assert_eq!(take(&mut holes, 4, 1), 0);
        assert_eq!(take(&mut holes, 2, 1), 20);
        assert_eq!(ranges(&holes), [(12, 13), (22, Bytes::MAX)]);
    }

    #[test]
    fn alignment_is_kept_and_its_padding_stays_free() {
        let mut holes = Holes::between(vec![(0, 1), (9, 10)], 2, MANNERS[0]);
        assert_eq!(ranges(&holes), [(2, 9), (10, Bytes::MAX)]);
        assert_eq!(take(&mut holes, 3, 8), 16);
        assert_eq!(take(&mut holes, 4, 4), 12);
        assert_eq!(take(&mut holes, 4, 4), 4);
        assert_eq!(ranges(&holes), [(2, 4), (8, 9), (10, 12), (20, Bytes::MAX)]);
    }

    #[test]
    fn among_many_misaligned_holes_one_with_room_is_found() {
        let taken = (0..40).map(|i| (16 * i, 16 * i + 9)).collect();
        let mut holes = Holes::between(taken, 1, MANNERS[0]);
        assert_eq!(take(&mut holes, 7, 16), 640);
    }

    #[test]
    fn what_is_given_back_joins_its_neighbours() {
        let mut holes = Holes::between(vec![], 1, MANNERS[0]);
        let blocks = [10, 10, 10].map(|size| holes.take(request(size, 1, 5)).1);
        holes.give(blocks[0]);
        assert_eq!(ranges(&holes), [(0, 10), (30, Bytes::MAX)]);
        holes.give(blocks[2]);
        assert_eq!(ranges(&holes), [(0, 10), (20, Bytes::MAX)]);
        holes.give(blocks[1]);
        assert_eq!(ranges(&holes), [(0, Bytes::MAX)]);
        assert_eq!(holes.top(), 0);
    }

    #[test]
    fn a_buffer_lies_beside_what_ends_with_it() {
        let mut holes = Holes::between(vec![], 1, MANNERS[0]);
        let ends = [7, 1, 3, 1, 9];
        let blocks = ends.map(|end| holes.take(request(10, 1, end)).1);
        holes.give(blocks[1]);
        holes.give(blocks[3]);
        // Beside the one that ends at 9, at the top of the upper hole; then beside the one at 7.
        assert_eq!(holes.take(request(6, 2, 9)).0, 34);
        assert_eq!(holes.take(request(6, 2, 7)).0, 10);
        assert_eq!(ranges(&holes), [(16, 20), (30, 34), (50, Bytes::MAX)]);
    }
}
