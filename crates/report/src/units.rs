//! How numbers are written for people: one unit system, the same everywhere.

use memo_malloc::Bytes;

const UNITS: &[(&str, u32)] = &[("GiB", 30), ("MiB", 20), ("KiB", 10)];

/// Bytes in the largest unit of which there is at least one, for example `1.41 GiB`.
pub fn bytes(count: Bytes) -> String {
    match UNITS.iter().find(|(_, shift)| count >> shift > 0) {
        Some(&(unit, shift)) => {
            format!("{} {unit}", three_digits(ratio(count, 1 << shift)))
        }
        None => format!("{count} B"),
    }
}

/// As [`bytes`], with the exact count beside it where the unit hides it.
pub fn bytes_exact(number: Bytes) -> String {
    if number < 1024 {
        bytes(number)
    } else {
        format!("{} ({} bytes)", bytes(number), count(number))
    }
}

/// A count with its thousands apart, for example `1,042`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share of a whole in per cent, for example `3.7 %`; of nothing it is `0 %`.
pub fn share(part: Bytes, whole: Bytes) -> String {
    if part == 0 || whole == 0 {
        "0 %".into()
    } else {
        format!("{} %", three_digits(ratio(part, whole) * 100.0))
    }
}

/// How many times `whole` goes into `part`.
#[expect(clippy::cast_precision_loss, reason = "read by people: 53 bits are more than enough")]
pub fn ratio(part: Bytes, whole: Bytes) -> f64 {
    part as f64 / whole as f64
}

/// Three significant digits, without the zeros that say nothing.
fn three_digits(value: f64) -> String {
    let decimals = if value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A number of things: `1 buffer`, `1,000 buffers`. For nouns that take an s.
pub fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(number as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_in_the_largest_unit() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1024), "1 KiB");
        assert_eq!(bytes(1_515_472_556), "1.41 GiB");
        assert_eq!(bytes(10_421_000), "9.94 MiB");
        assert_eq!(bytes(497_261_190_115), "463 GiB");
    }

    #[test]
    fn the_exact_count_stands_beside_a_unit() {
        assert_eq!(bytes_exact(12), "12 B");
        assert_eq!(bytes_exact(1_048_576), "1 MiB (1,048,576 bytes)");
    }

    #[test]
    fn one_thing_is_no_plural() {
        assert_eq!(counted(0, "buffer"), "0 buffers");
        assert_eq!(counted(1, "buffer"), "1 buffer");
        assert_eq!(counted(1000, "buffer"), "1,000 buffers");
    }

    #[test]
    fn shares_are_per_cent() {
        assert_eq!(share(0, 0), "0 %");
        assert_eq!(share(1, 27), "3.7 %");
        assert_eq!(share(3, 3), "100 %");
    }
}
