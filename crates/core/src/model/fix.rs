//! What to do about each error, in a sentence that is true wherever the error arises.

use super::Code;

impl Code {
    /// What to do about it.
    pub const fn fix(self) -> &'static str {
        match self {
            Code::EmptyLifetime => "let every buffer end after it starts; ends are exclusive",
            Code::BadAlignment => "give an alignment of at least 1, for example 64",
            Code::PinMisaligned => "move the pin to a multiple of the alignment",
            Code::TooLarge => {
                "check the sizes and alignments: with padding they must not sum to 2^63"
            }
            Code::TooManyBuffers => "split the problem",
            Code::UnknownOp => "list the op, or let the buffer name one that is listed",
            Code::IdCount => "give one id for each buffer, or none",
            Code::UnknownBuffer => "tie only buffers of the problem; they are counted from 0",
            Code::BadInterval => {
                "let intervals follow each other, from the start of the lifetime to its end"
            }
            Code::BadTiers => "give 1 to 64 tiers, each with a name of its own",
            Code::NoTier => "let every buffer go to one of the tiers at least",
            Code::CostTooLarge => "give costs in proportion: small whole numbers are enough",
            Code::TiedToItself => "keep apart two different buffers",
            Code::OffsetCount => "give one offset for each buffer",
            Code::OffsetMisaligned
            | Code::PinMoved
            | Code::Collision
            | Code::ShareBroken
            | Code::NotApart
            | Code::TierWrong => "the plan is unusable: make it again from its problem or trace",
            Code::OverCapacity => {
                "raise the capacity, or make the plan again from its problem or trace"
            }
            Code::PeakWrong | Code::BoundWrong | Code::CostWrong => {
                "the plan was edited: make it again from its problem or trace"
            }
            Code::RequestMismatch | Code::RequestCount => "make the plan again from its trace",
            Code::KeyMismatch => "capture and plan this model with these inputs and threads",
            Code::UnknownPlanner => "name one of the known planners, or leave it at `auto`",
            Code::BeyondSolver => "use a planner that is not a solver, for example `auto`",
            Code::TooBigForPlanner => "use `auto` or `best_fit`",
            Code::OutOfOrder => "sort the buffers by start, or plan them as a problem",
            Code::SolverFailed => "use another planner, and report the problem that did this",
            Code::Infeasible => "raise the capacity, or loosen the pins and ties",
            Code::BrokenTrace => "capture the run again",
            Code::NoSlab => "free memory, or plan for a smaller model or batch",
            Code::SlabAlignment => "plan with power-of-two alignments up to 2 MiB",
            Code::Io => "check the path, its permissions and the room on the disk",
            Code::UnknownFormat => "give a CSV of buffers or a JSON file written by memo",
            Code::Malformed => "correct the place named, or make the file again",
            Code::FormatVersion => "update this program, or write the file with this version",
            Code::FileExists => "choose another name, or overwrite with --force",
            Code::WrongNoun => "give the kind of file that is asked for",
            Code::Unsupported => "plan and check such problems as JSON files on the command line",
            Code::BadArgument => "give a whole number from 0 to 2^53 - 1",
            Code::Library => "install the package for this platform, or build the library",
            Code::StaleHandle => "use a handle only until it is closed",
            Code::Internal => "report this with the input that caused it",
            Code::NoTorch => "install LibTorch, or point LIBTORCH to it",
            Code::BadModel => "export the model again as TorchScript",
            Code::RunFailed => "check the shapes and types of the inputs",
        }
    }
}
