//! Texts on their way in and out.

use std::ffi::{CStr, c_char};

use memo_malloc::Code;

use crate::Failure;

/// Copies a text, cut to `capacity` bytes and not NUL-terminated. Returns its full length.
///
/// # Safety
/// `to` points to `capacity` writable bytes, or `capacity` is 0.
pub unsafe fn copy_text(text: &str, to: *mut u8, capacity: u32) -> u32 {
    let count = text.len().min(capacity as usize);
    if count > 0 {
        // SAFETY: `text` holds `count` bytes, the caller's memory as many, and they are distinct.
        unsafe { std::ptr::copy_nonoverlapping(text.as_ptr(), to, count) };
    }
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// Copies the name of a code as [`copy_text`] does; nothing for a number that no code has.
///
/// # Safety
/// As [`copy_text`].
pub unsafe fn code_name(code: i32, to: *mut u8, capacity: u32) -> u32 {
    let known = Code::ALL.iter().find(|known| i32::from(known.number()) == code);
    // SAFETY: the caller's promise.
    unsafe { copy_text(known.map_or("", |code| code.name()), to, capacity) }
}

/// A text that a caller gave; `None` for NULL.
///
/// # Errors
/// `BAD_ARGUMENT` when it is not UTF-8; `name` is what the message calls it.
///
/// # Safety
/// `text` is NULL or ends in NUL, and stays as it is for as long as the result is used.
pub unsafe fn text<'a>(name: &str, text: *const c_char) -> Result<Option<&'a str>, Failure> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and it ends in NUL by the caller's promise.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str()
        .map(Some)
        .map_err(|_| Failure::bad_argument(format!("{name} {text:?} is not UTF-8")))
}
