//! The ABI's version, the codes by number, and the last failure.

/// Rises when a function or a struct of this header changes or comes; a loader compares it first.
pub const MEMO_ABI_VERSION: u32 = 6;

/// The [`MEMO_ABI_VERSION`] this library was built with.
#[unsafe(no_mangle)]
pub extern "C" fn memo_abi_version() -> u32 {
    MEMO_ABI_VERSION
}

/// Copies the name of a code, for example `EMPTY_LIFETIME` for 101, cut to `capacity` bytes and
/// not NUL-terminated. Returns its full length, 0 for a number that no code has.
///
/// # Safety
/// `name` points to `capacity` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_code_name(code: i32, name: *mut u8, capacity: u32) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { memo_edge::code_name(code, name, capacity) }
}

/// Copies the text of this thread's last failure, UTF-8, cut to `capacity` bytes and not
/// NUL-terminated. Returns its full length. `text` may be NULL when `capacity` is 0.
///
/// # Safety
/// `text` points to `capacity` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_last_error(text: *mut u8, capacity: u32) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { memo_edge::last_error(text, capacity) }
}
