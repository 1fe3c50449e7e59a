//! By how much a peak may grow.

use std::fmt;

use memo_malloc::Bytes;
use memo_report::units::bytes;

use crate::size;

/// Ten thousandths of the old peak, or bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Growth {
    Basis(u64),
    Bytes(Bytes),
}

/// Most ten thousandths: a thousandfold.
const BASIS_MAX: f64 = 1e7;

/// Reads `1%`, `0.5%` or bytes.
pub(super) fn parse(text: &str) -> Result<Growth, String> {
    let Some(percent) = text.trim().strip_suffix('%') else {
        return size::parse(text).map(Growth::Bytes);
    };
    let basis = percent.trim().parse::<f64>().map(|percent| (percent * 100.0).round());
    match basis {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
        Ok(basis) if (0.0..=BASIS_MAX).contains(&basis) => Ok(Growth::Basis(basis as u64)),
        _ => Err("expected a share such as 1% or 0.5%, or bytes such as 64KiB".to_owned()),
    }
}

impl Growth {
    pub(super) fn is_exceeded(self, old: Bytes, new: Bytes) -> bool {
        let grown = u128::from(new.saturating_sub(old));
        match self {
            Growth::Basis(basis) => grown * 10_000 > u128::from(old) * u128::from(basis),
            Growth::Bytes(most) => grown > u128::from(most),
        }
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Growth::Basis(basis) if basis % 100 == 0 => write!(f, "{} %", basis / 100),
            Growth::Basis(basis) => write!(f, "{}.{:02} %", basis / 100, basis % 100),
            Growth::Bytes(most) => f.write_str(&bytes(most)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_bytes_are_exact() {
        let one = parse("1%").unwrap();
        assert!(!one.is_exceeded(10_000, 10_100));
        assert!(one.is_exceeded(10_000, 10_101));
        assert!(!one.is_exceeded(10_000, 9_000));
        assert!(parse("0%").unwrap().is_exceeded(u64::MAX - 1, u64::MAX));
        assert!(!parse("1KiB").unwrap().is_exceeded(0, 1024));
        assert!(parse("1KiB").unwrap().is_exceeded(0, 1025));
        assert_eq!(parse("0.25 %").unwrap().to_string(), "0.25 %");
        for text in ["", "%", "-1%", "NaN%", "inf%", "1e9%", "x"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
