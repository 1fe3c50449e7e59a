//! What LibTorch can refuse.

use std::fmt;

use memo_malloc::Code;

/// A failure of LibTorch, with its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    code: Code,
    message: String,
}

impl Error {
    pub(crate) fn new(code: Code, message: impl fmt::Display) -> Error {
        Error { code, message: message.to_string() }
    }

    /// `BAD_MODEL` or `RUN_FAILED`.
    pub fn code(&self) -> Code {
        self.code
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
