//! From an offset to the slot that lies there.
//!
//! Many slots start at the same offset, one after the other in time; at most one of them is live,
//! and it is the one handed out last. So each distinct start has one cell that names the slot
//! handed out last. The cells lie in an open hash table: multiply, shift, step to the next on a
//! collision. It is built once, at most a quarter full, with the best of a few multipliers, so
//! nearly every look-up ends at its first entry; a pointer that is no start ends at an empty one.

use super::layout::Turn;
use super::sync::cold::{AtomicU32, Ordering};

/// An offset that no slot has: offsets end below `BYTES_MAX`.
const EMPTY: usize = usize::MAX;

/// How many multipliers are tried; more found no better ones in plans of 100 to 10,000 slots.
const TRIES: usize = 32;

#[derive(Debug)]
struct Entry {
    offset: usize,
    /// The slot handed out last at this offset. Relaxed on both sides: written before the block is
    /// handed out, read by who has the block.
    slot: AtomicU32,
}

/// The distinct start offsets of the slots, and the slot handed out last at each.
#[derive(Debug)]
pub(super) struct Starts {
    entries: Box<[Entry]>,
    multiplier: usize,
    shift: u32,
}

impl Starts {
    /// The starts of all slots; tells each turn the entry of its offset.
    pub(super) fn new(turns: &mut [Turn]) -> Starts {
        let slots = || turns.iter().filter(|turn| turn.size > 0);
        let mut offsets: Vec<usize> = slots().map(|turn| turn.offset).collect();
        offsets.sort_unstable();
        offsets.dedup();
        let entry_count = (offsets.len() * 4).next_power_of_two().max(2);
        let shift = usize::BITS - entry_count.trailing_zeros();
        let best = multipliers()
            .map(|multiplier| fill(&offsets, multiplier, shift))
            .min_by_key(|(steps, _)| *steps);
        let (_, starts) = best.unwrap_or_else(|| fill(&offsets, 1, shift));
        for turn in turns.iter_mut().filter(|turn| turn.size > 0) {
            if let Some(entry) = starts.entry_of(turn.offset) {
                turn.start = entry;
            }
        }
        starts
    }

    /// Notes that `slot` is handed out at the offset of this entry. For the owner only.
    #[inline]
    pub(super) fn hand_out(&self, entry: u32, slot: u32) {
        self.entries[entry as usize].slot.store(slot, Ordering::Relaxed);
    }

    /// The slot handed out last at this offset; `None` if no slot starts there.
    #[inline]
    pub(super) fn slot_at(&self, offset: usize) -> Option<u32> {
        self.find(offset).map(|(_, entry)| entry.slot.load(Ordering::Relaxed))
    }

    #[expect(clippy::cast_possible_truncation, reason = "at most eight entries a turn")]
    fn entry_of(&self, offset: usize) -> Option<u32> {
        self.find(offset).map(|(idx, _)| idx as u32)
    }

    #[inline]
    fn find(&self, offset: usize) -> Option<(usize, &Entry)> {
        let mut idx = self.home(offset);
        loop {
            let entry = &self.entries[idx];
            match entry.offset {
                found if found == offset => return Some((idx, entry)),
                EMPTY => return None,
                _ => idx = self.next(idx),
            }
        }
    }

    #[inline]
    fn home(&self, offset: usize) -> usize {
        offset.wrapping_mul(self.multiplier) >> self.shift
    }

    #[inline]
    fn next(&self, entry: usize) -> usize {
        (entry + 1) & (self.entries.len() - 1)
    }
}

/// Odd multipliers: multiples of 2^64 divided by the golden ratio, as Fibonacci hashing uses.
fn multipliers() -> impl Iterator<Item = usize> {
    (0..TRIES).map(|i| 0x9e37_79b9_7f4a_7c15_usize.wrapping_mul(2 * i + 1))
}

/// The table by this multiplier, and how many steps its look-ups take beyond the first entry.
fn fill(offsets: &[usize], multiplier: usize, shift: u32) -> (usize, Starts) {
    let empty = || Entry { offset: EMPTY, slot: AtomicU32::new(0) };
    let entry_count = 1 << (usize::BITS - shift);
    let entries = std::iter::repeat_with(empty).take(entry_count).collect();
    let mut starts = Starts { entries, multiplier, shift };
    let mut steps = 0;
    for &offset in offsets {
        let mut entry = starts.home(offset);
        while starts.entries[entry].offset != EMPTY {
            entry = starts.next(entry);
            steps += 1;
        }
        starts.entries[entry].offset = offset;
    }
    (steps, starts)
}
