//! Best fit: each buffer goes to the smallest hole that has room for it, largest buffer first.
//!
//! A small hole that is filled leaves the large ones to buffers that need them; where first fit
//! breaks a large hole from below, best fit keeps it. Among holes of one size the lowest is taken,
//! and when no hole is large enough the buffer goes on top. Cost: see [`fit`](super::fit); unlike
//! first fit it must look at every hole. Source: Pisarchyk and Lee, *Efficient Memory
//! Management for Deep Neural Net Inference*, 2020 (greedy by size for offset calculation).

use super::Planner;
use super::fit::{Rule, fitted};
use super::order::Order;
use crate::analysis::refute;
use crate::limits::Limits;
use crate::model::{Error, Outcome, Problem};

/// Smallest hole that fits, largest buffer first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BestFit;

impl Planner for BestFit {
    fn name(&self) -> &'static str {
        "best_fit"
    }

    fn plan(&self, problem: &Problem, limits: &Limits) -> Result<Outcome, Error> {
        let deadline = limits.start();
        if let Some(refutation) = refute(problem) {
            return Ok(Outcome::Infeasible(refutation));
        }
        let (plan, reason) = fitted(problem, Order::Size, Rule::BestFit, &deadline);
        Ok(Outcome::stopped(plan, problem.capacity(), reason))
    }
}
