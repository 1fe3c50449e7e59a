//! What a planner said, as a flat struct.

use memo_malloc::model::{Reason, RefutationCause};
use memo_malloc::{Certificate, Code, Outcome, Status};

use crate::columns::to_double;
use memo_edge::Failure;

/// Which answer it is.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MemoStatus {
    /// Nothing was asked of a planner.
    #[default]
    None = 0,
    /// A plan whose peak is its lower bound.
    Optimal = 1,
    /// A plan; a smaller peak may exist.
    Feasible = 2,
    /// Proven: no plan exists.
    Infeasible = 3,
    /// A limit was reached first.
    GaveUp = 4,
}

impl From<Status> for MemoStatus {
    fn from(status: Status) -> MemoStatus {
        match status {
            Status::Optimal => MemoStatus::Optimal,
            Status::Feasible => MemoStatus::Feasible,
            Status::Infeasible => MemoStatus::Infeasible,
            Status::GaveUp => MemoStatus::GaveUp,
        }
    }
}

/// How a lower bound was proven.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MemoCertificate {
    /// Not proven by anything: never returned.
    #[default]
    None = 0,
    /// So many bytes are live at `step`.
    MaxLoad = 1,
    /// A pinned buffer ends there.
    PinTop = 2,
    /// An exact search found nothing smaller.
    FinishedSearch = 3,
    /// The buffers live at `step` need so many bytes because of their alignments.
    AlignedLoad = 4,
    /// Of a cost: what the loads at some steps force out of full tiers.
    Spill = 5,
}

/// Why a planner gave up.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MemoReason {
    /// It did not give up.
    #[default]
    None = 0,
    /// The method has done all it can.
    Heuristic = 1,
    /// The time limit.
    TimeLimit = 2,
    /// Somebody asked it to stop.
    Cancelled = 3,
    /// The most moves a search may make.
    NodeLimit = 4,
}

/// Why no plan exists.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MemoCause {
    /// It is not proven that none does.
    #[default]
    None = 0,
    /// The lower bound exceeds `capacity`.
    Capacity = 1,
    /// The pinned buffer `first` ends beyond the capacity.
    PinOverCapacity = 2,
    /// The pinned buffers `first` and `second` conflict and share bytes.
    PinsCollide = 3,
    /// The buffers `first` and `second` must share their offset and cannot.
    TiesContradict = 4,
    /// The buffer `first` fits no tier that it may go to.
    NoRoom = 5,
    /// At `step` more bytes are live than the tiers hold that these may go to.
    Overfull = 6,
    /// Every way to spread the buffers was tried.
    NoSpread = 7,
}

/// The answer of a planner. Fields that do not belong to the status are 0.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MemoOutcome {
    /// The largest top, when `has_plan`.
    pub peak: f64,
    /// No plan has a smaller peak.
    pub lower_bound: f64,
    /// The capacity that is too small.
    pub capacity: f64,
    /// Which answer it is.
    pub status: MemoStatus,
    /// How the lower bound was proven.
    pub certificate: MemoCertificate,
    /// The step of a load.
    pub step: u32,
    /// Why the planner gave up.
    pub reason: MemoReason,
    /// Why no plan exists.
    pub cause: MemoCause,
    /// A buffer of the cause.
    pub first: u32,
    /// The other buffer of the cause.
    pub second: u32,
    /// 1 when offsets were written: always, but for an infeasible problem, and for one that was
    /// given up before any plan was found.
    pub has_plan: u32,
}

impl MemoOutcome {
    /// Everything but the offsets.
    pub(crate) fn of(outcome: &Outcome) -> Result<MemoOutcome, Failure> {
        let bound = MemoOutcome::bound(outcome.lower_bound(), outcome.certificate())?;
        let peak = outcome.plan().map_or(Ok(0.0), |plan| to_double("peak", plan.peak))?;
        let has_plan = u32::from(outcome.plan().is_some());
        let status = outcome.status().into();
        let flat = MemoOutcome { peak, status, has_plan, ..bound };
        match outcome {
            Outcome::Infeasible(refutation) => flat.because(refutation.cause),
            Outcome::GaveUp(gave_up) => Ok(MemoOutcome { reason: reason(gave_up.reason)?, ..flat }),
            Outcome::Optimal(_) | Outcome::Feasible(_) => Ok(flat),
        }
    }

    /// A lower bound alone.
    pub(crate) fn bound(bytes: u64, by: Certificate) -> Result<MemoOutcome, Failure> {
        let (certificate, step) = match by {
            Certificate::MaxLoad { step } => (MemoCertificate::MaxLoad, step),
            Certificate::AlignedLoad { step } => (MemoCertificate::AlignedLoad, step),
            Certificate::PinTop => (MemoCertificate::PinTop, 0),
            Certificate::FinishedSearch => (MemoCertificate::FinishedSearch, 0),
            other => return Err(unknown(&other)),
        };
        let lower_bound = to_double("lower bound", bytes)?;
        Ok(MemoOutcome { lower_bound, certificate, step, ..MemoOutcome::default() })
    }

    pub(crate) fn because(self, cause: RefutationCause) -> Result<MemoOutcome, Failure> {
        Ok(match cause {
            RefutationCause::Capacity { capacity } => MemoOutcome {
                cause: MemoCause::Capacity,
                capacity: to_double("capacity", capacity)?,
                ..self
            },
            RefutationCause::PinOverCapacity { buffer } => {
                MemoOutcome { cause: MemoCause::PinOverCapacity, first: buffer.0, ..self }
            }
            RefutationCause::PinsCollide { first, second } => MemoOutcome {
                cause: MemoCause::PinsCollide,
                first: first.0,
                second: second.0,
                ..self
            },
            RefutationCause::TiesContradict { first, second } => MemoOutcome {
                cause: MemoCause::TiesContradict,
                first: first.0,
                second: second.0,
                ..self
            },
            other => return Err(unknown(&other)),
        })
    }
}

/// The certificate a caller states, as judged by check.
pub(crate) fn certificate(number: u32, step: u32) -> Result<Certificate, Failure> {
    match number {
        1 => Ok(Certificate::MaxLoad { step }),
        2 => Ok(Certificate::PinTop),
        3 => Ok(Certificate::FinishedSearch),
        4 => Ok(Certificate::AlignedLoad { step }),
        _ => Err(Failure::bad_argument(format!("certificate {number} must be from 1 to 4"))),
    }
}

pub(crate) fn reason(reason: Reason) -> Result<MemoReason, Failure> {
    match reason {
        Reason::Heuristic => Ok(MemoReason::Heuristic),
        Reason::TimeLimit => Ok(MemoReason::TimeLimit),
        Reason::Cancelled => Ok(MemoReason::Cancelled),
        Reason::NodeLimit => Ok(MemoReason::NodeLimit),
        other => Err(unknown(&other)),
    }
}

/// The core's enums may grow; this ABI must then, too.
pub(crate) fn unknown(value: &dyn std::fmt::Debug) -> Failure {
    Failure::new(Code::Internal, format!("{value:?} has no number in the C ABI"))
}
