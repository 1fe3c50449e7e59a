//! What a planner can say.

use super::{BufferIdx, Bytes, Certificate, Plan};

/// The answer of a planner to a problem it could read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A plan within the capacity whose peak equals its lower bound.
    Optimal(Plan),
    /// A plan within the capacity; a smaller peak may exist.
    Feasible(Plan),
    /// Proven: no plan fits the capacity, the pins and the ties.
    Infeasible(Refutation),
    /// Neither a plan that was asked for nor a proof that there is none, within the limits.
    GaveUp(GaveUp),
}

/// The proof that no plan exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refutation {
    /// No plan of the buffers needs less than this, whatever the capacity.
    pub lower_bound: Bytes,
    /// How that bound was proven.
    pub certificate: Certificate,
    /// What makes a plan impossible.
    pub cause: RefutationCause,
}

/// What makes a plan impossible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefutationCause {
    /// The lower bound exceeds the capacity.
    Capacity {
        /// The most bytes a plan could use.
        capacity: Bytes,
    },
    /// This pinned buffer ends beyond the capacity.
    PinOverCapacity {
        /// The pinned buffer.
        buffer: BufferIdx,
    },
    /// Two pinned buffers conflict, or are to be kept apart, and share bytes. Pinned is also what
    /// shares its offset with a pinned buffer.
    PinsCollide {
        /// The pinned buffer with the smaller index.
        first: BufferIdx,
        /// The other.
        second: BufferIdx,
    },
    /// Two buffers must share their offset, and cannot: their pins differ, the alignment of one
    /// forbids the pin of the other, or they must be kept apart.
    TiesContradict {
        /// The buffer with the smaller index.
        first: BufferIdx,
        /// The other.
        second: BufferIdx,
    },
}

impl RefutationCause {
    /// The name used in files and at language edges.
    pub fn name(self) -> &'static str {
        match self {
            RefutationCause::Capacity { .. } => "capacity",
            RefutationCause::PinOverCapacity { .. } => "pin-over-capacity",
            RefutationCause::PinsCollide { .. } => "pins-collide",
            RefutationCause::TiesContradict { .. } => "ties-contradict",
        }
    }
}

/// The best that was found before a limit was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GaveUp {
    /// A plan that is valid in all but, maybe, the capacity.
    pub best: Option<Plan>,
    /// No plan needs less than this.
    pub lower_bound: Bytes,
    /// How that bound was proven.
    pub certificate: Certificate,
    /// Which limit was reached.
    pub reason: Reason,
}

/// Which limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The method has done all it can: a heuristic is no proof.
    Heuristic,
    /// The time limit.
    TimeLimit,
    /// The most moves a search may make.
    NodeLimit,
    /// Somebody asked it to stop.
    Cancelled,
}

impl Reason {
    /// The name used in files and at language edges.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Heuristic => "heuristic",
            Reason::TimeLimit => "time-limit",
            Reason::NodeLimit => "node-limit",
            Reason::Cancelled => "cancelled",
        }
    }
}

/// An [`Outcome`] without what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// See [`Outcome::Optimal`].
    Optimal,
    /// See [`Outcome::Feasible`].
    Feasible,
    /// See [`Outcome::Infeasible`].
    Infeasible,
    /// See [`Outcome::GaveUp`].
    GaveUp,
}

impl Status {
    /// The name used in files and at language edges.
    pub fn name(self) -> &'static str {
        match self {
            Status::Optimal => "optimal",
            Status::Feasible => "feasible",
            Status::Infeasible => "infeasible",
            Status::GaveUp => "gave-up",
        }
    }
}

impl Outcome {
    /// What a finished heuristic says of its plan: optimal, feasible, or gave up above the capacity.
    pub fn of(plan: Plan, capacity: Option<Bytes>) -> Outcome {
        Outcome::stopped(plan, capacity, None)
    }

    /// What a planner that a limit may have stopped says of its best plan. A plan at its lower
    /// bound is optimal even so.
    pub fn stopped(plan: Plan, capacity: Option<Bytes>, reason: Option<Reason>) -> Outcome {
        let fits = capacity.is_none_or(|capacity| plan.peak <= capacity);
        match reason {
            _ if fits && plan.is_optimal() => Outcome::Optimal(plan),
            None if fits => Outcome::Feasible(plan),
            _ => Outcome::GaveUp(GaveUp {
                lower_bound: plan.lower_bound,
                certificate: plan.certificate,
                best: Some(plan),
                reason: reason.unwrap_or(Reason::Heuristic),
            }),
        }
    }

    /// Which of the four it is.
    pub fn status(&self) -> Status {
        match self {
            Outcome::Optimal(_) => Status::Optimal,
            Outcome::Feasible(_) => Status::Feasible,
            Outcome::Infeasible(_) => Status::Infeasible,
            Outcome::GaveUp(_) => Status::GaveUp,
        }
    }

    /// The best plan known, which after [`Outcome::GaveUp`] may exceed the capacity.
    pub fn plan(&self) -> Option<&Plan> {
        match self {
            Outcome::Optimal(plan) | Outcome::Feasible(plan) => Some(plan),
            Outcome::Infeasible(_) => None,
            Outcome::GaveUp(gave_up) => gave_up.best.as_ref(),
        }
    }

    /// As [`Outcome::plan`], by value.
    pub fn into_plan(self) -> Option<Plan> {
        match self {
            Outcome::Optimal(plan) | Outcome::Feasible(plan) => Some(plan),
            Outcome::Infeasible(_) => None,
            Outcome::GaveUp(gave_up) => gave_up.best,
        }
    }

    /// No plan of the buffers needs less than this.
    pub fn lower_bound(&self) -> Bytes {
        match self {
            Outcome::Optimal(plan) | Outcome::Feasible(plan) => plan.lower_bound,
            Outcome::Infeasible(refutation) => refutation.lower_bound,
            Outcome::GaveUp(gave_up) => gave_up.lower_bound,
        }
    }

    /// How the lower bound was proven.
    pub fn certificate(&self) -> Certificate {
        match self {
            Outcome::Optimal(plan) | Outcome::Feasible(plan) => plan.certificate,
            Outcome::Infeasible(refutation) => refutation.certificate,
            Outcome::GaveUp(gave_up) => gave_up.certificate,
        }
    }
}
