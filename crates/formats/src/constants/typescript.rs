//! A module for TypeScript.

use std::fmt::Write as _;

use memo_malloc::{Bytes, Code};

use super::Constants;
use crate::{Error, PlanDocument};

/// The largest whole number up to which all are exact in JavaScript.
const NUMBER_MAX: Bytes = (1 << 53) - 1;

/// The module.
pub(crate) fn typescript(plan: &PlanDocument) -> Result<String, Error> {
    let Constants { arena, alignment, rows, origin } = Constants::of(plan)?;
    if arena.max(alignment) > NUMBER_MAX {
        return Err(Error::new(Code::Unsupported, "numbers beyond 2^53 - 1 in TypeScript"));
    }
    let mut text = format!(
        "// {origin}\n\n\
         /** Bytes of the arena. */\nexport const ARENA_BYTES: number = {arena};\n\n\
         /** What the arena itself must be aligned to. */\nexport const ARENA_ALIGNMENT: number = {alignment};\n\n\
         /** Where each buffer lies in the arena. */\nexport const OFFSETS: readonly number[] = [\n"
    );
    for (offset, comment) in &rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {offset}, // {comment}");
    }
    text += "];\n";
    Ok(text)
}
