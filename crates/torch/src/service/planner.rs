//! The background thread: plans what was recorded, saves the plans, gives unused slabs back. On Linux
//! it has a lower priority: what serves goes first.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use memo_malloc::arena::{Pool, Prepared};
use memo_malloc::trace::{Recorder, Trace};
use memo_malloc::{Limits, RunPlan, analysis, planners};

use super::Options;
use super::entry::Entry;
use super::store::Store;
use crate::mode::lock;

/// The handle to it. Without a thread, as where the system gives none, nothing is ever planned.
pub(super) struct Planner {
    tasks: Option<Sender<Task>>,
    /// Recorded runs that are not planned yet.
    pending: Arc<(Mutex<usize>, Condvar)>,
}

enum Task {
    Plan(Arc<Entry>, Box<Recorder>, Pending),
    Stop,
}

/// A recorded run is counted until this is dropped, also with a planner that has stopped.
struct Pending(Arc<(Mutex<usize>, Condvar)>);

impl Pending {
    fn new(pending: &Arc<(Mutex<usize>, Condvar)>) -> Pending {
        *lock(&pending.0) += 1;
        Pending(Arc::clone(pending))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        *lock(&self.0.0) -= 1;
        self.0.1.notify_all();
    }
}

struct Worker {
    limits: Limits,
    pool: Arc<Pool>,
    store: Option<Store>,
}

impl Planner {
    pub(super) fn start(options: &Options, pool: Arc<Pool>, store: Option<Store>) -> Planner {
        let worker = Worker { limits: Limits::time(options.planning_limit), pool, store };
        let (tasks, received) = mpsc::channel();
        let trim_after = options.trim_after.max(Duration::from_millis(1));
        let work = move || {
            come_second();
            loop {
                match received.recv_timeout(trim_after) {
                    Ok(Task::Plan(entry, recorder, pending)) => {
                        worker.plan(&entry, *recorder);
                        drop(pending);
                    }
                    Ok(Task::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                    Err(RecvTimeoutError::Timeout) => drop(worker.pool.trim()),
                }
            }
        };
        let started = thread::Builder::new().name("memo-planner".to_owned()).spawn(work);
        Planner { tasks: started.ok().map(|_| tasks), pending: Arc::default() }
    }

    pub(super) fn plan(&self, entry: &Arc<Entry>, recorder: Recorder) {
        let task = Task::Plan(Arc::clone(entry), Box::new(recorder), Pending::new(&self.pending));
        let sent = self.tasks.as_ref().is_some_and(|tasks| tasks.send(task).is_ok());
        if !sent {
            entry.planned(None);
        }
    }

    pub(super) fn stop(&self) {
        if let Some(tasks) = &self.tasks {
            // An error says that it has stopped.
            let _ = tasks.send(Task::Stop);
        }
    }

    pub(super) fn settle(&self) {
        let (count, all_done) = &*self.pending;
        let pending = all_done.wait_while(lock(count), |count| *count > 0);
        drop(pending.unwrap_or_else(PoisonError::into_inner));
    }
}

fn come_second() {
    // Only there a priority is a thread's own.
    #[cfg(target_os = "linux")]
    // SAFETY: it changes the priority of the calling thread, and nothing else.
    let _ = unsafe { libc::nice(NICE) };
}

/// How much lower the priority of the background thread is: half way down.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

impl Worker {
    fn plan(&self, entry: &Entry, recorder: Recorder) {
        let run_plan = run_plan(recorder.finish(entry.key.clone()), &self.limits);
        if let (Some(store), Some(run_plan)) = (&self.store, &run_plan) {
            store.save(run_plan);
        }
        entry.planned(run_plan.and_then(|run_plan| Prepared::new(run_plan).ok()));
    }
}

/// The plan of a recorded run; `None` if nothing in it can be planned.
fn run_plan(trace: Trace, limits: &Limits) -> Option<RunPlan> {
    let run = analysis::liveness(&trace).ok()?;
    let plan = planners::plan(&run.problem, limits).ok()?.into_plan()?;
    RunPlan::new(trace.key, run.problem, plan, run.requests).ok()
}
