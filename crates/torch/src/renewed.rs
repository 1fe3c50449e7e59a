//! Locks that the child of a fork gets anew.
//!
//! A fork copies a lock as it is, but not the thread that held it. What such a lock guards is of the
//! parent's threads, so the child begins with a new one and leaves the old one as it is.

use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::mode::lock;

/// A static lock; the first is the parent's.
pub(crate) struct Renewed<T: 'static>(AtomicPtr<Mutex<T>>);

impl<T: Default> Renewed<T> {
    pub(crate) const fn new(first: &'static Mutex<T>) -> Renewed<T> {
        Renewed(AtomicPtr::new((&raw const *first).cast_mut()))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'static, T> {
        // SAFETY: the first or a leaked one.
        lock(unsafe { &*self.0.load(Ordering::Acquire) })
    }

    /// Called in the child of a fork, which has one thread.
    pub(crate) fn renew(&self) {
        self.0.store(Box::leak(Box::default()), Ordering::Release);
    }
}
