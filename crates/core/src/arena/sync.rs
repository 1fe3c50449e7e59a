//! The only file that names atomics.
//!
//! [`checked`] holds those by which an owner and the threads that free agree on a slot, and the
//! locks under which an arena goes from one owner to the next: under `--cfg loom` a model checker
//! replaces them and tries every order. [`cold`] holds what is written rarely and needs `static`s,
//! which the model checker has not.

use std::sync::{LockResult, PoisonError};

/// What the model checker knows.
pub(super) mod checked {
    #[cfg(all(test, loom))]
    pub(in super::super) use loom::sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU32, Ordering},
    };
    #[cfg(not(all(test, loom)))]
    pub(in super::super) use std::sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU32, Ordering},
    };

    /// Locks.
    pub(in super::super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        super::whole(mutex.lock())
    }
}

/// Everything else.
pub(super) mod cold {
    pub(in super::super) use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
    use std::sync::{Mutex, MutexGuard};

    /// Locks.
    pub(in super::super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        super::whole(mutex.lock())
    }
}

/// A panic elsewhere cannot have left what our locks guard half changed.
fn whole<G>(locked: LockResult<G>) -> G {
    locked.unwrap_or_else(PoisonError::into_inner)
}
