//! Exact planning as an integer linear program, for tens of buffers.
//!
//! First fit gives a plan to beat. The [`model`] then asks a solver for the smallest peak below it
//! (and within the capacity): no solution proves the first plan optimal, or the capacity too small.
//! A solver computes with rounding errors, so its offsets are used as an order only: placing the
//! buffers first fit in that order can only move each of them down, and makes every offset exact.
//! A peak above the one claimed is a failure of the solver, never a plan.
//!
//! The solver runs on a thread of its own, because it looks at the clock rarely and at no flag: at a
//! limit it is left behind, to end at its own time limit or with the process.
//! Cost: exponential in the number of conflicts. Source: Sekiyama et al., *Profile-guided memory
//! optimization for deep neural networks*, 2018, with the incumbent as the big constant.

mod model;
mod units;

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use self::model::{Answer, Model};
use self::units::Unit;
use super::Planner;
use super::fit::{Rule, judge, place_in_order, plan_of};
use super::order::Order;
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
        let count = problem.len();
        if count > BUFFERS_MAX {
            return Err(Error::TooBigForPlanner { planner: NAME, count, max: BUFFERS_MAX });
        }
        let (first, reason) = first_fit(problem, &deadline);
        if first.is_optimal() || reason.is_some() {
            return Ok(Outcome::stopped(first, problem.capacity(), reason));
        }
        let unit = Unit::of(problem);
        let limit = problem.capacity().unwrap_or(Bytes::MAX).min(first.peak - unit.peak_step);
        let limit = limit - limit % unit.peak_step;
        let model = Model::new(problem, unit, first.lower_bound, limit)?;
        match solve(model, &deadline)? {
            Solved::Answer(Answer::Placed { offsets, optimum }) => {
                let optimum = optimum.map(|units| unit.peak(units));
                improved(problem, first, &offsets, optimum)
            }
            Solved::Answer(Answer::Nothing) => Ok(nothing_up_to(limit, problem, first, unit)),
            Solved::Answer(Answer::Failed(message)) => {
                Err(Error::SolverFailed { planner: NAME, message })
            }
            Solved::Answer(Answer::Stopped) => {
                Ok(Outcome::stopped(first, problem.capacity(), Some(Reason::TimeLimit)))
            }
            Solved::LeftBehind(reason) => {
                Ok(Outcome::stopped(first, problem.capacity(), Some(reason)))
            }
        }
    }
}

/// The best of first fit in all orders.
fn first_fit(problem: &Problem, deadline: &Deadline) -> (Plan, Option<Reason>) {
    let plan = |order: Order| {
        let order = order.of(problem);
        let (offsets, reason) = place_in_order(problem, &order, Rule::FirstFit, deadline);
        (plan_of(problem, offsets), reason)
    };
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
    let failed = |message: String| Error::SolverFailed { planner: NAME, message };
    let (sender, receiver) = sync_channel(1);
    // A tenth is kept for the solver to notice and hand over the best it has.
    let limits = Limits { time: deadline.remaining().map(|time| time * 9 / 10), cancel: None };
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

/// Places the buffers in the order of the solver's offsets and compares with what it claimed.
fn improved(
    problem: &Problem,
    first: Plan,
    offsets: &[f64],
    optimum: Option<Bytes>,
) -> Result<Outcome, Error> {
    let mut order: Vec<(f64, BufferIdx)> =
        offsets.iter().copied().zip(model::sized(problem).map(|(idx, _)| idx)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let order: Vec<BufferIdx> = order.into_iter().map(|(_, idx)| idx).collect();
    let unlimited = Limits::default().start();
    let (offsets, _) = place_in_order(problem, &order, Rule::FirstFit, &unlimited);
    let plan = plan_of(problem, offsets);
    judge(problem, &plan)?;
    match optimum {
        Some(optimum) if plan.peak == optimum => Ok(Outcome::Optimal(proven(plan))),
        Some(optimum) => Err(Error::SolverFailed {
            planner: NAME,
            message: format!("it claims a peak of {optimum}, its offsets have {}", plan.peak),
        }),
        None => {
            let best = if plan.peak < first.peak { plan } else { first };
            Ok(Outcome::stopped(best, problem.capacity(), Some(Reason::TimeLimit)))
        }
    }
}

/// The search for a peak up to the limit ended without one.
fn nothing_up_to(limit: Bytes, problem: &Problem, first: Plan, unit: Unit) -> Outcome {
    match problem.capacity() {
        Some(capacity) if first.peak > capacity => Outcome::Infeasible(Refutation {
            lower_bound: limit + unit.peak_step,
            certificate: Certificate::FinishedSearch,
            cause: RefutationCause::Capacity { capacity },
        }),
        _ => Outcome::Optimal(proven(first)),
    }
}

/// The plan, known to have the smallest peak. The certificate of an equal load is kept: anybody can
/// check that one.
fn proven(plan: Plan) -> Plan {
    if plan.is_optimal() {
        return plan;
    }
    Plan { lower_bound: plan.peak, certificate: Certificate::FinishedSearch, ..plan }
}
