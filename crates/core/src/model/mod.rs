//! The nouns. Everything imports this folder; it imports nothing of ours.

mod buffer;
mod code;
mod error;
mod fix;
mod key;
mod op;
mod outcome;
mod plan;
mod problem;
mod run_plan;
mod tiers;
mod ties;

pub use buffer::{Buffer, BufferIdx, Lifetime};
pub use code::Code;
pub use error::Error;
pub use key::{Key, KeyDifference};
pub use op::{OpIdx, OpTag};
pub use outcome::{GaveUp, Outcome, Reason, Refutation, RefutationCause, Status};
pub use plan::{Certificate, Plan};
pub use problem::Problem;
pub use run_plan::{Request, RunPlan};
pub use tiers::{
    CostCertificate, Tier, TierIdx, TierSet, TieredOutcome, TieredPlan, TieredProblem,
    TieredRefutation,
};
pub use ties::Ties;

/// A number of bytes, and a place counted in bytes from the start of an arena.
pub type Bytes = u64;

/// An index in the order of events. Not wall time.
pub type Step = u32;

/// The largest number of bytes anything may come to: a top, a peak, the sum of all sizes.
///
/// One bit below `u64` so that a difference fits an `i64` and a sum of two cannot wrap.
pub const BYTES_MAX: Bytes = i64::MAX as Bytes;

/// The least common multiple, if there is one that fits.
pub fn common_multiple(a: Bytes, b: Bytes) -> Option<Bytes> {
    let divisor = gcd(a, b);
    if divisor == 0 || b == 0 { None } else { (a / divisor).checked_mul(b) }
}

/// The greatest common divisor; of 0 and a number, the number.
pub(crate) fn gcd(a: Bytes, b: Bytes) -> Bytes {
    if b == 0 { a } else { gcd(b, a % b) }
}
