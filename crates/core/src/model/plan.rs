//! The output of a planner.

use std::fmt;

use super::{Bytes, Step};

/// Offsets for the buffers of one problem, with a proven bound on how small a peak can be.
///
/// Invariants, judged by [`check`](crate::check()), not by construction:
/// * `offsets.len()` is the number of buffers; `offsets[i]` is a multiple of the alignment of `i`;
/// * `peak = max(offsets[i] + size[i])`, 0 without buffers;
/// * `lower_bound ≤ peak`, and no plan of the problem has a smaller peak than `lower_bound`;
/// * buffers in conflict share no byte; a pinned buffer lies at its pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Bytes from the start of the arena, one for each buffer of the problem.
    pub offsets: Vec<Bytes>,
    /// The largest top.
    pub peak: Bytes,
    /// No plan has a smaller peak.
    pub lower_bound: Bytes,
    /// How the lower bound was proven.
    pub certificate: Certificate,
}

impl Plan {
    /// Whether no plan can have a smaller peak.
    #[inline]
    pub fn is_optimal(&self) -> bool {
        self.peak == self.lower_bound
    }

    /// `peak − lower_bound`.
    #[inline]
    pub fn gap(&self) -> Bytes {
        self.peak - self.lower_bound
    }

    /// Takes a larger lower bound. The certificate of one that is as good is kept: that of a load
    /// anybody can check.
    pub(crate) fn raise(&mut self, lower_bound: Bytes, certificate: Certificate) {
        if lower_bound > self.lower_bound {
            (self.lower_bound, self.certificate) = (lower_bound, certificate);
        }
    }
}

/// Why no plan can have a smaller peak than a lower bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Certificate {
    /// So many bytes are live at this step (0 without buffers).
    MaxLoad {
        /// The first step with that load.
        step: Step,
    },
    /// The buffers live at this step need so many bytes, because all but the topmost of those that
    /// are aligned take their size rounded up.
    AlignedLoad {
        /// The first step with that load.
        step: Step,
    },
    /// A pinned buffer ends there.
    PinTop,
    /// An exact planner finished its search for anything smaller and found nothing.
    FinishedSearch,
}

impl Certificate {
    /// The name used in files and at language edges.
    pub fn name(self) -> &'static str {
        match self {
            Certificate::MaxLoad { .. } => "max-load",
            Certificate::AlignedLoad { .. } => "aligned-load",
            Certificate::PinTop => "pin-top",
            Certificate::FinishedSearch => "finished-search",
        }
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Certificate::MaxLoad { step } => write!(f, "max load at step {step}"),
            Certificate::AlignedLoad { step } => write!(f, "aligned load at step {step}"),
            Certificate::PinTop => f.write_str("top of a pinned buffer"),
            Certificate::FinishedSearch => f.write_str("finished search"),
        }
    }
}
