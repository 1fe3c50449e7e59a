//! What the reader of a file must be told because the file does not say it.

use std::collections::BTreeMap;

use memo_malloc::{Lifetime, Step};

/// What a file leaves open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// The lengths of a model's named dimensions, such as `batch`.
    pub dims: BTreeMap<String, u64>,
    /// Which steps the two numbers of a CSV file's lifetimes mean; else its column names say it.
    pub endpoints: Option<Endpoints>,
}

/// Whether the steps named as the ends of a lifetime belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoints {
    /// Whether the buffer is live at the first.
    pub start_included: bool,
    /// Whether it is live at the second.
    pub end_included: bool,
}

impl Endpoints {
    /// The ends as mathematicians write them: `[)`, `[]`, `()` or `(]`.
    pub fn parse(text: &str) -> Option<Endpoints> {
        let (start, end) = match text {
            "[)" => (true, false),
            "[]" => (true, true),
            "()" => (false, false),
            "(]" => (false, true),
            _ => return None,
        };
        Some(Endpoints { start_included: start, end_included: end })
    }

    /// The steps from the first up to, and without, the second; `None` beyond the last step.
    pub(crate) fn lifetime(self, start: Step, end: Step) -> Option<Lifetime> {
        let start = if self.start_included { start } else { start.checked_add(1)? };
        let end = if self.end_included { end.checked_add(1)? } else { end };
        Some(Lifetime { start, end })
    }
}
