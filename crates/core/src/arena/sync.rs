//! The only file that names atomics.
//!
//! [`word`] holds those by which an owner and the threads that free agree on a slot: under
//! `--cfg loom` a model checker replaces them and tries every order. [`cold`] holds what is
//! written rarely and needs `static`s, which the model checker has not.

/// The atomics of slot words.
pub(super) mod word {
    #[cfg(all(test, loom))]
    pub(in super::super) use loom::sync::atomic::{AtomicU32, Ordering};
    #[cfg(not(all(test, loom)))]
    pub(in super::super) use std::sync::atomic::{AtomicU32, Ordering};
}

/// Everything else.
pub(super) mod cold {
    pub(in super::super) use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
    use std::sync::{Mutex, MutexGuard, PoisonError};

    /// Locks; a panic elsewhere cannot have left what our locks guard half changed.
    pub(in super::super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
