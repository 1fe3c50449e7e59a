//! The state of each start: one word, `turn << 1 | live`.
//!
//! At most one of the slots that start at an address is live, and it is the one handed out last; the
//! word names its turn. Only the owner of the arena makes a word live; any thread makes it free. One
//! more word, the *wall*, is always live: who waits for it waits for ever.
//!
//! Orders. The hand-out is a relaxed store: whoever frees got the pointer from the owner through
//! something that orders it (a queue, a join, the same thread). A free is a release store and the
//! owner's look is an acquire load, so all use of a block comes before its bytes are handed out
//! again. A free is a load and a store, not a locked exchange: the block's holder is the only one
//! who may free it, and the owner does not touch the word of a live slot.

use super::sync::word::{AtomicU32, Ordering};

/// The low bit of a word.
pub(super) const LIVE: u32 = 1;

/// One word for each start, and the wall.
#[derive(Debug)]
pub(super) struct Words(Box<[AtomicU32]>);

impl Words {
    /// `count` free words, and the wall at this index.
    pub(super) fn new(count: usize) -> Words {
        let free = (0..count).map(|_| AtomicU32::new(0));
        Words(free.chain([AtomicU32::new(LIVE)]).collect())
    }

    /// The word of a start.
    pub(super) fn word(&self, start: usize) -> &AtomicU32 {
        &self.0[start]
    }

    /// The word of a start.
    ///
    /// # Safety
    /// There is such a start, or it is the wall.
    #[inline]
    pub(super) unsafe fn word_unchecked(&self, start: usize) -> &AtomicU32 {
        debug_assert!(start < self.0.len());
        // SAFETY: the caller's.
        unsafe { self.0.get_unchecked(start) }
    }

    /// The turns of all live slots.
    pub(super) fn live_turns(&self) -> impl Iterator<Item = u32> {
        let (_wall, words) = self.0.split_last().unzip();
        words.into_iter().flatten().map(look).filter(|word| word & LIVE != 0).map(|word| word >> 1)
    }
}

/// The word as it is now; if it is free, all use of the slot has ended.
#[inline]
pub(super) fn look(word: &AtomicU32) -> u32 {
    word.load(Ordering::Acquire)
}

/// Whether the slot handed out last is free; if so, all use of it has ended.
#[inline]
pub(super) fn is_free(word: &AtomicU32) -> bool {
    look(word) & LIVE == 0
}

/// The word while the slot of this turn is live.
#[inline]
pub(super) fn live(turn: u32) -> u32 {
    turn << 1 | LIVE
}

/// Makes the slot of a turn live. For the owner only.
#[inline]
pub(super) fn hand_out(word: &AtomicU32, turn: u32) {
    word.store(live(turn), Ordering::Relaxed);
}

/// Frees the slot of this word; `false` if it was not live.
///
/// The store is the last access: once it is seen, the word itself may be gone.
#[inline]
pub(super) fn release(word: &AtomicU32) -> bool {
    let value = word.load(Ordering::Relaxed);
    if value & LIVE == 0 {
        return false;
    }
    word.store(value ^ LIVE, Ordering::Release);
    true
}
