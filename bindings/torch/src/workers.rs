//! The threads of the library on which models run.
//!
//! A thread is started when a run comes and none is idle, up to the most allowed: as many as the
//! machine has processors for, one run taking as many as an op may use. Threads stay: LibTorch keeps
//! a team of its own for each thread that runs ops. More runs wait in order.
//!
//! When the process exits, the libraries that ops use let go of their memory. So runs that wait then
//! never begin, and those that have begun are waited for.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;
use std::{process, thread};

use memo_edge::entry;

use crate::failure::refused;
use crate::runs::Run;

static WORKERS: Workers =
    Workers { crew: Mutex::new(Crew::new()), came: Condvar::new(), ended: Condvar::new() };

/// The longest that an exit waits for runs: a process has to end at last.
const EXIT_MAX: Duration = Duration::from_secs(10);

/// How many threads an op may use, as last set; 0: as LibTorch decides. It is each thread's own.
static OP_THREADS: AtomicU32 = AtomicU32::new(0);

struct Workers {
    crew: Mutex<Crew>,
    came: Condvar,
    ended: Condvar,
}

struct Crew {
    waiting: VecDeque<Arc<Run>>,
    threads: usize,
    idle: usize,
    running: usize,
    /// 0: not decided.
    threads_max: usize,
    /// The process that the threads are of: its children have none of them.
    process: u32,
    is_exiting: bool,
}

impl Crew {
    const fn new() -> Crew {
        Crew {
            waiting: VecDeque::new(),
            threads: 0,
            idle: 0,
            running: 0,
            threads_max: 0,
            process: 0,
            is_exiting: false,
        }
    }

    fn threads_max(&self) -> usize {
        if self.threads_max > 0 {
            return self.threads_max;
        }
        let processors = thread::available_parallelism().map_or(1, usize::from);
        (processors / (memo_torch::threads() as usize).max(1)).max(1)
    }
}

/// Sets how many threads one op may use, and how many models run at once in the background; 0 leaves
/// a number as it is. To be called before models run.
#[unsafe(no_mangle)]
pub extern "C" fn memo_torch_set_threads(of_op: u32, at_once: u32) -> i32 {
    entry(|| {
        if of_op > 0 {
            memo_torch::set_threads(of_op).map_err(|error| refused(&error))?;
            OP_THREADS.store(of_op, Ordering::Relaxed);
        }
        if at_once > 0 {
            crew().threads_max = at_once as usize;
        }
        Ok(())
    })
}

/// Has a run done by the next thread that is idle. Where the system gives no thread, here and now.
pub(crate) fn take(run: Arc<Run>) {
    static WATCH: Once = Once::new();
    // SAFETY: the library is never unloaded, so that the function stays.
    WATCH.call_once(|| _ = unsafe { libc::atexit(at_exit) });
    let mut crew = crew();
    crew.process = process::id();
    crew.waiting.push_back(run);
    if crew.idle >= crew.waiting.len() || crew.threads >= crew.threads_max() {
        WORKERS.came.notify_one();
        return;
    }
    crew.threads += 1;
    drop(crew);
    let started = thread::Builder::new().name("memo-worker".to_owned()).spawn(work);
    if started.is_err() {
        work_here();
    }
}

#[cold]
fn work_here() {
    let mut crew = crew();
    crew.threads -= 1;
    let waiting = if crew.threads == 0 { crew.waiting.pop_back() } else { None };
    drop(crew);
    if let Some(run) = waiting {
        run.work();
    }
}

fn work() {
    loop {
        let run = next();
        let wanted = OP_THREADS.load(Ordering::Relaxed);
        if wanted > 0 && memo_torch::threads() != wanted {
            // Was taken before, on the thread that set it.
            let _ = memo_torch::set_threads(wanted);
        }
        run.work();
        crew().running -= 1;
        WORKERS.ended.notify_all();
    }
}

fn next() -> Arc<Run> {
    let mut crew = crew();
    loop {
        if !crew.is_exiting
            && let Some(run) = crew.waiting.pop_front()
        {
            crew.running += 1;
            return run;
        }
        crew.idle += 1;
        crew = WORKERS.came.wait(crew).unwrap_or_else(PoisonError::into_inner);
        crew.idle -= 1;
    }
}

extern "C" fn at_exit() {
    let mut crew = crew();
    crew.is_exiting = true;
    if crew.process == process::id() {
        let waited = WORKERS.ended.wait_timeout_while(crew, EXIT_MAX, |crew| crew.running > 0);
        drop(waited);
    }
}

fn crew() -> MutexGuard<'static, Crew> {
    WORKERS.crew.lock().unwrap_or_else(PoisonError::into_inner)
}
