//! First fit in a fixed order: each buffer goes to the lowest place that is free in all of its
//! lifetime.
//!
//! Large things first leaves the small ones to fill the holes. By size is optimal on most inference
//! traces; by area (size × duration) and by duration do better where long-lived buffers matter; by
//! start is what an allocator would do that sees the run as it comes. Ties fall to the longer or
//! larger buffer, then to the smaller index, so that the plan is always the same.
//! Cost: see [`fit`](super::fit). Source: the `GreedyMemoryPlanner` of TFLM (by size).

use std::cmp::Reverse;

use super::Planner;
use super::fit::{Rule, place_in_order, plan_of};
use crate::analysis::refute;
use crate::limits::Limits;
use crate::model::{Buffer, BufferIdx, Error, Outcome, Problem};

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
        let (offsets, reason) =
            place_in_order(problem, &self.order(problem), Rule::FirstFit, &deadline);
        Ok(Outcome::stopped(plan_of(problem, offsets), problem.capacity(), reason))
    }
}

impl Greedy {
    fn order(self, problem: &Problem) -> Vec<BufferIdx> {
        let mut order: Vec<(BufferIdx, &Buffer)> = problem.iter().collect();
        let size = |b: &Buffer| Reverse(b.size);
        let duration = |b: &Buffer| Reverse(b.lifetime.duration());
        let area = |b: &Buffer| Reverse(u128::from(b.size) * u128::from(b.lifetime.duration()));
        // The sort is stable: what is equal stays in the order of the indices.
        match self {
            Greedy::BySize => order.sort_by_key(|(_, b)| (size(b), duration(b))),
            Greedy::ByArea => order.sort_by_key(|(_, b)| (area(b), size(b))),
            Greedy::ByDuration => order.sort_by_key(|(_, b)| (duration(b), size(b))),
            Greedy::ByStart => order.sort_by_key(|(_, b)| (b.lifetime.start, size(b))),
        }
        order.into_iter().map(|(idx, _)| idx).collect()
    }
}
