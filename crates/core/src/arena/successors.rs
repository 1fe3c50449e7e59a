//! Who takes over whose bytes?
//!
//! A run repeats, so its turns form a circle. The *first successor* of a turn is the next turn on
//! the circle whose slot shares a byte with its own; at the latest the turn itself, one run later.
//!
//! ```text
//! paint = empty map from bytes to the turns that had them last
//! twice around the circle, for each turn:
//!     turns in paint[slot] that have no first successor yet: it is this one    (noted the second time)
//!     paint[slot] = turn, which has none yet
//! ```
//!
//! Each painting removes the pieces it covers and adds at most three: O(n log n) time. A turn has
//! one first successor, so there are n pairs.

use std::collections::BTreeMap;
use std::ops::Range;

/// The pairs of a turn and its first successor, in the order of the latter. An empty slot has none.
pub(super) fn first_successors(slots: &[Range<usize>]) -> Vec<(usize, usize)> {
    let mut paint = Paint::default();
    let mut succeeded = vec![false; slots.len()];
    let mut pairs = Vec::new();
    for _ in 0..2 {
        pairs.clear();
        for (turn, slot) in slots.iter().enumerate().filter(|(_, slot)| !slot.is_empty()) {
            for before in paint.within(slot) {
                if !std::mem::replace(&mut succeeded[before], true) {
                    pairs.push((before, turn));
                }
            }
            succeeded[turn] = false;
            paint.cover(slot, turn);
        }
    }
    pairs
}

/// Disjoint pieces `[low, high)` with the turn that had them last, by `low`.
#[derive(Default)]
struct Paint(BTreeMap<usize, (usize, usize)>);

impl Paint {
    /// The turns that have pieces in the slot, also of those that reach in or out.
    fn within(&self, slot: &Range<usize>) -> impl Iterator<Item = usize> {
        let low = slot.start;
        let below = self.0.range(..low).next_back().filter(move |(_, piece)| piece.0 > low);
        let inside = self.0.range(slot.clone());
        below.into_iter().chain(inside).map(|(_, &(_, turn))| turn)
    }

    fn cover(&mut self, slot: &Range<usize>, turn: usize) {
        self.cut(slot.start);
        self.cut(slot.end);
        let covered: Vec<usize> = self.0.range(slot.clone()).map(|(&start, _)| start).collect();
        for start in covered {
            self.0.remove(&start);
        }
        self.0.insert(slot.start, (slot.end, turn));
    }

    /// Splits the piece that has `at` inside.
    fn cut(&mut self, at: usize) {
        if let Some((_, piece)) = self.0.range_mut(..at).next_back()
            && piece.0 > at
        {
            let upper = *piece;
            piece.0 = at;
            self.0.insert(at, upper);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pair by pair around the circle.
    fn naive(slots: &[Range<usize>]) -> Vec<(usize, usize)> {
        let count = slots.len();
        let share = |a: usize, b: usize| {
            slots[a].start.max(slots[b].start) < slots[a].end.min(slots[b].end)
        };
        let after = |turn| (1..=count).map(move |distance| (turn + distance) % count);
        (0..count).filter_map(|a| Some((a, after(a).find(|&b| share(a, b))?))).collect()
    }

    proptest::proptest! {
        #[test]
        fn first_successors_equal_those_found_pair_by_pair(
            slots in proptest::collection::vec((0_usize..24, 0_usize..12), 0..12)
        ) {
            let slots: Vec<_> = slots.iter().map(|&(low, size)| low..low + size).collect();
            let mut found = first_successors(&slots);
            proptest::prop_assert!(found.is_sorted_by_key(|pair| pair.1));
            found.sort_unstable();
            proptest::prop_assert_eq!(found, naive(&slots));
        }
    }
}
