//! What searches for the same plan that run side by side know of each other: the smallest peak.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::Bytes;

/// The smallest peak that any of them has found.
#[derive(Debug)]
pub(super) struct Race(AtomicU64);

impl Race {
    /// Before anything was found.
    pub(super) fn new() -> Race {
        Race(AtomicU64::new(Bytes::MAX))
    }

    /// Tells the others of a plan.
    pub(super) fn tell(&self, peak: Bytes) {
        // Relaxed, here and below: the number is all that is shared, and it only falls.
        self.0.fetch_min(peak, Ordering::Relaxed);
    }

    pub(super) fn peak(&self) -> Bytes {
        self.0.load(Ordering::Relaxed)
    }
}
