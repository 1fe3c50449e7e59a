//! What a request of this thread does, and whose block a freed pointer is.
//!
//! A thread is in one of three modes: its requests pass to LibTorch's own allocator, pass and are
//! recorded, or are served from an arena. Modes nest like calls and never leave their thread. A
//! free does not look at the mode: the arenas know their blocks on any thread, and while something
//! is recorded somewhere (one atomic says so) the recorders are asked too.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use memo_malloc::arena::{self, Arena, Freed};
use memo_malloc::trace::Recorder;

#[derive(Debug, Clone, Copy)]
enum Mode {
    Pass,
    Record(NonNull<SharedRecorder>),
    Serve(NonNull<Arena>),
}

thread_local! {
    // No destructor: frees arrive while a thread ends.
    static MODE: Cell<Mode> = const { Cell::new(Mode::Pass) };
}

/// A recorder that other threads report frees to.
#[derive(Debug)]
pub(crate) struct SharedRecorder(Mutex<Recorder>);

impl SharedRecorder {
    fn lock(&self) -> MutexGuard<'_, Recorder> {
        lock(&self.0)
    }
}

static RECORDERS: Mutex<Vec<Arc<SharedRecorder>>> = Mutex::new(Vec::new());

/// The length of [`RECORDERS`]. Relaxed: a block gets to another thread by some synchronisation,
/// which makes the count that its recorder set before visible there.
static RECORDER_COUNT: AtomicUsize = AtomicUsize::new(0);

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A mode of this thread; the one before returns when this is dropped.
#[derive(Debug)]
pub(crate) struct Entered {
    before: Mode,
    here: PhantomData<*const ()>,
}

impl Entered {
    /// Whether this thread passes its requests on.
    pub(crate) fn is_free() -> bool {
        matches!(MODE.get(), Mode::Pass)
    }

    /// Serves the requests of this thread. The caller keeps the arena where it is, and leaves it
    /// alone, until this is dropped.
    pub(crate) fn serving(arena: &mut Arena) -> Entered {
        Entered::new(Mode::Serve(NonNull::from(arena)))
    }

    /// Records the requests and ops of this thread. The caller keeps the recorder until this is
    /// dropped.
    pub(crate) fn recording(recorder: &Registered) -> Entered {
        Entered::new(Mode::Record(NonNull::from(&*recorder.0)))
    }

    fn new(mode: Mode) -> Entered {
        Entered { before: MODE.replace(mode), here: PhantomData }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        MODE.set(self.before);
    }
}

/// Runs `run` with the requests of this thread served from `arena`, as far as it goes along.
pub(crate) fn serving<T>(arena: &mut Arena, run: impl FnOnce() -> T) -> T {
    let _entered = Entered::serving(arena);
    run()
}

/// Runs `run` with the requests and ops of this thread, and the frees of all threads, recorded.
pub(crate) fn recording<T>(recorder: Recorder, run: impl FnOnce() -> T) -> (T, Recorder) {
    let registered = Registered::new(recorder);
    let result = {
        let _entered = Entered::recording(&registered);
        run()
    };
    (result, registered.take())
}

/// An entry of [`RECORDERS`], which goes when this is dropped.
#[derive(Debug)]
pub(crate) struct Registered(Arc<SharedRecorder>);

impl Registered {
    pub(crate) fn new(recorder: Recorder) -> Registered {
        let shared = Arc::new(SharedRecorder(Mutex::new(recorder)));
        let mut recorders = lock(&RECORDERS);
        recorders.push(Arc::clone(&shared));
        RECORDER_COUNT.store(recorders.len(), Ordering::Relaxed);
        Registered(shared)
    }

    pub(crate) fn take(self) -> Recorder {
        std::mem::replace(&mut *self.0.lock(), Recorder::new(1))
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let mut recorders = lock(&RECORDERS);
        recorders.retain(|recorder| !Arc::ptr_eq(recorder, &self.0));
        RECORDER_COUNT.store(recorders.len(), Ordering::Relaxed);
    }
}

/// The recorder of this thread, if its mode is to record.
fn with_recorder<T>(report: impl FnOnce(&mut Recorder) -> T) -> Option<T> {
    let Mode::Record(recorder) = MODE.get() else { return None };
    // SAFETY: `recording` keeps the recorder alive for as long as this thread has this mode.
    let recorder = unsafe { recorder.as_ref() };
    Some(report(&mut recorder.lock()))
}

/// A block of the arena for this request; null when the general allocator has to serve it.
#[inline]
pub(crate) fn planned(size: usize) -> *mut u8 {
    let Mode::Serve(mut arena) = MODE.get() else { return null_mut() };
    // SAFETY: `serving` borrows the arena mutably for as long as this thread has this mode, and
    // nothing is called while this borrow lasts that could ask for another.
    let arena = unsafe { arena.as_mut() };
    arena.alloc(size).map_or(null_mut(), NonNull::as_ptr)
}

/// The general allocator gave `block` for a request of `size` bytes, which may be 0.
///
/// # Safety
/// None is needed: `block` is only compared. Raw pointers from C++ ask for the keyword.
#[inline]
pub(crate) unsafe fn allocated(block: *mut u8, size: usize) {
    with_recorder(|recorder| recorder.alloc(block.addr(), size as u64));
}

/// Takes `block` back if it is an arena's, or says that it is the general allocator's.
///
/// # Safety
/// The caller owned `block` and gives it up.
#[inline]
pub(crate) unsafe fn freed(block: *mut u8) -> bool {
    let Some(block) = NonNull::new(block) else { return true };
    // SAFETY: the caller gives the block up.
    match unsafe { arena::free(block) } {
        Freed::Arena | Freed::Double | Freed::Stray => true,
        Freed::NotOurs => {
            if RECORDER_COUNT.load(Ordering::Relaxed) > 0 {
                report_free(block.addr().get());
            }
            false
        }
    }
}

#[cold]
fn report_free(address: usize) {
    if with_recorder(|recorder| recorder.free(address)) == Some(true) {
        return;
    }
    for recorder in lock(&RECORDERS).iter() {
        if recorder.lock().free_remote(address) {
            return;
        }
    }
}

/// An op begins on this thread. Returns whether that is recorded.
pub(crate) fn op_begins(name: &[u8]) -> bool {
    with_recorder(|recorder| recorder.op_begin(&String::from_utf8_lossy(name), "")).is_some()
}

/// The innermost op of this thread ends. Returns whether that is recorded.
pub(crate) fn op_ends() -> bool {
    with_recorder(Recorder::op_end).is_some()
}
