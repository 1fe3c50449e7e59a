//! The documented codes: one number and one name for each error, the same in every language.

use std::fmt;

macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $variant:ident = $number:literal $name:literal;)+) => {
        /// What went wrong, as a number and a name that are never used for anything else.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $meaning])+ $variant = $number,)+
        }

        impl Code {
            /// Every code, by number.
            pub const ALL: &[Code] = &[$(Code::$variant,)+];

            /// The name used in messages and at language edges, for example `EMPTY_LIFETIME`.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)+ }
            }

            /// What it means, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$variant => concat!($($meaning),+),)+ }
            }
        }
    };
}

codes! {
    // 1xx: the problem.
    /// A lifetime is empty or ends before it starts.
    EmptyLifetime = 101 "EMPTY_LIFETIME";
    /// An alignment is 0, or a common multiple of two is too large.
    BadAlignment = 102 "BAD_ALIGNMENT";
    /// A pinned offset is not a multiple of the buffer's alignment.
    PinMisaligned = 103 "PIN_MISALIGNED";
    /// Sizes or pins come to more than 2^63 − 1 bytes in all.
    TooLarge = 104 "TOO_LARGE";
    /// More buffers than 2^32 − 1.
    TooManyBuffers = 105 "TOO_MANY_BUFFERS";
    /// A buffer names an op that is not in the list of ops.
    UnknownOp = 106 "UNKNOWN_OP";
    /// There are not as many ids as buffers.
    IdCount = 107 "ID_COUNT";
    /// A tie names a buffer that the problem does not have.
    UnknownBuffer = 108 "UNKNOWN_BUFFER";
    /// The live intervals of a buffer overlap, or do not begin and end with its lifetime.
    BadInterval = 109 "BAD_INTERVAL";
    /// A buffer is to be kept apart from itself.
    TiedToItself = 110 "TIED_TO_ITSELF";
    /// There are no tiers, more than 64, or two of one name.
    BadTiers = 111 "BAD_TIERS";
    /// A buffer may go to no tier, or buffers that share an offset to no common one.
    NoTier = 112 "NO_TIER";
    /// Costs could come to more than 2^63 − 1.
    CostTooLarge = 113 "COST_TOO_LARGE";

    // 2xx: the plan, as judged by check.
    /// A plan has not as many offsets as its problem has buffers.
    OffsetCount = 201 "OFFSET_COUNT";
    /// An offset is not a multiple of the buffer's alignment.
    OffsetMisaligned = 202 "OFFSET_MISALIGNED";
    /// A pinned buffer lies elsewhere.
    PinMoved = 203 "PIN_MOVED";
    /// A buffer ends beyond the capacity.
    OverCapacity = 204 "OVER_CAPACITY";
    /// Two buffers that are live at the same time share bytes.
    Collision = 205 "COLLISION";
    /// The stated peak is not the largest top.
    PeakWrong = 206 "PEAK_WRONG";
    /// The stated lower bound cannot be right.
    BoundWrong = 207 "BOUND_WRONG";
    /// A request of a run plan has no buffer, another's, or one of another size.
    RequestMismatch = 208 "REQUEST_MISMATCH";
    /// A buffer of a run plan has no request.
    RequestCount = 209 "REQUEST_COUNT";
    /// A plan was made for another model, other inputs, threads, runtime or processor.
    KeyMismatch = 210 "KEY_MISMATCH";
    /// Two buffers that must share their offset lie elsewhere from each other.
    ShareBroken = 211 "SHARE_BROKEN";
    /// Two buffers that must be kept apart share bytes.
    NotApart = 212 "NOT_APART";
    /// A buffer lies in a tier where it may not be, or apart from those that share its offset.
    TierWrong = 213 "TIER_WRONG";
    /// The stated cost is not that of the tiers the buffers lie in.
    CostWrong = 214 "COST_WRONG";

    // 3xx: planners.
    /// No planner has this name.
    UnknownPlanner = 301 "UNKNOWN_PLANNER";
    /// Sizes are beyond what the solver computes exactly.
    BeyondSolver = 302 "BEYOND_SOLVER";
    /// The problem is too large for this planner.
    TooBigForPlanner = 303 "TOO_BIG_FOR_PLANNER";
    /// A solver failed or returned something that is no plan.
    SolverFailed = 304 "SOLVER_FAILED";
    /// Proven: no plan fits the capacity, the pins and the ties.
    Infeasible = 305 "INFEASIBLE";
    /// Buffers of a stream do not come in the order of their starts.
    OutOfOrder = 306 "OUT_OF_ORDER";

    // 4xx: traces and arenas.
    /// A trace frees a block that is not live, or ends an op that did not begin.
    BrokenTrace = 401 "BROKEN_TRACE";
    /// The system gave no memory for a slab.
    NoSlab = 402 "NO_SLAB";
    /// A slab cannot honour an alignment that is not a power of two or exceeds 2 MiB.
    SlabAlignment = 403 "SLAB_ALIGNMENT";

    // 5xx: files and formats.
    /// A file cannot be opened, read or written.
    Io = 501 "IO";
    /// A file is not in any known format, or not in the one its name says.
    UnknownFormat = 502 "UNKNOWN_FORMAT";
    /// A file breaks off or breaks the rules of its format.
    Malformed = 503 "MALFORMED";
    /// A file was written by a version of the format that this program does not read.
    FormatVersion = 504 "FORMAT_VERSION";
    /// A file exists and was not to be overwritten.
    FileExists = 505 "FILE_EXISTS";
    /// A file holds another noun than the one needed, for example a problem in place of a plan.
    WrongNoun = 506 "WRONG_NOUN";
    /// Something that a problem says, for example ties, is not supported here.
    Unsupported = 507 "UNSUPPORTED";

    // 6xx: language edges.
    /// An argument has a wrong type, is not finite, negative, fractional or beyond 2^53 − 1.
    BadArgument = 601 "BAD_ARGUMENT";
    /// The native library cannot be loaded, or is of another version.
    Library = 602 "LIBRARY";
    /// A handle is closed or was never open.
    StaleHandle = 603 "STALE_HANDLE";
    /// A defect in this program; the message says where.
    Internal = 699 "INTERNAL";

    // 7xx: LibTorch.
    /// LibTorch is missing or of a version this build was not made for.
    NoTorch = 701 "NO_TORCH";
    /// A model file cannot be loaded.
    BadModel = 702 "BAD_MODEL";
    /// A model refused its inputs or failed while it ran.
    RunFailed = 703 "RUN_FAILED";
}

impl Code {
    /// The number, never 0.
    pub const fn number(self) -> u16 {
        self as u16
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_and_names_are_distinct() {
        assert!(Code::ALL.windows(2).all(|pair| pair[0].number() < pair[1].number()));
        let names: std::collections::BTreeSet<_> = Code::ALL.iter().map(|c| c.name()).collect();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
