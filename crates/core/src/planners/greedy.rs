//! First fit in a fixed order: each buffer goes to the lowest place that is free in all of its
//! lifetime.
//!
//! Large things first leaves the small ones to fill the holes. By size is optimal on most inference
//! traces; by area (size × duration) and by duration do better where long-lived buffers matter; by
//! start is what an allocator would do that sees the run as it comes.
//! Cost: see [`fit`](super::fit). Source: the `GreedyMemoryPlanner` of TFLM (by size).

use super::Planner;
use super::fit::{Rule, fitted};
use super::order::Order;
use crate::analysis::refute;
use crate::limits::Limits;
use crate::model::{Error, Outcome, Problem};

/// First fit in one of four orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greedy {
    /// Largest first.
    BySize,
    /// Largest size × duration first.
    ByArea,
    /// Longest-lived first.
    ByDuration,
    /// In the order of the run.
    ByStart,
}

impl Planner for Greedy {
    fn name(&self) -> &'static str {
        match self {
            Greedy::BySize => "greedy_by_size",
            Greedy::ByArea => "greedy_by_area",
            Greedy::ByDuration => "greedy_by_duration",
            Greedy::ByStart => "greedy_by_start",
        }
    }

    fn plan(&self, problem: &Problem, limits: &Limits) -> Result<Outcome, Error> {
        let deadline = limits.start();
        if let Some(refutation) = refute(problem) {
            return Ok(Outcome::Infeasible(refutation));
        }
        let (plan, reason) = fitted(problem, self.order(), Rule::FirstFit, &deadline);
        Ok(Outcome::stopped(plan, problem.capacity(), reason))
    }
}

impl Greedy {
    fn order(self) -> Order {
        match self {
            Greedy::BySize => Order::Size,
            Greedy::ByArea => Order::Area,
            Greedy::ByDuration => Order::Duration,
            Greedy::ByStart => Order::Start,
        }
    }
}
