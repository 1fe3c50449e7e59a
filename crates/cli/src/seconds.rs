//! Seconds as people type them.

use std::time::Duration;

/// Reads `0.5` or `10`.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|number| Duration::try_from_secs_f64(number).ok());
    seconds.ok_or_else(|| "expected seconds from 0 to 1e19, such as 0.5 or 10".to_owned())
}
