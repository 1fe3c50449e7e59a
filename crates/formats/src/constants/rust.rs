//! A module for Rust.

use std::fmt::Write as _;

use super::Constants;
use crate::{Error, PlanDocument};

/// The module.
pub(crate) fn rust(plan: &PlanDocument) -> Result<String, Error> {
    let Constants { arena, alignment, rows, origin } = Constants::of(plan)?;
    let count = rows.len();
    let mut text = format!(
        "// {origin}\n\n\
         /// Bytes of the arena.\npub const ARENA_BYTES: u64 = {arena};\n\n\
         /// What the arena itself must be aligned to.\npub const ARENA_ALIGNMENT: u64 = {alignment};\n\n\
         /// Where each buffer lies in the arena.\n#[rustfmt::skip]\npub const OFFSETS: [u64; {count}] = [\n"
    );
    for (offset, comment) in &rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    {offset}, // {comment}");
    }
    text += "];\n\nconst _: () = assert!(ARENA_BYTES <= usize::MAX as u64, \"the arena can be addressed\");\n";
    Ok(text)
}
