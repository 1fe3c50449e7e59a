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

use super::sync::checked::{AtomicU32, Ordering};

/// The low bit of a word.
pub(super) const LIVE: u32 = 1;

/// The word of one start.
pub(super) type Word = AtomicU32;

/// The word as it is now; if it is free, all use of the slot has ended.
#[inline]
pub(super) fn look(word: &Word) -> u32 {
    word.load(Ordering::Acquire)
}

/// Whether the slots handed out last are all free; if so, all use of them has ended.
#[inline]
pub(super) fn are_free<'a>(words: impl Iterator<Item = &'a Word>) -> bool {
    // One test of them all: they nearly always are.
    words.fold(0, |all, word| all | look(word)) & LIVE == 0
}

/// The turn of the slot that is live.
pub(super) fn live_turn(word: &Word) -> Option<u32> {
    let word = look(word);
    (word & LIVE != 0).then_some(word >> 1)
}

/// The word while the slot of this turn is live.
#[inline]
pub(super) fn live(turn: u32) -> u32 {
    turn << 1 | LIVE
}

/// Makes the slot of a turn live. For the owner only.
#[inline]
pub(super) fn hand_out(word: &Word, turn: u32) {
    word.store(live(turn), Ordering::Relaxed);
}

/// Frees the slot of this word; `false` if it was not live.
///
/// The store is the last access: once it is seen, the word itself may be gone.
#[inline]
pub(super) fn release(word: &Word) -> bool {
    let value = word.load(Ordering::Relaxed);
    if value & LIVE == 0 {
        return false;
    }
    word.store(value ^ LIVE, Ordering::Release);
    true
}
