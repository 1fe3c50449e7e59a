//! The free bytes between the live buffers, by size and by place.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Bytes;

/// Holes from 0 upwards; the last one has no end.
///
/// Invariants: no two holes touch; `by_size` has `(high − low, low)` for each `high → low` of
/// `by_place`; the highest hole ends at [`Bytes::MAX`]; all else is a multiple of `grain`.
#[derive(Debug, Clone)]
pub(super) struct Holes {
    /// What all alignments are multiples of.
    grain: Bytes,
    by_size: BTreeSet<(Bytes, Bytes)>,
    by_place: BTreeMap<Bytes, Bytes>,
}

/// So many holes that are large enough are tried for one where the alignment costs nothing more,
/// before one is taken that has room whatever its place.
const TRIES: usize = 8;

impl Holes {
    /// All but these ranges, whose tops are rounded up to the grain.
    pub(super) fn between(mut taken: Vec<(Bytes, Bytes)>, grain: Bytes) -> Holes {
        taken.sort_unstable();
        let mut holes = Holes { grain, by_size: BTreeSet::new(), by_place: BTreeMap::new() };
        let mut low = 0;
        for (offset, top) in taken {
            if low < offset {
                holes.insert(low, offset);
            }
            low = low.max(top.next_multiple_of(grain));
        }
        holes.insert(low, Bytes::MAX);
        holes
    }

    /// Takes room from the bottom of the smallest hole that has it, the lowest of these; returns
    /// its offset. O(log of the number of holes).
    pub(super) fn take(&mut self, size: Bytes, alignment: Bytes) -> Bytes {
        let size = size.next_multiple_of(self.grain);
        let fits = |&&(length, low): &&(Bytes, Bytes)| pad(low, alignment) + size <= length;
        let roomy = size + (alignment - self.grain);
        let smallest = self.by_size.range((size, 0)..).take(TRIES).find(fits);
        let hole = smallest.or_else(|| self.by_size.range((roomy, 0)..).next());
        let hole = *hole.unwrap_or_else(|| unreachable!("the last hole has no end"));
        self.by_size.remove(&hole);
        let (length, low) = hole;
        let (offset, high) = (low + pad(low, alignment), low + length);
        if low < offset {
            self.insert(low, offset);
        }
        // By its end the hole keeps its place in the map when it is filled from below.
        if offset + size < high {
            self.insert(offset + size, high);
        } else {
            self.by_place.remove(&high);
        }
        offset
    }

    /// Gives back `size` bytes that were taken; holes that touch them grow.
    pub(super) fn give(&mut self, offset: Bytes, size: Bytes) {
        let (mut low, mut high) = (offset, offset + size.next_multiple_of(self.grain));
        if let Some(below) = self.by_place.remove(&low) {
            self.by_size.remove(&(low - below, below));
            low = below;
        }
        if let Some((&end, &above)) = self.by_place.range(high..).next()
            && above == high
        {
            self.by_size.remove(&(end - above, above));
            high = end;
        }
        self.insert(low, high);
    }

    /// Where the hole without an end begins.
    pub(super) fn top(&self) -> Bytes {
        self.by_place.last_key_value().map_or(0, |(_, &low)| low)
    }

    /// Adds a hole, or moves the bottom of the one that ends there.
    fn insert(&mut self, low: Bytes, high: Bytes) {
        self.by_place.insert(high, low);
        self.by_size.insert((high - low, low));
    }
}

/// The bytes from an offset to the next multiple of an alignment.
fn pad(offset: Bytes, alignment: Bytes) -> Bytes {
    offset.next_multiple_of(alignment) - offset
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(holes: &Holes) -> Vec<(Bytes, Bytes)> {
        holes.by_place.iter().map(|(&high, &low)| (low, high)).collect()
    }

    #[test]
    fn the_smallest_hole_with_room_is_taken_from_below() {
        let mut holes = Holes::between(vec![(8, 10), (4, 9), (13, 20)], 1);
        assert_eq!(ranges(&holes), [(0, 4), (10, 13), (20, Bytes::MAX)]);
        assert_eq!(holes.take(2, 1), 10);
        assert_eq!(holes.take(4, 1), 0);
        assert_eq!(holes.take(2, 1), 20);
        assert_eq!(ranges(&holes), [(12, 13), (22, Bytes::MAX)]);
    }

    #[test]
    fn alignment_is_kept_and_its_padding_stays_free() {
        let mut holes = Holes::between(vec![(0, 1), (9, 10)], 2);
        assert_eq!(ranges(&holes), [(2, 9), (10, Bytes::MAX)]);
        assert_eq!(holes.take(3, 8), 16);
        assert_eq!(holes.take(4, 4), 12);
        assert_eq!(holes.take(4, 4), 4);
        assert_eq!(ranges(&holes), [(2, 4), (8, 9), (10, 12), (20, Bytes::MAX)]);
    }

    #[test]
    fn among_many_misaligned_holes_one_with_room_is_found() {
        let taken = (0..20).map(|i| (16 * i, 16 * i + 9)).collect();
        let mut holes = Holes::between(taken, 1);
        assert_eq!(holes.take(7, 16), 320);
    }

    #[test]
    fn what_is_given_back_joins_its_neighbours() {
        let mut holes = Holes::between(vec![(0, 30)], 1);
        holes.give(0, 10);
        holes.give(20, 10);
        assert_eq!(ranges(&holes), [(0, 10), (20, Bytes::MAX)]);
        holes.give(10, 10);
        assert_eq!(ranges(&holes), [(0, Bytes::MAX)]);
        assert_eq!(holes.by_size.len(), 1);
    }
}
