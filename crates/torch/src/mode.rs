//! What a request of this thread does, and whose block a freed pointer is.
//!
//! A thread is in one of three modes: its requests pass to LibTorch's own allocator, pass and are
//! recorded, or are served from an arena. Modes nest like calls and never leave their thread. A
//! free does not look at the mode: the arenas know their blocks on any thread, and while something
//! is recorded somewhere (one atomic says so) the recorders are asked too.
//!
//! A signal may come while a thread is at work in here. What its handler asks for passes, and what
//! it frees is not recorded: the arena is not entered twice, and no lock is waited for that this
//! thread holds.
//!
//! The child of a fork has none of the other threads, and a recorder that one of them was at is
//! locked there for ever: recording ends with the fork.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering, compiler_fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use memo_malloc::arena::{self, Arena, Freed};
use memo_malloc::trace::Recorder;

use crate::renewed::Renewed;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pass,
    /// The requests go to the recorder that the mode points to.
    Record,
    /// The arena that the mode points to serves the requests.
    Serve,
    /// The thread is at work for one of the others.
    Busy,
}

/// In two cells, because a signal may come between the stores of a larger one.
struct Mode {
    kind: Cell<Kind>,
    at: Cell<*mut ()>,
}

thread_local! {
    // No destructor: frees arrive while a thread ends.
    static MODE: Mode = const { Mode { kind: Cell::new(Kind::Pass), at: Cell::new(null_mut()) } };
}

impl Mode {
    fn set(&self, kind: Kind, at: *mut ()) {
        self.kind.set(Kind::Busy);
        in_order();
        self.at.set(at);
        in_order();
        self.kind.set(kind);
    }

    /// Does this if the mode is of this kind, with what it points to, and keeps signal handlers out.
    #[inline]
    fn work<T>(&self, kind: Kind, work: impl FnOnce(*mut ()) -> T) -> Option<T> {
        if self.kind.get() != kind {
            return None;
        }
        self.kind.set(Kind::Busy);
        in_order();
        let result = work(self.at.get());
        in_order();
        self.kind.set(kind);
        Some(result)
    }
}

/// A signal handler on this thread sees what the thread does in its order, unless the compiler
/// changes that; this forbids it.
#[inline]
fn in_order() {
    compiler_fence(Ordering::SeqCst);
}

/// Keeps signal handlers out while the thread holds a lock, whatever its mode.
fn keeping_out<T>(work: impl FnOnce() -> T) -> Option<T> {
    MODE.with(|mode| match mode.kind.get() {
        Kind::Busy => None,
        kind => mode.work(kind, |_| work()),
    })
}

/// A recorder that other threads report frees to.
#[derive(Debug)]
pub(crate) struct SharedRecorder(Mutex<Recorder>);

impl SharedRecorder {
    fn lock(&self) -> MutexGuard<'_, Recorder> {
        lock(&self.0)
    }
}

/// Those of this process.
static RECORDERS: Renewed<Vec<Arc<SharedRecorder>>> = {
    static FIRST: Mutex<Vec<Arc<SharedRecorder>>> = Mutex::new(Vec::new());
    Renewed::new(&FIRST)
};

/// The length of [`RECORDERS`]. Relaxed: a block gets to another thread by some synchronisation,
/// which makes the count that its recorder set before visible there.
static RECORDER_COUNT: AtomicUsize = AtomicUsize::new(0);

/// How many forks led to this process since [`in_child`] is called after each.
static FORKS: AtomicUsize = AtomicUsize::new(0);

/// Tells what was begun in this process from what its parent began.
pub(crate) fn forks() -> usize {
    FORKS.load(Ordering::Relaxed)
}

/// Called in the child of a fork, which has one thread.
pub(crate) fn in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
    RECORDERS.renew();
    RECORDER_COUNT.store(0, Ordering::Relaxed);
    MODE.with(|mode| {
        if mode.kind.get() == Kind::Record {
            mode.kind.set(Kind::Pass);
        }
    });
}

fn recorders() -> MutexGuard<'static, Vec<Arc<SharedRecorder>>> {
    RECORDERS.lock()
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A mode of this thread; the one before returns when this is dropped.
#[derive(Debug)]
pub(crate) struct Entered {
    before: (Kind, *mut ()),
    here: PhantomData<*const ()>,
}

impl Entered {
    /// Whether this thread passes its requests on.
    pub(crate) fn is_free() -> bool {
        MODE.with(|mode| mode.kind.get() == Kind::Pass)
    }

    /// Serves the requests of this thread. The caller keeps the arena where it is, and leaves it
    /// alone, until this is dropped.
    pub(crate) fn serving(arena: &mut Arena) -> Entered {
        Entered::new(Kind::Serve, (&raw mut *arena).cast())
    }

    /// Records the requests and ops of this thread. The caller keeps the recorder until this is
    /// dropped.
    pub(crate) fn recording(recorder: &Registered) -> Entered {
        Entered::new(Kind::Record, Arc::as_ptr(&recorder.recorder).cast_mut().cast())
    }

    fn new(kind: Kind, at: *mut ()) -> Entered {
        MODE.with(|mode| {
            let before = (mode.kind.get(), mode.at.get());
            mode.set(kind, at);
            Entered { before, here: PhantomData }
        })
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let (kind, at) = self.before;
        MODE.with(|mode| mode.set(kind, at));
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
pub(crate) struct Registered {
    recorder: Arc<SharedRecorder>,
    forks: usize,
}

impl Registered {
    pub(crate) fn new(recorder: Recorder) -> Registered {
        let recorder = Arc::new(SharedRecorder(Mutex::new(recorder)));
        change_recorders(|recorders| recorders.push(Arc::clone(&recorder)));
        Registered { recorder, forks: forks() }
    }

    /// What was recorded; nothing if the process has been forked since.
    pub(crate) fn take(self) -> Recorder {
        let take = || std::mem::replace(&mut *self.recorder.lock(), Recorder::new(1));
        let recorder = if self.forks == forks() { keeping_out(take) } else { None };
        recorder.unwrap_or_else(|| Recorder::new(1))
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        change_recorders(|recorders| recorders.retain(|other| !Arc::ptr_eq(other, &self.recorder)));
    }
}

fn change_recorders(change: impl FnOnce(&mut Vec<Arc<SharedRecorder>>)) {
    keeping_out(|| {
        let mut recorders = recorders();
        change(&mut recorders);
        RECORDER_COUNT.store(recorders.len(), Ordering::Relaxed);
    });
}

/// The recorder of this thread, if its mode is to record.
fn with_recorder<T>(report: impl FnOnce(&mut Recorder) -> T) -> Option<T> {
    let report = |at: *mut ()| {
        // SAFETY: `recording` keeps the recorder alive for as long as this thread has this mode.
        let recorder = unsafe { &*at.cast::<SharedRecorder>() };
        report(&mut recorder.lock())
    };
    MODE.with(|mode| mode.work(Kind::Record, report))
}

/// A block of the arena for this request; null when the general allocator has to serve it.
#[inline]
pub(crate) fn planned(size: usize) -> *mut u8 {
    let serve = |at: *mut ()| {
        // SAFETY: `serving` borrows the arena mutably for as long as this thread has this mode,
        // and neither what is called here nor a signal handler asks for it meanwhile.
        let arena = unsafe { &mut *at.cast::<Arena>() };
        arena.alloc(size).map_or(null_mut(), NonNull::as_ptr)
    };
    MODE.with(|mode| mode.work(Kind::Serve, serve)).unwrap_or(null_mut())
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
    keeping_out(|| {
        let recorders = recorders();
        recorders.iter().any(|recorder| recorder.lock().free_remote(address))
    });
}

/// An op begins on this thread. Returns whether that is recorded.
pub(crate) fn op_begins(name: &[u8]) -> bool {
    // Names are ASCII; reading them as such first takes a part of the time.
    let begin = |recorder: &mut Recorder| match str::from_utf8(name) {
        Ok(name) => recorder.op_begin(name, ""),
        Err(_) => recorder.op_begin(&String::from_utf8_lossy(name), ""),
    };
    with_recorder(begin).is_some()
}

/// The innermost op of this thread ends. Returns whether that is recorded.
pub(crate) fn op_ends() -> bool {
    with_recorder(Recorder::op_end).is_some()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use memo_malloc::{
        Buffer, Certificate, Key, Plan, Problem, Request, RunPlan, model::BufferIdx,
    };

    use super::*;

    const SIZE: usize = 64;

    /// So many slots beside each other, for as many requests.
    fn arena(count: u32) -> Arena {
        let buffers = (0..count).map(|_| Buffer::new(SIZE as u64, 0, 1)).collect();
        let plan = Plan {
            offsets: (0..count).map(|idx| u64::from(idx) * SIZE as u64).collect(),
            peak: u64::from(count) * SIZE as u64,
            lower_bound: u64::from(count) * SIZE as u64,
            certificate: Certificate::MaxLoad { step: 0 },
        };
        let request = |idx| Request { size: SIZE as u64, slot: Some(BufferIdx(idx)) };
        let requests = (0..count).map(request).collect();
        let problem = Problem::new(buffers).unwrap();
        Arena::new(&RunPlan::new(Key::default(), problem, plan, requests).unwrap()).unwrap()
    }

    static SIGNALS: AtomicUsize = AtomicUsize::new(0);
    static BROKEN: AtomicBool = AtomicBool::new(false);

    /// A block if the thread is served, filled with a mark.
    fn marked(mark: u8) -> *mut u8 {
        let block = planned(SIZE);
        if !block.is_null() {
            // SAFETY: the block has so many bytes.
            unsafe { block.write_bytes(mark, SIZE) };
        }
        block
    }

    /// Whether nobody else has written to the block.
    fn unmarked(block: *mut u8, mark: u8) -> bool {
        // SAFETY: the block has so many bytes.
        let bytes = unsafe { std::slice::from_raw_parts(block, SIZE) };
        let whole = bytes.iter().all(|&byte| byte == mark);
        // SAFETY: the block is not used any more.
        whole && unsafe { freed(block) }
    }

    #[test]
    fn a_forked_process_waits_for_no_recorder() {
        crate::runtime::install();
        let ((), recorder) = recording(Recorder::new(64), || {
            let held = recorders();
            let others: Vec<_> = held.iter().map(|recorder| recorder.lock()).collect();
            // SAFETY: the child takes none of the locks that other threads may have had.
            let child = unsafe { libc::fork() };
            if child == 0 {
                // SAFETY: has no conditions.
                unsafe { libc::alarm(60) };
                let mut block = 0_u8;
                // SAFETY: no block of an arena.
                let is_ours = unsafe { freed(&raw mut block) };
                let ((), recorder) = recording(Recorder::new(64), || {
                    // SAFETY: has no conditions.
                    unsafe { allocated(&raw mut block, 1) };
                });
                let sizes: Vec<_> = recorder.finish(Key::default()).sizes().collect();
                let is_free = Entered::is_free();
                // SAFETY: has no conditions.
                unsafe { libc::_exit(i32::from(is_ours || sizes != [1] || !is_free)) };
            }
            drop(others);
            drop(held);
            let mut status = -1;
            // SAFETY: the pointer is to a whole status.
            assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
            assert_eq!(status, 0);
            // SAFETY: has no conditions.
            unsafe { allocated((&raw mut status).cast(), 2) };
        });
        assert_eq!(recorder.finish(Key::default()).sizes().collect::<Vec<_>>(), [2]);
    }

    extern "C" fn allocate_in_handler(_signal: libc::c_int) {
        SIGNALS.fetch_add(1, Ordering::Relaxed);
        let block = marked(2);
        if !block.is_null() && !unmarked(block, 2) {
            BROKEN.store(true, Ordering::Relaxed);
        }
    }

    /// Serves runs until the handler has run often; returns how many requests were served.
    fn serve_until(signals: usize) -> u64 {
        const COUNT: u32 = 100;
        let mut arena = arena(COUNT);
        // At least one run: all signals may have come before the arena was made.
        loop {
            arena.begin();
            serving(&mut arena, || {
                for _ in 0..COUNT / 2 {
                    let (a, b) = (marked(1), marked(1));
                    let whole = |block: *mut u8| block.is_null() || unmarked(block, 1);
                    assert!(whole(a) && whole(b), "a handler's block shares bytes");
                }
            });
            if SIGNALS.load(Ordering::Relaxed) >= signals {
                return arena.stats().hits;
            }
        }
    }

    #[test]
    fn a_signal_handler_that_allocates_keeps_out_of_the_arena_at_work() {
        const SIGNALS_WANTED: usize = 500;
        let handler: extern "C" fn(libc::c_int) = allocate_in_handler;
        // SAFETY: the handler touches only atomics, this thread's mode and blocks of arenas.
        let before = unsafe { libc::signal(libc::SIGUSR1, handler as libc::sighandler_t) };
        assert_ne!(before, libc::SIG_ERR);
        // SAFETY: has no conditions.
        let here = unsafe { libc::pthread_self() };
        let sender = thread::spawn(move || {
            while SIGNALS.load(Ordering::Relaxed) < SIGNALS_WANTED {
                // SAFETY: the thread is alive: it joins this one.
                assert_eq!(unsafe { libc::pthread_kill(here, libc::SIGUSR1) }, 0);
                thread::yield_now();
            }
        });
        let hits = serve_until(SIGNALS_WANTED);
        sender.join().unwrap();
        assert!(hits > 0 && !BROKEN.load(Ordering::Relaxed), "{hits} hits");
    }
}
