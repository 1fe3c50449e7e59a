//! A set of bytes as sorted ranges, and the holes that several such sets leave together.

use crate::model::Bytes;

/// `[low, high)`, never empty.
pub(super) type Range = (Bytes, Bytes);

/// A set of bytes.
///
/// Invariant: for neighbours `a`, `b`: `a.0 < a.1 < b.0`; ranges that touch are one.
#[derive(Debug, Clone, Default)]
pub(super) struct Ranges(Vec<Range>);

impl Ranges {
    /// Adds a range. O(number of ranges) in the worst case, O(log) plus what it merges as a rule.
    pub(super) fn insert(&mut self, (mut low, mut high): Range) {
        let first = self.0.partition_point(|range| range.1 < low);
        let merged = self.0[first..].partition_point(|range| range.0 <= high);
        if merged == 0 {
            return self.0.insert(first, (low, high));
        }
        low = low.min(self.0[first].0);
        high = high.max(self.0[first + merged - 1].1);
        self.0[first] = (low, high);
        self.0.drain(first + 1..first + merged);
    }

    pub(super) fn as_slice(&self) -> &[Range] {
        &self.0
    }
}

/// The maximal ranges that are in none of the sets, from an offset upwards. The last one ends at
/// [`Bytes::MAX`]. Each set is read once.
#[derive(Debug)]
pub(super) struct Holes<'a> {
    /// What is left of each set; none is empty.
    sets: Vec<&'a [Range]>,
    at: Option<Bytes>,
}

impl<'a> Holes<'a> {
    pub(super) fn between(sets: impl Iterator<Item = &'a Ranges>, from: Bytes) -> Holes<'a> {
        let sets = sets.map(Ranges::as_slice).filter(|set| !set.is_empty()).collect();
        Holes { sets, at: Some(from) }
    }

    /// Moves `at` up to the first byte that is in none of the sets.
    fn skip_taken(&mut self, mut at: Bytes) -> Bytes {
        loop {
            let before = at;
            self.sets.retain_mut(|set| {
                while let [(low, high), rest @ ..] = *set
                    && *low <= at
                {
                    at = at.max(*high);
                    *set = rest;
                }
                !set.is_empty()
            });
            if at == before {
                return at;
            }
        }
    }
}

impl Iterator for Holes<'_> {
    type Item = Range;

    fn next(&mut self) -> Option<Range> {
        let low = self.at.take()?;
        let low = self.skip_taken(low);
        self.at = self.sets.iter().map(|set| set[0].0).min();
        Some((low, self.at.unwrap_or(Bytes::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(inserted: &[Range]) -> Ranges {
        let mut ranges = Ranges::default();
        for &range in inserted {
            ranges.insert(range);
        }
        ranges
    }

    #[test]
    fn ranges_that_touch_or_overlap_become_one() {
        assert_eq!(ranges(&[(4, 6), (0, 2), (2, 4)]).as_slice(), [(0, 6)]);
        assert_eq!(ranges(&[(0, 2), (8, 9), (4, 6), (1, 8)]).as_slice(), [(0, 9)]);
        assert_eq!(ranges(&[(8, 9), (0, 2), (4, 5)]).as_slice(), [(0, 2), (4, 5), (8, 9)]);
        assert_eq!(ranges(&[(0, 9), (3, 4)]).as_slice(), [(0, 9)]);
    }

    #[test]
    fn holes_are_what_no_set_has() {
        let sets = [ranges(&[(1, 3), (7, 8)]), ranges(&[]), ranges(&[(2, 5), (8, 9)])];
        let holes: Vec<Range> = Holes::between(sets.iter(), 0).collect();
        assert_eq!(holes, [(0, 1), (5, 7), (9, Bytes::MAX)]);
        let holes: Vec<Range> = Holes::between(sets.iter(), 6).collect();
        assert_eq!(holes, [(6, 7), (9, Bytes::MAX)]);
    }

    #[test]
    fn without_sets_all_is_one_hole() {
        let holes: Vec<Range> = Holes::between([].iter(), 0).collect();
        assert_eq!(holes, [(0, Bytes::MAX)]);
    }
}
