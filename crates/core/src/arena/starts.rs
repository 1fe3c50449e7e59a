//! From an offset in the slab to the slots that start there.
//!
//! Many slots start at the same offset, one after the other in time, and share one word of state.
//! So a free looks for the start only, in an open hash table: multiply, shift, step to the next on a
//! collision. It is built once, at most a quarter full, with the best of a few multipliers, so
//! nearly every look-up ends at its first entry; an offset that is no start ends at an empty one.

/// An offset that no slot has.
const EMPTY: usize = usize::MAX;

/// Where the bits of a product begin that tell the entry: those below it depend on few bits of an
/// offset, and those above it are enough for all entries.
const SHIFT: u32 = 32;

/// How many multipliers are tried; more found no better ones in plans of 100 to 10,000 slots.
const TRIES: usize = 32;

/// The distinct starts of the slots. The index of a start is that of its word.
#[derive(Debug)]
pub(super) struct Starts {
    /// A power of two of them, at least one empty.
    offsets: Box<[usize]>,
    multiplier: usize,
    /// Invariant: `offsets.len() - 1`.
    mask: usize,
}

impl Starts {
    /// The starts at these offsets.
    pub(super) fn new(offsets: impl Iterator<Item = usize>) -> Starts {
        let mut offsets: Vec<usize> = offsets.collect();
        offsets.sort_unstable();
        offsets.dedup();
        let best = multipliers()
            .map(|multiplier| fill(&offsets, multiplier))
            .min_by_key(|(steps, _)| *steps);
        best.map_or_else(|| fill(&offsets, 1).1, |(_, starts)| starts)
    }

    /// One past the last index, where the wall is.
    pub(super) fn wall(&self) -> usize {
        self.offsets.len()
    }

    /// The index of this offset, below the wall; `None` if no slot starts there.
    #[inline]
    pub(super) fn find(&self, offset: usize) -> Option<usize> {
        let mut idx = self.home(offset);
        loop {
            // SAFETY: `home` and `next` end with the mask, which leaves an index of `offsets`.
            match unsafe { *self.offsets.get_unchecked(idx) } {
                EMPTY => return None,
                found if found == offset => return Some(idx),
                _ => idx = self.next(idx),
            }
        }
    }

    #[inline]
    fn home(&self, offset: usize) -> usize {
        (offset.wrapping_mul(self.multiplier) >> SHIFT) & self.mask
    }

    #[inline]
    fn next(&self, idx: usize) -> usize {
        (idx + 1) & self.mask
    }
}

/// Odd multipliers: multiples of 2^64 divided by the golden ratio, as Fibonacci hashing uses.
fn multipliers() -> impl Iterator<Item = usize> {
    (0..TRIES).map(|i| 0x9e37_79b9_7f4a_7c15_usize.wrapping_mul(2 * i + 1))
}

/// The table by this multiplier, and how many steps its look-ups take beyond the first entry.
fn fill(offsets: &[usize], multiplier: usize) -> (usize, Starts) {
    let len = (offsets.len() * 4).next_power_of_two().max(2);
    let mut starts = Starts { offsets: vec![EMPTY; len].into(), multiplier, mask: len - 1 };
    let mut steps = 0;
    for &offset in offsets {
        let mut idx = starts.home(offset);
        while starts.offsets[idx] != EMPTY {
            idx = starts.next(idx);
            steps += 1;
        }
        starts.offsets[idx] = offset;
    }
    (steps, starts)
}
