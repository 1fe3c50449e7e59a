//! Room below a ceiling, made by moving what has started a short while ago.
//!
//! A buffer may still be put elsewhere, to a hole in which there was nothing since it started. So
//! where no hole is large enough, small buffers beside one make way for a large one:
//!
//! ```text
//!   ▓▓▓▓▓ a ░░░░░░░░░ b ▓▓▓▓▓ ░░ ▓▓ ░░░ ▓▓     ▓ stays, ░ a hole
//!   ▓▓▓▓▓ new         ░ ▓▓▓▓▓ a░ ▓▓ b░░ ▓▓
//! ```
//! Of the regions around the largest holes those are tried first in which the fewest bytes have to
//! leave, and nothing is moved before each has a hole for itself. The work for one buffer is bounded
//! by constants, and by the logarithm of the number of holes.

use std::cmp::Reverse;

use super::{Block, Holes, Request};
use crate::model::Bytes;

/// A buffer that was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::planners::sweep) struct Move {
    pub(in crate::planners::sweep) owner: u32,
    pub(in crate::planners::sweep) offset: Bytes,
    /// By which it is given back now.
    pub(in crate::planners::sweep) block: u32,
}

/// Room for a buffer, once some others have left.
#[derive(Debug)]
struct Region {
    low: Bytes,
    high: Bytes,
    /// The hole that it was grown from.
    hole: u32,
    /// What has to leave, and how large that is together.
    leaving: Vec<u32>,
    bytes: Bytes,
}

/// Where one that leaves goes to.
#[derive(Debug, Clone, Copy)]
struct Home {
    hole: u32,
    offset: Bytes,
    request: Request,
}

/// So many of the largest holes are grown, …
const HOLES_MAX: usize = 64;

/// … until so many buffers have to leave, …
const LEAVING_MAX: usize = 32;

/// … so many of these regions are tried, …
const REGIONS_MAX: usize = 8;

/// … and so many holes for each that leaves.
const HOMES_MAX: usize = 64;

impl Holes {
    /// Takes room below a ceiling if others can make way for it, else above; says who was moved.
    pub(in crate::planners::sweep) fn take_below(
        &mut self,
        ceiling: Bytes,
        request: Request,
        moves: &mut Vec<Move>,
    ) -> (Bytes, u32) {
        let request = self.rounded(request);
        let (block, offset) = self.place(request);
        if offset + request.size > ceiling
            && let Some((region, homes)) = self.making_way(ceiling, request)
        {
            moves.extend(homes.iter().map(Home::as_move));
            return self.settle(region, &homes, request);
        }
        self.take_at(block, offset, request);
        (offset, block)
    }

    /// A region with room for a request, and homes for all that have to leave it.
    fn making_way(&self, ceiling: Bytes, request: Request) -> Option<(Region, Vec<Home>)> {
        let largest = self.by_size.iter().rev().take(HOLES_MAX);
        let mut regions: Vec<Region> =
            largest.filter_map(|&(_, _, hole)| self.region(hole, ceiling, request)).collect();
        regions.sort_unstable_by_key(|region| (region.bytes, region.low));
        let mut regions = regions.into_iter().take(REGIONS_MAX);
        regions.find_map(|region| self.homes(&region, ceiling).map(|homes| (region, homes)))
    }

    /// Grows a hole over the smaller of its neighbours, as long as fewer bytes leave than come.
    fn region(&self, hole: u32, ceiling: Bytes, request: Request) -> Option<Region> {
        let Block { low, high, mut below, mut above, .. } = self.blocks[hole as usize];
        let high = high.min(ceiling);
        let mut region = Region { low, high, hole, leaving: Vec::new(), bytes: 0 };
        while !region.has_room(request) {
            let movable = |block: &u32| self.blocks[*block as usize].start > 0;
            let neighbours = [below, above].into_iter().filter(movable);
            let next = neighbours.min_by_key(|&block| self.blocks[block as usize].len())?;
            region.leaving.push(next);
            region.bytes += self.blocks[next as usize].len();
            if region.bytes >= request.size || region.leaving.len() > LEAVING_MAX {
                return None;
            }
            if next == below {
                (region.low, below) = self.beyond_below(next);
            } else {
                (region.high, above) = self.beyond_above(next);
                region.high = region.high.min(ceiling);
            }
        }
        Some(region)
    }

    /// How far down one gets where a block has left, and what lies there.
    fn beyond_below(&self, block: u32) -> (Bytes, u32) {
        let Block { low, below, .. } = self.blocks[block as usize];
        let next = &self.blocks[below as usize];
        if next.is_hole { (next.low, next.below) } else { (low, below) }
    }

    fn beyond_above(&self, block: u32) -> (Bytes, u32) {
        let Block { high, above, .. } = self.blocks[block as usize];
        let next = &self.blocks[above as usize];
        if next.is_hole { (next.high, next.above) } else { (high, above) }
    }

    /// A hole for each that has to leave, the largest first.
    fn homes(&self, region: &Region, ceiling: Bytes) -> Option<Vec<Home>> {
        let leaving = region.leaving.iter().map(|&block| self.blocks[block as usize]);
        let mut leaving: Vec<Request> = leaving.map(|block| block.request()).collect();
        leaving.sort_by_key(|request| Reverse(request.size));
        let mut homes: Vec<Home> = Vec::with_capacity(leaving.len());
        for request in leaving {
            let is_free = |&&(_, low, hole): &&(Bytes, Bytes, u32)| {
                !(region.low..region.high).contains(&low)
                    && self.blocks[hole as usize].since <= request.start
                    && homes.iter().all(|home| home.hole != hole)
            };
            let large = self.by_size.range((request.size, 0, 0)..).take(HOMES_MAX);
            let scored = large.filter(is_free).filter_map(|&(_, _, hole)| {
                let (score, offset) = self.score(hole, request)?;
                (offset + request.size <= ceiling).then_some((score, hole, offset))
            });
            let (_, hole, offset) = scored.min_by_key(|&(score, ..)| score)?;
            homes.push(Home { hole, offset, request });
        }
        Some(homes)
    }

    /// Moves what has to leave, and takes the room for what comes: beside what ends when it does.
    fn settle(&mut self, region: Region, homes: &[Home], request: Request) -> (Bytes, u32) {
        for &Home { hole, offset, request } in homes {
            self.take_at(hole, offset, request);
        }
        let mut hole = region.hole;
        for block in region.leaving {
            self.empty(block);
            hole = block;
        }
        let Block { below, above, .. } = self.blocks[hole as usize];
        let apart = |block: u32| self.blocks[block as usize].end.abs_diff(request.end);
        let top = region.high - request.size;
        let offset = if above == 0 || apart(below) <= apart(above) {
            region.low.next_multiple_of(request.alignment)
        } else {
            top - top % request.alignment
        };
        self.take_at(hole, offset, request);
        (offset, hole)
    }
}

impl Block {
    fn request(&self) -> Request {
        let Block { alignment, start, end, owner, .. } = *self;
        Request { size: self.len(), alignment, start, end, owner }
    }
}

impl Home {
    fn as_move(&self) -> Move {
        Move { owner: self.request.owner, offset: self.offset, block: self.hole }
    }
}

impl Region {
    fn has_room(&self, request: Request) -> bool {
        let bottom = self.low.checked_next_multiple_of(request.alignment);
        bottom.is_some_and(|bottom| bottom <= self.high && self.high - bottom >= request.size)
    }
}

#[cfg(test)]
mod tests {
    use super::super::MANNERS;
    use super::*;
    use crate::model::Step;

    const LONG: Step = 20;

    fn request(size: Bytes, start: Step, end: Step, owner: u32) -> Request {
        Request { size, alignment: 1, start, end, owner }
    }

    /// `aaaa ░░░ bb ░░░ c`, where the holes are empty since 2 and what starts at `start` is `c`; then two
    /// bytes that start at 3 in the lower hole.
    fn holes(start: Step) -> Holes {
        let mut holes = Holes::between(Vec::new(), 1, MANNERS[0]);
        let ends = [(4, LONG), (3, 2), (2, LONG), (3, 2)];
        let blocks = ends.map(|(size, end)| holes.take(request(size, 1, end, 0)).1);
        assert_eq!(holes.take(request(1, start, LONG, 7)).0, 12);
        holes.give(blocks[1]);
        holes.give(blocks[3]);
        assert_eq!(holes.take(request(2, 3, LONG, 1)).0, 4);
        holes
    }

    #[test]
    fn what_started_since_a_hole_is_empty_makes_way() {
        let mut moves = Vec::new();
        let mut holes = holes(3);
        let (offset, block) = holes.take_below(13, request(4, 4, 9, 2), &mut moves);
        assert_eq!(offset, 9);
        let [one] = moves[..] else { panic!("{moves:?}") };
        assert_eq!((one.owner, one.offset), (7, 6));
        // Both are given back by their new blocks: all above 9 is free, and one byte at 6.
        holes.give(block);
        holes.give(one.block);
        assert_eq!(holes.top(), 9);
        assert_eq!(holes.take(request(1, 20, LONG, 3)).0, 6);
    }

    #[test]
    fn what_started_before_and_what_must_stay_do_not() {
        for start in [0, 1] {
            let mut moves = Vec::new();
            let (offset, _) = holes(start).take_below(13, request(4, 4, 9, 2), &mut moves);
            assert_eq!((offset, moves.len()), (13, 0), "{start}");
        }
    }

    #[test]
    fn nothing_moves_where_there_is_room_below_the_ceiling() {
        for (ceiling, size, place) in [(13, 3, 9), (17, 4, 13)] {
            let mut moves = Vec::new();
            let (offset, _) = holes(3).take_below(ceiling, request(size, 4, 9, 2), &mut moves);
            assert_eq!((offset, moves.len()), (place, 0));
        }
    }
}
