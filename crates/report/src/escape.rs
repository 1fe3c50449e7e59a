//! Text from outside in a page or a picture.

/// Text that may stand between tags and in attributes; what XML forbids becomes `?`.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // XML 1.0 has no way to write these.
            letter if letter.is_control() => safe.push('?'),
            '\u{fffe}' | '\u{ffff}' => safe.push('?'),
            letter => safe.push(letter),
        }
    }
    safe
}
