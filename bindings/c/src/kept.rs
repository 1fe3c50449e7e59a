//! The problems that callers have open.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use memo_malloc::model::TieredProblem;
use memo_malloc::{Limits, Problem};

use memo_edge::Failure;
use memo_edge::Handles;

static PROBLEMS: Handles<Kept> = Handles::new();

/// A problem, and how it is to be planned.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) asked: Asked,
    /// How many may work at once.
    threads: AtomicU32,
}

/// A problem of one arena, or of several.
#[derive(Debug, Clone)]
pub(crate) enum Asked {
    One(Problem),
    Tiered(TieredProblem),
}

impl Kept {
    /// Until told otherwise, planned by one thread.
    pub(crate) fn new(asked: Asked) -> Kept {
        Kept { asked, threads: AtomicU32::new(1) }
    }

    /// Another problem in place of this one.
    pub(crate) fn with(&self, asked: Asked) -> Kept {
        Kept { asked, threads: AtomicU32::new(self.threads()) }
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

    pub(crate) fn replace(self, handle: u32) -> Result<(), Failure> {
        PROBLEMS.replace(handle, self)
    }

    /// The buffers, whatever the tiers.
    pub(crate) fn buffers(&self) -> &Problem {
        match &self.asked {
            Asked::One(problem) => problem,
            Asked::Tiered(problem) => problem.problem(),
        }
    }

    pub(crate) fn one(&self) -> Result<&Problem, Failure> {
        match &self.asked {
            Asked::One(problem) => Ok(problem),
            Asked::Tiered(_) => Err(Failure::bad_argument("the problem has tiers")),
        }
    }

    pub(crate) fn tiered(&self) -> Result<&TieredProblem, Failure> {
        match &self.asked {
            Asked::One(_) => Err(Failure::bad_argument("the problem has no tiers")),
            Asked::Tiered(problem) => Ok(problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_many_may_work_stays_when_the_problem_changes() {
        let problem = || Asked::One(Problem::new(Vec::new()).unwrap());
        let kept = Kept::new(problem());
        assert_eq!(kept.limits(f64::INFINITY).unwrap().threads, 1);
        kept.let_work(2);
        for seconds in [f64::INFINITY, 3.0] {
            assert_eq!(kept.with(problem()).limits(seconds).unwrap().threads, 2);
        }
    }
}
