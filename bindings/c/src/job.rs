//! Plans made on a thread of their own, for callers that must not wait.
//!
//! No function here waits for the planner, and nothing calls back: a job is started, looked at until
//! it is done, and taken. Closing it asks the planner to stop; its thread ends by itself.

use std::ffi::c_char;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use memo_malloc::limits::{Limits, Progress};
use memo_malloc::model::TieredOutcome;
use memo_malloc::planners::{Planner, by_name, plan_tiered};
use memo_malloc::{Bytes, Code, Outcome};

use crate::columns::column_mut;
use crate::kept::{Asked, Kept, has_no_tiers, has_tiers};
use crate::outcome::MemoOutcome;
use crate::plan::{OutcomeSize, put_outcome};
use crate::spread::{MemoSpread, SpreadColumns, SpreadSize, put_spread};
use memo_edge::{Failure, Handles, entry, rounded, text};

static JOBS: Handles<Job> = Handles::new();

/// How far a job has come.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MemoProgress {
    /// The peak of the best plan so far, over tiers its cost; INFINITY before there is one. Rounded
    /// where it is beyond 2^53: a plan on the way may be larger than any answer can be.
    pub peak: f64,
    /// The largest lower bound proven so far, rounded in the same way.
    pub lower_bound: f64,
    /// 1 when the answer can be taken.
    pub is_done: u32,
    /// Always 0.
    pub reserved: u32,
}

#[derive(Debug, Default)]
struct Job {
    cancel: Arc<AtomicBool>,
    progress: Arc<Progress>,
    answer: OnceLock<Result<Answer, Failure>>,
}

/// An answer, with what it takes room for.
#[derive(Debug)]
enum Answer {
    One(Outcome, OutcomeSize),
    Tiered(TieredOutcome, SpreadSize),
}

impl Answer {
    fn of(asked: &Asked, planner: &dyn Planner, limits: &Limits) -> Result<Answer, Failure> {
        Ok(match asked {
            Asked::One(problem) => {
                Answer::One(planner.plan(problem, limits)?, OutcomeSize::of(problem))
            }
            Asked::Tiered(problem) => {
                Answer::Tiered(plan_tiered(problem, limits)?, SpreadSize::of(problem))
            }
        })
    }

    fn buffers(&self) -> usize {
        match self {
            Answer::One(_, size) => size.buffers,
            Answer::Tiered(_, size) => size.buffers,
        }
    }

    /// Tells what a planner without a search finds only at its end.
    fn tell(&self, progress: &Progress) {
        match self {
            Answer::One(found, _) => {
                let peak = found.plan().map_or(Bytes::MAX, |plan| plan.peak);
                progress.tell(peak, found.lower_bound());
            }
            Answer::Tiered(found, _) => {
                if let Some(plan) = found.plan() {
                    progress.tell(plan.cost, plan.lower_bound);
                }
            }
        }
    }
}

/// Starts to plan an open problem on a thread of its own, on Linux one of lower priority: with
/// `planner` (a name, or NULL for `auto`), or over its tiers, if it has some. `time_limit` is in
/// seconds, INFINITY for none. Writes a handle of the job, to be closed with [`memo_job_close`]; the
/// problem may be closed before.
///
/// # Safety
/// `planner` is NULL or ends in NUL; `job` is valid for a write. Nobody uses them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_job_start(
    problem: u32,
    planner: *const c_char,
    time_limit: f64,
    job: *mut u32,
) -> i32 {
    entry(|| {
        let kept = Kept::get(problem)?;
        // SAFETY: the caller's promise.
        let planner = by_name(unsafe { text("planner", planner) }?.unwrap_or("auto"))?;
        // SAFETY: the caller's promise.
        let handle = unsafe { column_mut("job", job, 1) }?;
        let given = kept.limits(time_limit)?;
        handle[0] = JOBS.open(Job::default())?;
        let job = JOBS.get(handle[0])?;
        let work = move || {
            come_second();
            job.run(&kept, planner, &given);
        };
        thread::Builder::new().name("memo-plan".to_owned()).spawn(work).map_err(|error| {
            // What is open for nobody can always be closed.
            let _ = JOBS.close(handle[0]);
            Failure::new(Code::Internal, format!("no thread to plan on: {error}"))
        })?;
        Ok(())
    })
}

/// Lets threads that wait for a plan, such as an event loop, go before this one and those it starts.
fn come_second() {
    // Only there a priority is a thread's own.
    #[cfg(target_os = "linux")]
    // SAFETY: it changes the priority of the calling thread, and nothing else.
    let _ = unsafe { libc::nice(NICE) };
}

/// How much lower the priority of a thread is that plans: half way down.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

impl Job {
    fn run(&self, kept: &Kept, planner: &dyn Planner, given: &Limits) {
        let limits = Limits {
            cancel: Some(Arc::clone(&self.cancel)),
            progress: Some(Arc::clone(&self.progress)),
            ..given.clone()
        };
        let plan = || Answer::of(kept.asked()?, planner, &limits);
        let answer = catch_unwind(AssertUnwindSafe(plan));
        if let Ok(Ok(answer)) = &answer {
            answer.tell(&self.progress);
        }
        self.answer.get_or_init(|| answer.unwrap_or_else(|panic| Err(Failure::of_panic(&*panic))));
    }

    /// The answer, or why there is none.
    fn answer(&self) -> Result<&Answer, Failure> {
        let answer =
            self.answer.get().ok_or_else(|| Failure::bad_argument("the job is not done"))?;
        answer.as_ref().map_err(Clone::clone)
    }
}

/// Writes how far a job has come.
///
/// # Safety
/// `progress` is valid for a write. Nobody uses it during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_job_progress(job: u32, progress: *mut MemoProgress) -> i32 {
    entry(|| {
        let job = JOBS.get(job)?;
        // SAFETY: the caller's promise.
        let to = unsafe { column_mut("progress", progress, 1) }?;
        // Asked first: what a job that is done has told is then seen in full.
        let is_done = u32::from(job.answer.get().is_some());
        let peak = job.progress.peak();
        to[0] = MemoProgress {
            peak: peak.map_or(f64::INFINITY, rounded),
            lower_bound: rounded(job.progress.lower_bound()),
            is_done,
            reserved: 0,
        };
        Ok(())
    })
}

/// Asks a job to stop: it will soon be done, with the best so far.
#[unsafe(no_mangle)]
pub extern "C" fn memo_job_cancel(job: u32) -> i32 {
    entry(|| {
        // Relaxed: the flag carries no data with it.
        JOBS.get(job)?.cancel.store(true, Ordering::Relaxed);
        Ok(())
    })
}

/// Writes the answer of a job that is done, as `memo_plan` does, or fails as that would have.
///
/// # Safety
/// `offsets` has room for `count` elements; `outcome` is valid for a write. Nobody uses them during
/// the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_job_take(
    job: u32,
    count: u32,
    offsets: *mut f64,
    outcome: *mut MemoOutcome,
) -> i32 {
    entry(|| {
        let job = JOBS.get(job)?;
        let Answer::One(found, size) = job.answer()? else { return Err(has_tiers()) };
        // SAFETY: the caller's promise.
        unsafe { put_outcome(found, *size, count, offsets, outcome) }
    })
}

/// Writes the answer of a job over tiers that is done, as `memo_plan_tiered` does, or fails as that
/// would have.
///
/// # Safety
/// As `memo_plan_tiered`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_job_take_tiered(
    job: u32,
    count: u32,
    tiers: *mut u32,
    offsets: *mut f64,
    tier_count: u32,
    peaks: *mut f64,
    spill_ends: *mut u32,
    spill_steps: *mut u32,
    outcome: *mut MemoSpread,
) -> i32 {
    entry(|| {
        let job = JOBS.get(job)?;
        let columns =
            SpreadColumns { count, tiers, offsets, tier_count, peaks, spill_ends, spill_steps };
        let Answer::Tiered(found, size) = job.answer()? else { return Err(has_no_tiers()) };
        // SAFETY: the caller's promise.
        unsafe { put_spread(found, *size, columns, outcome) }
    })
}

/// Closes a job, done or not. Its handle is refused from then on; a planner at work soon stops.
#[unsafe(no_mangle)]
pub extern "C" fn memo_job_close(job: u32) -> i32 {
    entry(|| {
        let closed = JOBS.get(job)?;
        // Relaxed: as in `memo_job_cancel`.
        closed.cancel.store(true, Ordering::Relaxed);
        JOBS.close(job)?;
        let_go(closed);
        Ok(())
    })
}

/// Frees a large answer where nobody waits for it: that takes milliseconds.
fn let_go(job: Arc<Job>) {
    let is_large = job.answer().is_ok_and(|answer| answer.buffers() > LARGE);
    if is_large {
        // Where there is no thread for it, it is freed here.
        let _ = thread::Builder::new().name("memo-free".to_owned()).spawn(move || drop(job));
    }
}

/// So many buffers are freed in less time than a thread takes to start.
const LARGE: usize = 50_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_on_the_way_may_be_larger_than_a_double_tells() {
        let job = Job::default();
        job.progress.tell((1 << 53) + 1, (1 << 54) + 3);
        let handle = JOBS.open(job).unwrap();
        let mut progress = MemoProgress::default();
        // SAFETY: a reference is valid for a write.
        assert_eq!(unsafe { memo_job_progress(handle, &raw mut progress) }, 0);
        let expected = (2_f64.powi(53), 2_f64.powi(54) + 4.0);
        assert_eq!((progress.peak, progress.lower_bound), expected);
        assert_eq!(memo_job_close(handle), 0);
    }
}
