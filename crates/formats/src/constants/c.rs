//! A header for C11 and C++11.

use std::fmt::Write as _;

use super::Constants;
use crate::{Error, PlanDocument};

/// The header; its names begin with `prefix`, so that a program can have several plans.
pub(crate) fn header(plan: &PlanDocument, prefix: &str) -> Result<String, Error> {
    let Constants { arena, alignment, rows, origin } = Constants::of(plan)?;
    let lower = identifier(prefix);
    let upper = lower.to_uppercase();
    let count = rows.len();
    let mut text = format!(
        "/* {origin} */\n\
         #ifndef {upper}_H\n#define {upper}_H\n\n#include <stdint.h>\n\n\
         #define {upper}_ARENA_BYTES UINT64_C({arena})\n\
         #define {upper}_ARENA_ALIGNMENT UINT64_C({alignment})\n\
         #define {upper}_BUFFER_COUNT {count}\n"
    );
    if count > 0 {
        text += "\n/* Where each buffer lies in the arena. */\n";
        // Writing to a string cannot fail.
        let _ = writeln!(text, "static const uint64_t {lower}_offsets[] = {{");
        for (offset, comment) in &rows {
            let _ = writeln!(text, "    UINT64_C({offset}), /* {comment} */");
        }
        text += "};\n";
    }
    if arena > 0 {
        let _ = writeln!(text, "\n#ifdef __cplusplus");
        asserts(&mut text, "static_assert", &lower, &upper);
        let _ = writeln!(text, "#else");
        asserts(&mut text, "_Static_assert", &lower, &upper);
        let _ = writeln!(text, "#endif");
    }
    let _ = writeln!(text, "\n#endif /* {upper}_H */");
    Ok(text)
}

fn asserts(text: &mut String, word: &str, lower: &str, upper: &str) {
    let _ = writeln!(
        text,
        "{word}({upper}_ARENA_BYTES <= SIZE_MAX, \"the arena can be addressed\");\n\
         {word}(sizeof {lower}_offsets / sizeof {lower}_offsets[0] == {upper}_BUFFER_COUNT, \
         \"an offset for each buffer\");"
    );
}

/// A name that C takes.
fn identifier(text: &str) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    let name: String = text.to_ascii_lowercase().chars().map(letter).collect();
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name
    } else {
        format!("memo_{name}")
    }
}
