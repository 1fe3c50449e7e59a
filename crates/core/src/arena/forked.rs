//! Locks that a forked process does not wait for.
//!
//! A fork copies every lock as it is, but of all threads only the one that forks. What another thread
//! held stays held in the child for ever, and what it guards half changed: there the lock is *lost*,
//! and who asks for it is told so.
//!
//! ```text
//! state = the process in which the lock was last settled, and how
//! lock:   settled in this process?   wait, as for any lock
//!         not yet?                   nobody here has held it; one thread tries whether it is held
//!                                    all the same: then its holder is not here, and it is lost
//! ```
//!
//! A process is known by the number of forks that led to it. This costs two loads a lock.

use std::sync::{LockResult, PoisonError, TryLockError};
use std::thread;

#[cfg(all(test, loom))]
use super::sync::checked;
use super::sync::cold::{AtomicU32, Mutex, MutexGuard, Ordering};

/// A lock that is no part of serving: of a `static`, or of a table of handles.
pub type Cold<T> = Lock<Mutex<T>>;

/// A lock that the model checker knows.
#[cfg(not(all(test, loom)))]
pub(super) type Checked<T> = Cold<T>;
#[cfg(all(test, loom))]
pub(super) type Checked<T> = Lock<checked::Mutex<T>>;

/// A mutex that may be lost: held by a thread of the parent when this process was forked.
#[derive(Debug)]
pub struct Lock<M> {
    /// A process and one of the states below.
    state: AtomicU32,
    mutex: M,
}

/// The low bits of a state.
const SETTLED: u32 = 0;
const SETTLING: u32 = 1;
const LOST: u32 = 2;
const STATE_BITS: u32 = 2;

/// The first process that takes any lock. Each lock begins settled there; in a later one it is
/// settled anew, and is free then.
const FIRST: u32 = 1 << STATE_BITS;

/// The forks that led to this process, after one for the beginning; 0 until they are watched.
static FORKS: AtomicU32 = AtomicU32::new(0);

impl<T> Lock<Mutex<T>> {
    /// Free, and not lost in any process that is forked while it is.
    pub const fn new(value: T) -> Lock<Mutex<T>> {
        Lock { state: AtomicU32::new(FIRST | SETTLED), mutex: Mutex::new(value) }
    }

    /// Locks; `None` if the lock is lost.
    pub fn lock(&self) -> Option<MutexGuard<'_, T>> {
        let is_held = || matches!(self.mutex.try_lock(), Err(TryLockError::WouldBlock));
        (!self.is_lost(is_held)).then(|| whole(self.mutex.lock()))
    }
}

/// No model forks.
#[cfg(all(test, loom))]
impl<T> Lock<checked::Mutex<T>> {
    pub(super) fn new(value: T) -> Lock<checked::Mutex<T>> {
        Lock { state: AtomicU32::new(FIRST | SETTLED), mutex: checked::Mutex::new(value) }
    }

    pub(super) fn lock(&self) -> Option<checked::MutexGuard<'_, T>> {
        (!self.is_lost(|| false)).then(|| whole(self.mutex.lock()))
    }
}

impl<M> Lock<M> {
    #[inline]
    fn is_lost(&self, is_held: impl Fn() -> bool) -> bool {
        let process = process();
        self.state.load(Ordering::Relaxed) != process | SETTLED && self.settle(process, is_held)
    }

    #[cold]
    fn settle(&self, process: u32, is_held: impl Fn() -> bool) -> bool {
        let settling = process | SETTLING;
        loop {
            let state = self.state.load(Ordering::Acquire);
            if state == process | SETTLED || state == process | LOST {
                return state == process | LOST;
            }
            if state == settling {
                thread::yield_now();
                continue;
            }
            // Acquire and release: the lock is tried between the two.
            let (set, read) = (Ordering::Acquire, Ordering::Relaxed);
            if self.state.compare_exchange(state, settling, set, read).is_ok() {
                let is_lost = is_held();
                let settled = process | if is_lost { LOST } else { SETTLED };
                self.state.store(settled, Ordering::Release);
                return is_lost;
            }
        }
    }
}

/// This process, as a state has it. Relaxed: a number that only a fork changes.
#[inline]
fn process() -> u32 {
    match FORKS.load(Ordering::Relaxed) {
        0 => watch(),
        forks => forks << STATE_BITS,
    }
}

/// Who sees another number than 0 knows that forks are counted: before that no lock is taken. Two
/// threads at once count each fork twice, which tells processes apart as well.
#[cold]
fn watch() -> u32 {
    extern "C" fn in_child() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }
    // SAFETY: the handler only adds to an atomic.
    unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
    FORKS.fetch_max(1, Ordering::Relaxed).max(1) << STATE_BITS
}

/// A panic elsewhere cannot have left what our locks guard half changed.
fn whole<G>(locked: LockResult<G>) -> G {
    locked.unwrap_or_else(PoisonError::into_inner)
}
