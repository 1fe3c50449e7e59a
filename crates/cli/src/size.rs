//! Numbers of bytes as people type them.

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
    let number: Bytes = digits
        .parse()
        .map_err(|_| "expected bytes such as 4096, 64KiB, 16MiB or 2GiB".to_owned())?;
    number.checked_mul(1 << shift).ok_or_else(|| "that is beyond 2^64 bytes".to_owned())
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
    fn everything_else_is_refused() {
        for text in ["", "KiB", "-1", "1.5MiB", "1MB", "1e6", "NaN", "99999999TiB"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
