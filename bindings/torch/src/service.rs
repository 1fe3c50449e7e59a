//! The service: on, off, and what it has done.

use std::ffi::c_char;
use std::time::Duration;

use memo_edge::{Failure, column_mut, copy_text, entry, exact, text, to_double};
use memo_torch::{Options, ServiceStats};

use crate::failure::refused;

/// From now on every call of a TorchScript module from outside is a scope, on any thread: recorded
/// the first time its key is seen, planned in the background, then served. Another call replaces
/// the options.
///
/// `plans` is a folder for plans, made if missing, whose plans serve from the first call on; NULL:
/// they last as long as the process. `plans_max` is how many are kept in memory, 0 for the default
/// of 256. `memory_limit` is the most bytes that all slabs may have together, INFINITY for no limit.
/// Slabs unused for `trim_after` seconds are given back, and a plan may take `planning_limit`
/// seconds; NaN for their defaults of 60 and 1.
///
/// # Safety
/// `plans` is NULL or ends in NUL. No other thread makes its very first tensor during the first call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_enable(
    plans: *const c_char,
    plans_max: u32,
    memory_limit: f64,
    trim_after: f64,
    planning_limit: f64,
) -> i32 {
    entry(|| {
        let default = Options::default();
        // SAFETY: the caller's promise.
        let plans = unsafe { text("plans", plans) }?.map(Into::into);
        let plans_max = if plans_max == 0 { default.plans_max } else { plans_max as usize };
        let memory_limit = limit(memory_limit)?;
        let trim_after = seconds("trim_after", trim_after, default.trim_after)?;
        let planning_limit = seconds("planning_limit", planning_limit, default.planning_limit)?;
        let options = Options { plans, plans_max, memory_limit, trim_after, planning_limit };
        memo_torch::enable(&options).map_err(|error| refused(&error))
    })
}

/// Ends the service: calls from now on are as without it. What is open goes on to its end.
#[unsafe(no_mangle)]
pub extern "C" fn memo_torch_disable() -> i32 {
    entry(|| {
        memo_torch::disable();
        Ok(())
    })
}

/// Waits until every run recorded so far has been planned.
#[unsafe(no_mangle)]
pub extern "C" fn memo_torch_settle() -> i32 {
    entry(|| {
        memo_torch::settle();
        Ok(())
    })
}

/// Gives slabs back that have not been used since the last trim. Writes how many bytes they had;
/// `bytes` may be NULL.
///
/// # Safety
/// `bytes` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_trim(bytes: *mut f64) -> i32 {
    entry(|| {
        let trimmed = to_double("bytes", memo_torch::trim())?;
        // SAFETY: the caller's promise.
        if let Some(bytes) = unsafe { bytes.as_mut() } {
            *bytes = trimmed;
        }
        Ok(())
    })
}

/// Copies what the service has done as one line of JSON, or `null` when it is not enabled, cut to
/// `capacity` bytes and not NUL-terminated. Writes the full length, which may differ the next time.
///
/// # Safety
/// `json` points to `capacity` writable bytes; `length` is valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_stats_json(
    json: *mut u8,
    capacity: u32,
    length: *mut u32,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        tell(|stats| stats.map_or("null".to_owned(), |s| s.to_json()), json, capacity, length)
    }
}

/// As [`memo_torch_stats_json`], for people: a few lines, or `not enabled`.
///
/// # Safety
/// As [`memo_torch_stats_json`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_stats_text(
    text: *mut u8,
    capacity: u32,
    length: *mut u32,
) -> i32 {
    let words = |stats: Option<ServiceStats>| {
        stats.map_or("not enabled".to_owned(), |stats| stats.to_string())
    };
    // SAFETY: the caller's promise.
    unsafe { tell(words, text, capacity, length) }
}

/// # Safety
/// As [`memo_torch_stats_json`].
unsafe fn tell(
    words: impl FnOnce(Option<ServiceStats>) -> String,
    text: *mut u8,
    capacity: u32,
    length: *mut u32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller's promise.
        let room = unsafe { column_mut("text", text, capacity) }?;
        // SAFETY: the caller's promise.
        let length = unsafe { column_mut("length", length, 1) }?;
        let words = words(memo_torch::stats());
        // SAFETY: there is as much room.
        length[0] = unsafe { copy_text(&words, room.as_mut_ptr(), capacity) };
        Ok(())
    })
}

fn limit(bytes: f64) -> Result<usize, Failure> {
    if bytes == f64::INFINITY {
        return Ok(usize::MAX);
    }
    exact(bytes).and_then(|bytes| usize::try_from(bytes).ok()).ok_or_else(|| {
        Failure::bad_argument(format!("memory_limit {bytes} must be a number of bytes or INFINITY"))
    })
}

fn seconds(name: &str, seconds: f64, default: Duration) -> Result<Duration, Failure> {
    if seconds.is_nan() {
        return Ok(default);
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| {
        Failure::bad_argument(format!("{name} {seconds:?} must be from 0 to 1e19 seconds"))
    })
}
