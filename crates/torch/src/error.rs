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
    /// What C++ threw, as the one line of it that says why.
    pub(crate) fn thrown(code: Code, error: &cxx::Exception) -> Error {
        Error::new(code, reason(error.what()))
    }

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

/// The reason in LibTorch's words. The interpreter tells it after tracebacks of its own, one of
/// which points at the code; everything else begins with it.
fn reason(words: &str) -> &str {
    let told = words.rsplit_once("<--- HERE").map(|(_, told)| told);
    told.and_then(|told| told.lines().find(|line| names_an_exception(line)))
        .or_else(|| words.lines().find(|line| !line.trim().is_empty()))
        .map_or("no reason is given", str::trim)
}

/// `RuntimeError: …`; neither source text nor `FILE(LINE): FUNCTION`.
fn names_an_exception(line: &str) -> bool {
    let part_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    line.split_once(": ")
        .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(part_of_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interpreter_gives_its_reason_last() {
        let words = "The following operation failed in the TorchScript interpreter.\n\
                     Traceback of TorchScript, serialized code (most recent call last):\n  \
                     File \"code/__torch__.py\", line 6, in forward\n    \
                     _0 = torch.conv2d(x)\n         ~~~~~~~~~~~~ <--- HERE\n    \
                     y = torch.relu(_0)\n\n\
                     Traceback of TorchScript, original code (most recent call last):\n  \
                     File \"conv.py\", line 459, in forward\n        \
                     return F.conv2d(input,\n               ~~~~~~~~ <--- HERE\n            \
                     self.padding)\nRuntimeError: Given groups=1, expected 3 channels\n";
        assert_eq!(reason(words), "RuntimeError: Given groups=1, expected 3 channels");
    }

    #[test]
    fn the_stack_of_a_traced_model_is_no_reason() {
        let words = "x <--- HERE\n\nTraceback of TorchScript, original code (most recent call last):\n\
                     /usr/lib/torch/nn/modules/conv.py(459): _conv_forward\n\
                     model.py(9): <module>\nbuiltins.ValueError: a: b\nc: d\n";
        assert_eq!(reason(words), "builtins.ValueError: a: b");
    }

    #[test]
    fn everything_else_begins_with_its_reason() {
        assert_eq!(
            reason("failed finding central directory\nException raised from x"),
            "failed finding central directory"
        );
        assert_eq!(reason("  \n  odd  \n"), "odd");
        assert_eq!(reason(""), "no reason is given");
    }
}
