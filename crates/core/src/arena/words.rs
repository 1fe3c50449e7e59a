//! The state of each slot: one word, `epoch << 1 | live`.
//!
//! The epoch is that of the last hand-out, so one comparison tells "handed out in its turn and
//! freed since" from everything else. Only the owner of the arena makes a word live; any thread
//! makes it free. 2^63 epochs at one a nanosecond last three centuries: no wrap.
//!
//! Orders. The hand-out is a relaxed store: whoever frees got the pointer from the owner through
//! something that orders it (a queue, a join, the same thread). A free is a release store and the
//! owner's look is an acquire load, so all use of a block comes before its bytes are handed out
//! again. A free is a load and a store, not a locked exchange: the block's holder is the only one
//! who may free it, and the owner does not touch the word of a live slot.

use super::sync::word::{AtomicU64, Ordering};

/// The low bit of a word.
pub(super) const LIVE: u64 = 1;

/// One word for each slot.
#[derive(Debug)]
pub(super) struct Words(Box<[AtomicU64]>);

impl Words {
    /// `count` free slots, as if handed out in epoch 0.
    pub(super) fn new(count: usize) -> Words {
        Words((0..count).map(|_| AtomicU64::new(0)).collect())
    }

    /// The word of a slot.
    #[inline]
    pub(super) fn word(&self, slot: usize) -> &AtomicU64 {
        &self.0[slot]
    }

    /// The word as it is now; if it is free, all use of the slot has ended.
    #[inline]
    pub(super) fn load(&self, slot: usize) -> u64 {
        self.0[slot].load(Ordering::Acquire)
    }

    /// Makes a free slot live. For the owner only.
    #[inline]
    pub(super) fn hand_out(&self, slot: usize, epoch: u64) {
        self.0[slot].store(epoch << 1 | LIVE, Ordering::Relaxed);
    }

    /// Whether no slot is live.
    pub(super) fn all_free(&self) -> bool {
        self.0.iter().all(|word| word.load(Ordering::Acquire) & LIVE == 0)
    }
}

/// Frees the slot of this word; `false` if it was not live.
///
/// The store is the last access: once it is seen, the word itself may be gone.
#[inline]
pub(super) fn release(word: &AtomicU64) -> bool {
    let value = word.load(Ordering::Relaxed);
    if value & LIVE == 0 {
        return false;
    }
    word.store(value & !LIVE, Ordering::Release);
    true
}
