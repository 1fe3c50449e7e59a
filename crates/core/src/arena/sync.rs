//! The only file that names atomics.
//!
//! [`checked`] holds those by which an owner and the threads that free agree on a slot, and the
//! locks under which an arena goes from one owner to the next: under `--cfg loom` a model checker
//! replaces them and tries every order. [`cold`] holds what is written rarely and needs `static`s,
//! which the model checker has not. Locks are taken through `forked`.

/// What the model checker knows.
pub(super) mod checked {
    #[cfg(all(test, loom))]
    pub(in super::super) use loom::sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU32, Ordering},
    };
    #[cfg(not(all(test, loom)))]
    pub(in super::super) use std::sync::atomic::{AtomicU32, Ordering};
}

/// Everything else.
pub(super) mod cold {
    pub(in super::super) use std::sync::{
        Mutex, MutexGuard,
        atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering},
    };
}
