//! Exact planning as an integer linear program, for tens of buffers.
//!
//! First fit gives a plan to beat. The [`model`] then asks a solver for a peak at the lower bound,
//! and after that for the smallest peak below the one known (and within the capacity): no solution
//! raises the lower bound, proves the plan optimal, or the capacity too small.
//! A solver computes with rounding errors, so its offsets are used as an order only: placing the
//! buffers first fit in that order can only move each of them down, and makes every offset exact.
//! A peak above the one claimed is a failure of the solver, never a plan.
//!
//! The solver runs on a thread of its own, because it looks at the clock rarely and at no flag: at a
//! limit it is left behind, to end at its own time limit or with the process.
//! Cost: exponential in the number of conflicts; the default solver takes about a second for 25
//! buffers of one alignment, or for 6 of mixed alignments that all conflict. Source: Sekiyama et al.,
//! *Profile-guided memory optimization for deep neural networks*, 2018, with the incumbent as the
//! big constant.

mod model;
mod things;
mod units;

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use self::model::{Answer, Model};
use self::things::Things;
use self::units::Unit;
use super::Planner;
use super::fit::{Rule, fitted, judge, place_in_order, plan_of};
use super::order::Order;
use super::tied;
use crate::analysis::refute;
use crate::limits::{Deadline, Limits};
use crate::model::{
    BufferIdx, Bytes, Certificate, Error, Outcome, Plan, Problem, Reason, Refutation,
    RefutationCause,
};

/// Smallest peak, proven; or what was reached within the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ilp;

const NAME: &str = "ilp";

/// Most buffers. A model of so many that all conflict has 30,000 binaries and takes the solver
/// seconds to read; far fewer can be solved.
const BUFFERS_MAX: usize = 256;

/// How often a running solver's caller looks at its limits: rarely enough to cost nothing, often
/// enough that a person does not notice.
const POLL: Duration = Duration::from_millis(10);

impl Planner for Ilp {
    fn name(&self) -> &'static str {
        NAME
    }

    fn plan(&self, problem: &Problem, limits: &Limits) -> Result<Outcome, Error> {
        let deadline = limits.start();
        if let Some(refutation) = refute(problem) {
            return Ok(Outcome::Infeasible(refutation));
        }
        super::at_most(BUFFERS_MAX, NAME, problem)?;
        if let Some(outcome) = tied::untied(self, problem, limits) {
            return outcome;
        }
        let (best, reason) = first_fit(problem, &deadline);
        deadline.tell(best.peak, best.lower_bound);
        if best.is_optimal() || reason.is_some() {
            return Ok(Outcome::stopped(best, problem.capacity(), reason));
        }
        let too_big = || super::too_big(BUFFERS_MAX, NAME, problem);
        let things = Things::of(problem).ok_or_else(too_big)?;
        let mut search = Search { problem, things, unit: Unit::of(problem), best };
        let reason = search.run(&deadline)?;
        Ok(search.outcome(reason))
    }
}

/// What is known of a problem: a plan, and in it how much better one could be.
struct Search<'a> {
    problem: &'a Problem,
    things: Things,
    unit: Unit,
    best: Plan,
}

impl Search<'_> {
    /// Most problems have a plan at their lower bound, and a model without room to spare is solved
    /// many times faster; so half of the time goes there first.
    fn run(&mut self, deadline: &Deadline) -> Result<Option<Reason>, Error> {
        let bound = self.best.lower_bound;
        let half = Limits { time: deadline.remaining().map(|time| time / 2), ..deadline.whole() };
        let stopped = self.look_for((bound, bound), &half.start())?;
        if stopped == Some(Reason::Cancelled) {
            return Ok(stopped);
        }
        let better = self.best.peak - self.unit.peak_step;
        let limit = self.problem.capacity().map_or(better, |capacity| capacity.min(better));
        let limit = limit - limit % self.unit.peak_step;
        if limit < self.best.lower_bound {
            return Ok(None);
        }
        self.look_for((self.best.lower_bound, limit), deadline)
    }

    /// Lets the solver look for the smallest peak in a range, and keeps what that tells. The reason
    /// says that the search did not end.
    fn look_for(
        &mut self,
        peaks: (Bytes, Bytes),
        deadline: &Deadline,
    ) -> Result<Option<Reason>, Error> {
        let model = Model::new(&self.things, self.unit, peaks)?;
        match solve(model, deadline)? {
            Solved::Answer(Answer::Placed { offsets, optimum }) => {
                let stopped = self.keep(&offsets, optimum.map(|units| self.unit.peak(units)))?;
                deadline.tell(self.best.peak, self.best.lower_bound);
                Ok(stopped)
            }
            Solved::Answer(Answer::Nothing) => {
                self.best.raise(peaks.1 + self.unit.peak_step, Certificate::FinishedSearch);
                deadline.tell_bound(self.best.lower_bound);
                Ok(None)
            }
            Solved::Answer(Answer::Stopped) => Ok(Some(Reason::TimeLimit)),
            Solved::Answer(Answer::Failed(message)) => Err(failed(message)),
            Solved::LeftBehind(reason) => Ok(Some(reason)),
        }
    }

    /// Places the buffers in the order of the solver's offsets and compares with what it claimed.
    fn keep(&mut self, offsets: &[f64], optimum: Option<Bytes>) -> Result<Option<Reason>, Error> {
        let plan = placed_like(self.problem, &self.things, offsets);
        judge(self.problem, &plan)?;
        let Plan { peak, .. } = plan;
        if peak < self.best.peak {
            self.best = Plan { offsets: plan.offsets, peak, ..self.best };
        }
        match optimum {
            Some(optimum) if optimum == peak => {
                self.best.raise(peak, Certificate::FinishedSearch);
                Ok(None)
            }
            Some(optimum) => {
                Err(failed(format!("it claims a peak of {optimum}, its offsets have {peak}")))
            }
            None => Ok(Some(Reason::TimeLimit)),
        }
    }

    fn outcome(self, reason: Option<Reason>) -> Outcome {
        let Plan { lower_bound, certificate, .. } = self.best;
        match self.problem.capacity() {
            Some(capacity) if capacity < lower_bound => Outcome::Infeasible(Refutation {
                lower_bound,
                certificate,
                cause: RefutationCause::Capacity { capacity },
            }),
            capacity => Outcome::stopped(self.best, capacity, reason),
        }
    }
}

/// The best of first fit in all orders.
fn first_fit(problem: &Problem, deadline: &Deadline) -> (Plan, Option<Reason>) {
    let plan = |order: Order| fitted(problem, order, Rule::FirstFit, deadline);
    let mut best = plan(Order::Size);
    for order in [Order::Area, Order::Duration, Order::Start] {
        if best.0.is_optimal() || best.1.is_some() {
            break;
        }
        let next = plan(order);
        best = if next.0.peak < best.0.peak { next } else { (best.0, next.1) };
    }
    best
}

/// What came of a run of the solver.
enum Solved {
    Answer(Answer),
    LeftBehind(Reason),
}

/// Runs the solver on a thread of its own until it ends or a limit is reached.
fn solve(model: Model, deadline: &Deadline) -> Result<Solved, Error> {
    let (sender, receiver) = sync_channel(1);
    // A tenth is kept for the solver to notice and hand over the best it has.
    let time = deadline.remaining().map(|time| time * 9 / 10);
    let limits = Limits { time, cancel: None, ..deadline.limits() };
    thread::Builder::new()
        .name(NAME.to_owned())
        // Nobody receives when the solver was left behind.
        .spawn(move || drop(sender.send(model.solve(&limits))))
        .map_err(|error| failed(format!("no thread for the solver: {error}")))?;
    loop {
        match receiver.recv_timeout(POLL) {
            Ok(answer) => return Ok(Solved::Answer(answer)),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(failed("the solver panicked".to_owned()));
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Some(reason) = deadline.reached() {
                    return Ok(Solved::LeftBehind(reason));
                }
            }
        }
    }
}

fn failed(message: String) -> Error {
    Error::SolverFailed { planner: NAME, message }
}

/// First fit in the order of these offsets, one for each thing.
fn placed_like(problem: &Problem, things: &Things, offsets: &[f64]) -> Plan {
    let mut order: Vec<(f64, BufferIdx)> =
        offsets.iter().copied().zip(things.placed.iter().map(|&(idx, _)| idx)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let order: Vec<BufferIdx> = order.into_iter().map(|(_, idx)| idx).collect();
    let unlimited = Limits::default().start();
    let (offsets, _) = place_in_order(problem, &order, Rule::FirstFit, &unlimited);
    plan_of(problem, offsets)
}
