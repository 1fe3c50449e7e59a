//! The searches that go on from the best plan of the heuristics: exact, and by ejection.
//!
//! One proves, the other comes close where nothing is proven in time. With two threads they run side
//! by side, else one after the other.
//!
//! ```text
//! limited by        side by side                          one after the other
//! time alone        share the smallest peak; the first    exact has three quarters of the time, as a
//!                   at the goal ends the other            proof takes longer; ejection goes on
//! nodes, nothing    share nothing; an answer of exact     both begin with the same plan, ejection if
//!                   ends the other                        exact has no answer
//! ```
//! In the second row either way gives the same plan, and so does any number of threads: what exact
//! answers is the answer, else the smaller peak counts, that of exact if they are equal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::limits::{Deadline, Limits};
use crate::model::{GaveUp, Outcome, Plan, Problem, Reason};
use crate::planners::race::Race;
use crate::planners::{Exact, Lns};

/// Moves of an exact search without limits: about a second. The public hard instances that are ever
/// solved to their bound need less than half of it.
const MOVES_MAX: u64 = 1 << 19;

/// What the searches begin with.
pub(super) struct Task<'a> {
    pub(super) problem: &'a Problem,
    pub(super) first: Plan,
    pub(super) deadline: &'a Deadline,
}

impl Task<'_> {
    /// The answer of the exact search, or the better plan of both.
    pub(super) fn search(self) -> Outcome {
        if !Lns::takes(self.problem) {
            return self.exact(self.deadline, &Race::new());
        }
        let together = if self.deadline.limits().threads > 1 { self.side_by_side() } else { None };
        together.unwrap_or_else(|| self.in_turns())
    }

    /// Only the search by ejection.
    pub(super) fn eject(self) -> Outcome {
        self.ejection(self.first.clone(), self.deadline, &Race::new())
    }

    fn in_turns(&self) -> Outcome {
        let limits = self.deadline.whole();
        let time = if self.is_timed() { limits.time.map(|time| time / 4 * 3) } else { limits.time };
        let by_exact = self.exact(&Limits { time, ..limits }.start(), &Race::new());
        if self.is_answer(&by_exact) || self.deadline.reached() == Some(Reason::Cancelled) {
            return by_exact;
        }
        let best = by_exact.plan().filter(|_| self.is_timed());
        let first = best.unwrap_or(&self.first).clone();
        self.better(by_exact, self.ejection(first, self.deadline, &Race::new()))
    }

    /// Nothing if there is no other thread to be had.
    fn side_by_side(&self) -> Option<Outcome> {
        let over = Arc::new(AtomicBool::new(false));
        let deadline = self.deadline.until(&over);
        let (race, own) = (Race::new(), Race::new());
        let shared = if self.is_timed() { &race } else { &own };
        let eject = || {
            let outcome = self.ejection(self.first.clone(), &deadline, shared);
            if self.is_end(&outcome) {
                over.store(true, Ordering::Relaxed);
            }
            outcome
        };
        thread::scope(|scope| {
            let ejection = thread::Builder::new().spawn_scoped(scope, eject).ok()?;
            let by_exact = self.exact(&deadline, &race);
            let is_answer = self.is_answer(&by_exact);
            if is_answer || self.is_end(&by_exact) {
                over.store(true, Ordering::Relaxed);
            }
            let by_ejection = ejection.join().unwrap_or_else(|e| std::panic::resume_unwind(e));
            Some(if is_answer { by_exact } else { self.better(by_exact, by_ejection) })
        })
    }

    /// Whether time is all that limits the searches, so that they may depend on each other.
    fn is_timed(&self) -> bool {
        let limits = self.deadline.limits();
        limits.time.is_some() && limits.nodes.is_none()
    }

    /// A search that spent a budget of its own has reached no limit that anybody set: its plan is as
    /// feasible as that of a heuristic.
    fn exact(&self, deadline: &Deadline, race: &Race) -> Outcome {
        let is_unlimited = super::is_unlimited(&self.deadline.limits());
        let deadline = if is_unlimited { deadline.with_nodes(MOVES_MAX) } else { deadline.clone() };
        match Exact::default().improve(self.problem, self.first.clone(), &deadline, race) {
            Outcome::GaveUp(GaveUp { best: Some(best), reason: Reason::NodeLimit, .. })
                if is_unlimited =>
            {
                Outcome::of(best, self.problem.capacity())
            }
            outcome => outcome,
        }
    }

    fn ejection(&self, first: Plan, deadline: &Deadline, race: &Race) -> Outcome {
        Lns::improve(self.problem, first, deadline, race)
    }

    /// Whether nothing is left to be found.
    fn is_answer(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Optimal(_) | Outcome::Infeasible(_) => true,
            Outcome::Feasible(_) => self.problem.capacity().is_some(),
            Outcome::GaveUp(_) => false,
        }
    }

    /// Whether a search that shares what it knows got to the end of its work, or found that the other
    /// had done it.
    fn is_end(&self, outcome: &Outcome) -> bool {
        self.is_timed() && !matches!(outcome, Outcome::GaveUp(_))
    }

    /// The plan with the smaller peak and the bound that the exact search has proven; it ended with
    /// the reason that the other did.
    fn better(&self, by_exact: Outcome, by_ejection: Outcome) -> Outcome {
        let (lower_bound, certificate) = (by_exact.lower_bound(), by_exact.certificate());
        let stopped = match &by_ejection {
            Outcome::GaveUp(gave_up) => Some(gave_up.reason),
            _ => None,
        };
        let plans = [by_exact, by_ejection].into_iter().filter_map(Outcome::into_plan);
        // The first of equals.
        let Some(mut best) = plans.min_by_key(|plan| plan.peak) else {
            unreachable!("both begin with a plan")
        };
        best.raise(lower_bound, certificate);
        Outcome::stopped(best, self.problem.capacity(), stopped)
    }
}
