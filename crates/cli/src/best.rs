//! The best plan of a problem, for verbs that look at a plan without writing it.

use std::time::Duration;

use memo_malloc::{Plan, Problem, planners};

use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt;
use crate::progress::while_working;

/// The best plan whatever the capacity; none where the pins exclude any.
pub(crate) fn best_plan(
    problem: &Problem,
    time: Option<Duration>,
    console: &Console,
) -> Result<Option<Plan>, Failure> {
    let unlimited = problem.clone().with_capacity(None);
    let limits = interrupt::limits(time)?;
    let doing = format!("planning {} buffers", problem.len());
    let outcome = while_working(console, &doing, time, || planners::plan(&unlimited, &limits))?;
    Ok(outcome.into_plan())
}
