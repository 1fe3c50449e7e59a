//! The problems that callers have open.

use std::sync::Arc;

use memo_malloc::Problem;
use memo_malloc::model::TieredProblem;

use memo_edge::Failure;
use memo_edge::Handles;

static PROBLEMS: Handles<Kept> = Handles::new();

/// A problem of one arena, or of several.
#[derive(Debug)]
pub(crate) enum Kept {
    One(Problem),
    Tiered(TieredProblem),
}

impl Kept {
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
        match self {
            Kept::One(problem) => problem,
            Kept::Tiered(problem) => problem.problem(),
        }
    }

    pub(crate) fn one(&self) -> Result<&Problem, Failure> {
        match self {
            Kept::One(problem) => Ok(problem),
            Kept::Tiered(_) => Err(Failure::bad_argument("the problem has tiers")),
        }
    }

    pub(crate) fn tiered(&self) -> Result<&TieredProblem, Failure> {
        match self {
            Kept::One(_) => Err(Failure::bad_argument("the problem has no tiers")),
            Kept::Tiered(problem) => Ok(problem),
        }
    }
}
