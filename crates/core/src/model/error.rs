//! What can be wrong with a problem, a plan, a trace or a request to plan.

use std::fmt;

use super::{BYTES_MAX, BufferIdx, Bytes, Code, KeyDifference, Lifetime, OpIdx, Step, TierIdx};

/// Everything this crate can refuse. The text names the buffer and both values; [`Error::code`]
/// stays the same when a text improves.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the variants and fields are told by their code and their text")]
pub enum Error {
    EmptyLifetime { buffer: BufferIdx, lifetime: Lifetime },
    BadAlignment { buffer: BufferIdx, alignment: Bytes },
    PinMisaligned { buffer: BufferIdx, offset: Bytes, alignment: Bytes },
    TooLarge { buffer: BufferIdx, size: Bytes, alignment: Bytes },
    TooManyBuffers { count: usize },
    UnknownOp { buffer: BufferIdx, op: OpIdx, op_count: usize },
    IdCount { ids: usize, buffers: usize },
    UnknownBuffer { buffer: BufferIdx, buffer_count: usize },
    IntervalsOverlap { buffer: BufferIdx, first: Lifetime, second: Lifetime },
    IntervalsUnlike { buffer: BufferIdx, hull: Lifetime, lifetime: Lifetime },
    TiedToItself { buffer: BufferIdx },
    BadTiers { count: usize, names: usize },
    NoTier { buffer: BufferIdx },
    CostTooLarge { bytes: Bytes, cost: u64 },
    OffsetCount { offsets: usize, buffers: usize },
    OffsetMisaligned { buffer: BufferIdx, offset: Bytes, alignment: Bytes },
    PinMoved { buffer: BufferIdx, offset: Bytes, pin: Bytes },
    OverCapacity { buffer: BufferIdx, top: Bytes, capacity: Bytes },
    Collision { first: BufferIdx, second: BufferIdx, step: Step, bytes: (Bytes, Bytes) },
    PeakWrong { stated: Bytes, found: Bytes },
    BoundWrong { stated: Bytes, found: Bytes },
    RequestMismatch { position: usize, size: Bytes, buffer: BufferIdx },
    RequestCount { requests: usize, buffers: usize },
    KeyMismatch(KeyDifference),
    ShareBroken { first: BufferIdx, second: BufferIdx, offsets: (Bytes, Bytes) },
    NotApart { first: BufferIdx, second: BufferIdx, bytes: (Bytes, Bytes) },
    TierWrong { buffer: BufferIdx, tier: TierIdx },
    CostWrong { stated: u64, found: u64 },
    UnknownPlanner { name: String, known: String },
    BeyondSolver { value: Bytes, max: Bytes },
    OutOfOrder { buffer: BufferIdx, start: Step, now: Step },
    TooBigForPlanner { planner: &'static str, count: usize, max: usize },
    SolverFailed { planner: &'static str, message: String },
    BrokenTrace { event: usize, message: String },
    NoSlab { bytes: Bytes, message: String },
    SlabAlignment { buffer: BufferIdx, alignment: Bytes },
}

impl Error {
    /// The documented code.
    pub fn code(&self) -> Code {
        match self {
            Error::EmptyLifetime { .. } => Code::EmptyLifetime,
            Error::BadAlignment { .. } => Code::BadAlignment,
            Error::PinMisaligned { .. } => Code::PinMisaligned,
            Error::TooLarge { .. } => Code::TooLarge,
            Error::TooManyBuffers { .. } => Code::TooManyBuffers,
            Error::UnknownOp { .. } => Code::UnknownOp,
            Error::IdCount { .. } => Code::IdCount,
            Error::UnknownBuffer { .. } => Code::UnknownBuffer,
            Error::IntervalsOverlap { .. } | Error::IntervalsUnlike { .. } => Code::BadInterval,
            Error::TiedToItself { .. } => Code::TiedToItself,
            Error::BadTiers { .. } => Code::BadTiers,
            Error::NoTier { .. } => Code::NoTier,
            Error::CostTooLarge { .. } => Code::CostTooLarge,
            Error::OffsetCount { .. } => Code::OffsetCount,
            Error::OffsetMisaligned { .. } => Code::OffsetMisaligned,
            Error::PinMoved { .. } => Code::PinMoved,
            Error::OverCapacity { .. } => Code::OverCapacity,
            Error::Collision { .. } => Code::Collision,
            Error::PeakWrong { .. } => Code::PeakWrong,
            Error::BoundWrong { .. } => Code::BoundWrong,
            Error::RequestMismatch { .. } => Code::RequestMismatch,
            Error::RequestCount { .. } => Code::RequestCount,
            Error::KeyMismatch(_) => Code::KeyMismatch,
            Error::ShareBroken { .. } => Code::ShareBroken,
            Error::NotApart { .. } => Code::NotApart,
            Error::TierWrong { .. } => Code::TierWrong,
            Error::CostWrong { .. } => Code::CostWrong,
            Error::UnknownPlanner { .. } => Code::UnknownPlanner,
            Error::BeyondSolver { .. } => Code::BeyondSolver,
            Error::OutOfOrder { .. } => Code::OutOfOrder,
            Error::TooBigForPlanner { .. } => Code::TooBigForPlanner,
            Error::SolverFailed { .. } => Code::SolverFailed,
            Error::BrokenTrace { .. } => Code::BrokenTrace,
            Error::NoSlab { .. } => Code::NoSlab,
            Error::SlabAlignment { .. } => Code::SlabAlignment,
        }
    }

    /// The buffer at fault; of two, the later.
    pub fn buffer(&self) -> Option<BufferIdx> {
        match *self {
            Error::EmptyLifetime { buffer, .. }
            | Error::BadAlignment { buffer, .. }
            | Error::PinMisaligned { buffer, .. }
            | Error::TooLarge { buffer, .. }
            | Error::UnknownOp { buffer, .. }
            | Error::IntervalsOverlap { buffer, .. }
            | Error::IntervalsUnlike { buffer, .. }
            | Error::TiedToItself { buffer }
            | Error::NoTier { buffer }
            | Error::OutOfOrder { buffer, .. }
            | Error::TierWrong { buffer, .. }
            | Error::OffsetMisaligned { buffer, .. }
            | Error::PinMoved { buffer, .. }
            | Error::OverCapacity { buffer, .. }
            | Error::RequestMismatch { buffer, .. }
            | Error::SlabAlignment { buffer, .. } => Some(buffer),
            Error::Collision { second, .. }
            | Error::ShareBroken { second, .. }
            | Error::NotApart { second, .. } => Some(second),
            _ => None,
        }
    }

    /// Whether a plan, rather than a problem or a request, is at fault.
    pub fn is_about_plan(&self) -> bool {
        (200..300).contains(&self.code().number())
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    #[expect(clippy::too_many_lines, reason = "one arm a variant")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::EmptyLifetime { buffer, lifetime } => {
                write!(f, "buffer {buffer}: lifetime {lifetime} is empty; end must be after start")
            }
            Error::BadAlignment { buffer, alignment: 0 } => {
                write!(f, "buffer {buffer}: alignment 0 must be at least 1")
            }
            Error::BadAlignment { buffer, alignment } => write!(
                f,
                "buffer {buffer}: its alignment and {alignment} have no common multiple below 2^64"
            ),
            Error::PinMisaligned { buffer, offset, alignment } => {
                write!(
                    f,
                    "buffer {buffer}: pin {offset} is not a multiple of alignment {alignment}"
                )
            }
            Error::TooLarge { buffer, size, alignment: 1 } => write!(
                f,
                "buffer {buffer}: size {size} brings the sum of sizes and pins above {BYTES_MAX} bytes"
            ),
            Error::TooLarge { buffer, size, alignment } => write!(
                f,
                "buffer {buffer}: size {size} at alignment {alignment} brings the sum of sizes, padding and pins above {BYTES_MAX} bytes"
            ),
            Error::TooManyBuffers { count } => {
                write!(f, "{count} buffers are more than {}", u32::MAX)
            }
            Error::UnknownOp { buffer, op, op_count } => {
                write!(f, "buffer {buffer}: op {} is not among the {op_count} ops", op.0)
            }
            Error::IdCount { ids, buffers } => write!(f, "{ids} ids for {buffers} buffers"),
            Error::UnknownBuffer { buffer, buffer_count } => {
                write!(f, "a tie names buffer {buffer}, but there are {buffer_count} buffers")
            }
            Error::IntervalsOverlap { buffer, first, second } => {
                write!(f, "buffer {buffer}: intervals {first} and {second} overlap")
            }
            Error::IntervalsUnlike { buffer, hull, lifetime } => write!(
                f,
                "buffer {buffer}: intervals from {hull} do not begin and end with lifetime {lifetime}"
            ),
            Error::TiedToItself { buffer } => {
                write!(f, "buffer {buffer} is to be kept apart from itself")
            }
            Error::BadTiers { count, names } => {
                write!(f, "{count} tiers of {names} names; 1 to 64 of different names are needed")
            }
            Error::NoTier { buffer } => {
                write!(f, "buffer {buffer}: it, and what shares its offset, may go to no tier")
            }
            Error::CostTooLarge { bytes, cost } => {
                write!(f, "{bytes} bytes at a cost of {cost} come to more than {BYTES_MAX}")
            }
            Error::OffsetCount { offsets, buffers } => {
                write!(f, "{offsets} offsets for {buffers} buffers")
            }
            Error::OffsetMisaligned { buffer, offset, alignment } => write!(
                f,
                "buffer {buffer}: offset {offset} is not a multiple of alignment {alignment}"
            ),
            Error::PinMoved { buffer, offset, pin } => {
                write!(f, "buffer {buffer}: offset {offset}, but it is pinned to {pin}")
            }
            Error::OverCapacity { buffer, top, capacity } => {
                write!(f, "buffer {buffer}: top {top} exceeds the capacity {capacity}")
            }
            Error::Collision { first, second, step, bytes: (low, high) } => write!(
                f,
                "buffers {first} and {second} collide: both are live at step {step} and share bytes {low}..{high}"
            ),
            Error::PeakWrong { stated, found } => {
                write!(f, "peak is stated as {stated}, but the largest top is {found}")
            }
            Error::BoundWrong { stated, found } => {
                write!(f, "lower bound is stated as {stated}, but {found} contradicts it")
            }
            Error::RequestMismatch { position, size, buffer } => write!(
                f,
                "request {position} of {size} bytes does not match buffer {buffer}, or is its second"
            ),
            Error::RequestCount { requests, buffers } => {
                write!(f, "{requests} requests do not cover all {buffers} buffers")
            }
            Error::KeyMismatch(difference) => {
                write!(f, "the plan was made for another run: {difference}; capture and plan again")
            }
            Error::ShareBroken { first, second, offsets } => write!(
                f,
                "buffers {first} and {second} must share their offset, but have {} and {}",
                offsets.0, offsets.1
            ),
            Error::NotApart { first, second, bytes: (low, high) } => write!(
                f,
                "buffers {first} and {second} must be kept apart, but share bytes {low}..{high}"
            ),
            Error::TierWrong { buffer, tier } => write!(
                f,
                "buffer {buffer}: it may not be in tier {}, or what shares its offset is elsewhere",
                tier.0
            ),
            Error::CostWrong { stated, found } => {
                write!(f, "cost is stated as {stated}, but the tiers come to {found}")
            }
            Error::UnknownPlanner { name, known } => {
                write!(f, "no planner is named `{name}`; known: {known}")
            }
            Error::BeyondSolver { value, max } => write!(
                f,
                "{value} units are beyond the {max} this solver computes exactly; use another planner"
            ),
            Error::OutOfOrder { buffer, start, now } => {
                write!(
                    f,
                    "buffer {buffer}: starts at {start}, but one that starts at {now} came before"
                )
            }
            Error::TooBigForPlanner { planner, count, max } => write!(
                f,
                "{planner} takes at most {max} buffers, not {count}; use `auto` or `best_fit`"
            ),
            Error::SolverFailed { planner, message } => write!(f, "{planner}: {message}"),
            Error::BrokenTrace { event, message } => write!(f, "event {event}: {message}"),
            Error::NoSlab { bytes, message } => {
                write!(f, "no slab of {bytes} bytes: {message}")
            }
            Error::SlabAlignment { buffer, alignment } => write!(
                f,
                "buffer {buffer}: alignment {alignment} is not a power of two up to 2 MiB, as a slab needs"
            ),
        }
    }
}
