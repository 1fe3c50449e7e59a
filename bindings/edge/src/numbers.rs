//! Bytes as doubles: the one number that C, JavaScript and Python pass at no cost.

use memo_malloc::Bytes;

use crate::Failure;

/// The largest integer up to which a double holds every integer: 2^53 − 1.
const EXACT_MAX: Bytes = (1 << 53) - 1;

/// An integer that a caller gave as a double.
///
/// # Errors
/// `BAD_ARGUMENT` when it is none; `name` is what the message calls it.
pub fn integer(name: &str, value: f64) -> Result<Bytes, Failure> {
    exact(value).ok_or_else(|| not_exact(name, value))
}

/// An integer from 0 to 2^53 − 1 in a double.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "a value that does not come back unchanged is refused"
)]
pub fn exact(value: f64) -> Option<Bytes> {
    let bytes = value as Bytes;
    (bytes <= EXACT_MAX && bytes as f64 == value).then_some(bytes)
}

/// The refusal of a number that is no such integer.
pub fn not_exact(name: &str, value: f64) -> Failure {
    // As JavaScript shows it, whose numbers these mostly are.
    let shown = value.to_string().replace("inf", "Infinity");
    Failure::bad_argument(format!("{name} {shown} must be an integer from 0 to {EXACT_MAX}"))
}

/// A number of bytes as the caller's number.
///
/// # Errors
/// `BAD_ARGUMENT` when it would be rounded.
#[expect(clippy::cast_precision_loss, reason = "exact up to EXACT_MAX")]
pub fn to_double(name: &str, bytes: Bytes) -> Result<f64, Failure> {
    if bytes <= EXACT_MAX {
        return Ok(bytes as f64);
    }
    Err(Failure::bad_argument(format!(
        "{name} {bytes} is beyond {EXACT_MAX}, the last integer that is exact in a double; \
         give sizes in a larger unit"
    )))
}

/// A number of bytes where the nearest double will do.
#[expect(clippy::cast_precision_loss, reason = "meant")]
pub fn rounded(bytes: Bytes) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_integers_are_bytes() {
        assert_eq!(exact(0.0), Some(0));
        assert_eq!(exact(-0.0), Some(0));
        assert_eq!(exact(9_007_199_254_740_991.0), Some(EXACT_MAX));
        for bad in [-1.0, 0.5, f64::NAN, f64::INFINITY, -f64::INFINITY, 9_007_199_254_740_992.0] {
            assert_eq!(exact(bad), None, "{bad}");
        }
    }

    #[test]
    fn bytes_that_would_be_rounded_are_refused() {
        assert!(to_double("peak", EXACT_MAX).is_ok());
        assert!(to_double("peak", EXACT_MAX + 1).is_err());
    }
}
