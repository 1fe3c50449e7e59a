//! How the process ends: the documented exit codes.

use std::process::ExitCode;

/// What the exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// A requested limit or check failed.
    CheckFailed = 1,
    /// Wrong usage, or an input or output that cannot be used.
    Unusable = 2,
    /// Proven: no plan exists.
    Infeasible = 3,
    /// A limit was reached; the best so far is written.
    GaveUp = 4,
    /// Interrupted before there was anything to write.
    Interrupted = 130,
}

impl Exit {
    /// Prints help, a version or a usage error, and says how to end.
    pub(crate) fn of_usage(usage: &clap::Error) -> Exit {
        // Nobody is left to tell when even this cannot be printed.
        let _ = usage.print();
        if usage.use_stderr() { Exit::Unusable } else { Exit::Done }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
