//! Numbers of bytes as people type them.

use std::num::{IntErrorKind, ParseIntError};

use memo_malloc::Bytes;

const UNITS: &[(&str, u32)] = &[("tib", 40), ("gib", 30), ("mib", 20), ("kib", 10), ("b", 0)];

/// Reads `4096`, `4KiB`, `1 MiB`; units are powers of 1024, in any case.
pub(crate) fn parse(text: &str) -> Result<Bytes, String> {
    let lower = text.trim().to_lowercase();
    let unit = UNITS.iter().find(|(unit, _)| lower.ends_with(unit));
    let (digits, shift) = match unit {
        Some((unit, shift)) => (lower[..lower.len() - unit.len()].trim_end(), *shift),
        None => (lower.as_str(), 0),
    };
    let beyond = || "that is beyond 2^64 bytes".to_owned();
    let number: Bytes = digits.parse().map_err(|error: ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow => beyond(),
        _ => "expected bytes such as 4096, 64KiB, 16MiB or 2GiB".to_owned(),
    })?;
    number.checked_mul(1 << shift).ok_or_else(beyond)
}

/// As [`parse`]; an alignment is at least 1.
pub(crate) fn parse_alignment(text: &str) -> Result<Bytes, String> {
    match parse(text)? {
        0 => Err("an alignment is at least 1; expected bytes such as 64".to_owned()),
        alignment => Ok(alignment),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_powers_of_1024() {
        assert_eq!(parse("4096"), Ok(4096));
        assert_eq!(parse("4KiB"), Ok(4096));
        assert_eq!(parse(" 1 mib "), Ok(1 << 20));
        assert_eq!(parse("2GiB"), Ok(2 << 30));
        assert_eq!(parse("0b"), Ok(0));
    }

    #[test]
    fn what_is_too_large_or_no_alignment_is_told_apart() {
        assert_eq!(parse("18446744073709551616"), Err("that is beyond 2^64 bytes".to_owned()));
        assert_eq!(parse_alignment("64"), Ok(64));
        assert!(parse_alignment("0").unwrap_err().starts_with("an alignment is at least 1"));
    }

    #[test]
    fn everything_else_is_refused() {
        for text in ["", "KiB", "-1", "1.5MiB", "1MB", "1e6", "NaN", "99999999TiB"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
