//! From an offset in the slab to the slots that start there.
//!
//! Many slots start at the same offset, one after the other in time, and share one word of state.
//! So a free looks for the start only, in an open hash table: multiply, shift, step to the next on a
//! collision. It is built once, at most a quarter full, with the best of a few multipliers, so
//! nearly every look-up ends at its first entry; an offset that is no start ends at an empty one.
//!
//! An entry has the word beside the offset, so both are in one line of the cache. The offset is
//! kept in *grains*, the largest power of two that divides all of them: rotated by its log2, an
//! offset fits 32 bits exactly when it can be a start.

use std::sync::Arc;

use super::words::{self, Word};

/// In grains; an offset that no slot has.
const EMPTY: u32 = u32::MAX;

/// Where the bits of a product begin that tell the entry: those below it depend on few bits of an
/// offset, and those above it are enough for all entries.
const SHIFT: u32 = 32;

/// How many multipliers are tried; more found no better ones in plans of 100 to 10,000 slots.
const TRIES: usize = 32;

/// The distinct starts of the slots and their words. A clone shares the words.
#[derive(Debug, Clone)]
pub(super) struct Starts {
    /// A power of two of them, at least one empty, and the wall.
    entries: Arc<[Entry]>,
    multiplier: usize,
    /// Invariant: `entries.len() - 2`.
    mask: usize,
    grain_log2: u32,
}

#[derive(Debug)]
struct Entry {
    offset: u32,
    word: Word,
}

impl Starts {
    /// The starts at these offsets, all free. `None` if they are too far apart: 2^32 grains.
    pub(super) fn new(offsets: impl Iterator<Item = usize>) -> Option<Starts> {
        let mut offsets: Vec<usize> = offsets.collect();
        offsets.sort_unstable();
        offsets.dedup();
        let grain_log2 = grain_log2(&offsets);
        let grains = offsets.iter().map(|offset| in_grains(*offset, grain_log2));
        let grains: Vec<u32> = grains.collect::<Option<_>>()?;
        let tables = multipliers().map(|multiplier| Table::new(&grains, multiplier));
        let Table { entries, multiplier, .. } = tables.min_by_key(|table| table.steps)?;
        let mask = entries.len() - 1;
        let free = entries.into_iter().map(|offset| Entry { offset, word: Word::new(0) });
        let wall = Entry { offset: EMPTY, word: Word::new(words::LIVE) };
        Some(Starts { entries: free.chain([wall]).collect(), multiplier, mask, grain_log2 })
    }

    /// The index of the wall, one past the last start.
    pub(super) fn wall(&self) -> usize {
        self.entries.len() - 1
    }

    /// The index of this offset, below the wall; `None` if no slot starts there.
    pub(super) fn find(&self, offset: usize) -> Option<usize> {
        let idx = self.nearest(offset);
        (self.entries[idx].offset != EMPTY).then_some(idx)
    }

    /// The word of this offset; one that is never live if no slot starts there.
    #[inline]
    pub(super) fn word_at(&self, offset: usize) -> &Word {
        // SAFETY: an index below the wall.
        unsafe { self.word_unchecked(self.nearest(offset)) }
    }

    /// The entry of this offset, or the empty one where the search for it ends.
    #[inline]
    fn nearest(&self, offset: usize) -> usize {
        let grains = offset.rotate_right(self.grain_log2);
        let mut idx = home(grains, self.multiplier, self.mask);
        loop {
            // SAFETY: `home` and `next` end with the mask, which leaves an index below the wall.
            let found = unsafe { self.entries.get_unchecked(idx) }.offset;
            if found as usize == grains || found == EMPTY {
                return idx;
            }
            idx = next(idx, self.mask);
        }
    }

    /// The word of a start.
    pub(super) fn word(&self, start: usize) -> &Word {
        &self.entries[start].word
    }

    /// The word of a start.
    ///
    /// # Safety
    /// There is such a start, or it is the wall.
    #[inline]
    pub(super) unsafe fn word_unchecked(&self, start: usize) -> &Word {
        debug_assert!(start < self.entries.len());
        // SAFETY: the caller's.
        unsafe { &self.entries.get_unchecked(start).word }
    }

    /// The turns of all live slots.
    pub(super) fn live_turns(&self) -> impl Iterator<Item = u32> {
        self.entries[..self.wall()].iter().filter_map(|entry| words::live_turn(&entry.word))
    }
}

/// An offset in grains, if it can be a start.
fn in_grains(offset: usize, grain_log2: u32) -> Option<u32> {
    u32::try_from(offset.rotate_right(grain_log2)).ok().filter(|&grains| grains != EMPTY)
}

/// The log2 of the largest power of two that divides all offsets.
fn grain_log2(offsets: &[usize]) -> u32 {
    let bits = offsets.iter().fold(0, |bits, offset| bits | offset);
    if bits == 0 { 0 } else { bits.trailing_zeros() }
}

#[inline]
fn home(grains: usize, multiplier: usize, mask: usize) -> usize {
    (grains.wrapping_mul(multiplier) >> SHIFT) & mask
}

#[inline]
fn next(idx: usize, mask: usize) -> usize {
    (idx + 1) & mask
}

/// Odd multipliers: multiples of 2^64 divided by the golden ratio, as Fibonacci hashing uses.
fn multipliers() -> impl Iterator<Item = usize> {
    (0..TRIES).map(|i| 0x9e37_79b9_7f4a_7c15_usize.wrapping_mul(2 * i + 1))
}

/// The offsets by one multiplier, and how many steps their look-ups take beyond the first entry.
struct Table {
    entries: Vec<u32>,
    multiplier: usize,
    steps: usize,
}

impl Table {
    fn new(offsets: &[u32], multiplier: usize) -> Table {
        let len = (offsets.len() * 4).next_power_of_two().max(2);
        let (mut entries, mask, mut steps) = (vec![EMPTY; len], len - 1, 0);
        for &offset in offsets {
            let mut idx = home(offset as usize, multiplier, mask);
            while entries[idx] != EMPTY {
                idx = next(idx, mask);
                steps += 1;
            }
            entries[idx] = offset;
        }
        Table { entries, multiplier, steps }
    }
}

#[cfg(not(loom))]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_start_is_found_and_nothing_else() {
        for grain in [1, 64, 4096] {
            let offsets: Vec<usize> = (0..200).map(|i| i * i * 7 % 1009 * grain).collect();
            let starts = Starts::new(offsets.iter().copied()).unwrap();
            let found: Vec<_> = offsets.iter().map(|&offset| starts.find(offset)).collect();
            for (a, offset) in offsets.iter().enumerate() {
                for (b, other) in offsets.iter().enumerate() {
                    assert_eq!(found[a] == found[b], offset == other);
                }
                assert!(found[a].is_some_and(|start| start < starts.wall()));
            }
            for other in
                (0..1009 * grain).chain([usize::MAX, 1 << 32, grain << 32, 0xffff_ffff * grain])
            {
                assert_eq!(starts.find(other).is_some(), offsets.contains(&other), "{other}");
            }
        }
    }

    #[test]
    fn offsets_may_be_as_far_apart_as_grains_allow() {
        let far = |offset: usize| Starts::new([0, offset].into_iter());
        assert!(far(0xffff_fffe).is_some_and(|starts| starts.find(0xffff_fffe).is_some()));
        assert!(far(0xffff_ffff).is_none());
        assert!(far(0xffff_fffe << 6).is_some());
        assert!(far((1 << 40) + 1).is_none());
        assert_eq!(Starts::new(std::iter::empty()).unwrap().find(0), None);
    }
}
