//! The problems that callers have open.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use memo_malloc::model::TieredProblem;
use memo_malloc::{Code, Limits, Problem};

use memo_edge::Failure;
use memo_edge::Handles;

static PROBLEMS: Handles<Kept> = Handles::new();

/// A problem, and how it is to be planned.
pub(crate) struct Kept {
    /// Made when it is first asked for, on the thread that asks.
    asked: OnceLock<Result<Asked, Failure>>,
    /// What makes it; none once it does.
    making: Mutex<Option<Making>>,
    /// How many may work at once.
    threads: AtomicU32,
}

type Making = Box<dyn FnOnce() -> Result<Asked, Failure> + Send>;

/// A problem of one arena, or of several.
#[derive(Debug, Clone)]
pub(crate) enum Asked {
    One(Problem),
    Tiered(TieredProblem),
}

impl Kept {
    /// Until told otherwise, planned by one thread.
    pub(crate) fn new(asked: Asked) -> Kept {
        let asked = OnceLock::from(Ok(asked));
        Kept { asked, making: Mutex::new(None), threads: AtomicU32::new(1) }
    }

    /// One whose problem is not made yet.
    pub(crate) fn later(make: impl FnOnce() -> Result<Asked, Failure> + Send + 'static) -> Kept {
        let making = Mutex::new(Some(Box::new(make) as Making));
        Kept { asked: OnceLock::new(), making, threads: AtomicU32::new(1) }
    }

    /// Changes the problem of this handle: now, or when it is made.
    pub(crate) fn change(
        handle: u32,
        change: impl FnOnce(Asked) -> Result<Asked, Failure> + Send + 'static,
    ) -> Result<(), Failure> {
        let before = Kept::get(handle)?;
        let threads = before.threads();
        let after = if before.asked.get().is_some() {
            Kept::new(change(before.asked()?.clone())?)
        } else {
            Kept::later(move || change(Kept::taken(before)?))
        };
        after.let_work(threads);
        PROBLEMS.replace(handle, after)
    }

    /// The problem itself where nobody else has it, else a copy.
    fn taken(kept: Arc<Kept>) -> Result<Asked, Failure> {
        kept.asked()?;
        match Arc::try_unwrap(kept) {
            Ok(Kept { asked, .. }) => asked.into_inner().unwrap_or_else(|| Err(unmade())),
            Err(shared) => shared.asked().cloned(),
        }
    }

    /// The problem, which this may make.
    pub(crate) fn asked(&self) -> Result<&Asked, Failure> {
        let asked = self.asked.get_or_init(|| {
            let making = self.making.lock().ok().and_then(|mut making| making.take());
            making.map_or_else(|| Err(unmade()), |make| make())
        });
        asked.as_ref().map_err(Clone::clone)
    }

    pub(crate) fn let_work(&self, threads: u32) {
        // Relaxed, here and below: the number carries no data with it.
        self.threads.store(threads, Ordering::Relaxed);
    }

    fn threads(&self) -> u32 {
        self.threads.load(Ordering::Relaxed)
    }

    /// How long a planner may take, INFINITY for as long as it likes, and with how many threads.
    pub(crate) fn limits(&self, seconds: f64) -> Result<Limits, Failure> {
        let threads = self.threads() as usize;
        if seconds == f64::INFINITY {
            return Ok(Limits { threads, ..Limits::default() });
        }
        let time = Duration::try_from_secs_f64(seconds).map_err(|_| {
            Failure::bad_argument(format!("time limit {seconds:?} must be from 0 to 1e19 seconds"))
        })?;
        Ok(Limits { threads, ..Limits::time(time) })
    }

    pub(crate) fn open(self) -> Result<u32, Failure> {
        PROBLEMS.open(self)
    }

    pub(crate) fn get(handle: u32) -> Result<Arc<Kept>, Failure> {
        PROBLEMS.get(handle)
    }

    pub(crate) fn close(handle: u32) -> Result<(), Failure> {
        PROBLEMS.close(handle)
    }

    /// The buffers, whatever the tiers.
    pub(crate) fn buffers(&self) -> Result<&Problem, Failure> {
        Ok(match self.asked()? {
            Asked::One(problem) => problem,
            Asked::Tiered(problem) => problem.problem(),
        })
    }

    pub(crate) fn one(&self) -> Result<&Problem, Failure> {
        match self.asked()? {
            Asked::One(problem) => Ok(problem),
            Asked::Tiered(_) => Err(has_tiers()),
        }
    }

    pub(crate) fn tiered(&self) -> Result<&TieredProblem, Failure> {
        match self.asked()? {
            Asked::One(_) => Err(has_no_tiers()),
            Asked::Tiered(problem) => Ok(problem),
        }
    }
}

impl Asked {
    pub(crate) fn into_one(self) -> Result<Problem, Failure> {
        match self {
            Asked::One(problem) => Ok(problem),
            Asked::Tiered(_) => Err(has_tiers()),
        }
    }

    /// The buffers, whatever the tiers.
    pub(crate) fn into_buffers(self) -> Problem {
        match self {
            Asked::One(problem) => problem,
            Asked::Tiered(problem) => problem.problem().clone(),
        }
    }
}

pub(crate) fn has_tiers() -> Failure {
    Failure::bad_argument("the problem has tiers")
}

pub(crate) fn has_no_tiers() -> Failure {
    Failure::bad_argument("the problem has no tiers")
}

/// Only where making it has panicked before.
fn unmade() -> Failure {
    Failure::new(Code::Internal, "the problem could not be made")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_many_may_work_stays_when_the_problem_changes() {
        let problem = || Asked::One(Problem::new(Vec::new()).unwrap());
        for kept in [Kept::new(problem()), Kept::later(move || Ok(problem()))] {
            assert_eq!(kept.limits(f64::INFINITY).unwrap().threads, 1);
            kept.let_work(2);
            let handle = kept.open().unwrap();
            Kept::change(handle, Ok).unwrap();
            for seconds in [f64::INFINITY, 3.0] {
                assert_eq!(Kept::get(handle).unwrap().limits(seconds).unwrap().threads, 2);
            }
            Kept::close(handle).unwrap();
        }
    }

    #[test]
    fn a_problem_is_made_once_by_who_asks_first() {
        let (tell, told) = std::sync::mpsc::channel();
        let make = move || {
            tell.send(std::thread::current().id()).unwrap();
            Ok(Asked::One(Problem::new(Vec::new())?))
        };
        let handle = Kept::later(make).open().unwrap();
        Kept::change(handle, |asked| Ok(Asked::One(asked.into_one()?.with_capacity(Some(7)))))
            .unwrap();
        let kept = Kept::get(handle).unwrap();
        assert!(told.try_recv().is_err());
        std::thread::scope(|scope| {
            let asking = scope.spawn(|| {
                assert_eq!(kept.one().unwrap().capacity(), Some(7));
                std::thread::current().id()
            });
            assert_eq!(told.recv().unwrap(), asking.join().unwrap());
        });
        assert_eq!(kept.one().unwrap().capacity(), Some(7));
        assert!(told.try_recv().is_err());
        Kept::close(handle).unwrap();
    }

    #[test]
    fn a_problem_whose_making_panicked_is_a_failure() {
        let kept = Kept::later(|| panic!("broken"));
        let asked =
            || std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| kept.one().is_err()));
        assert!(asked().is_err());
        assert!(asked().unwrap());
    }
}
