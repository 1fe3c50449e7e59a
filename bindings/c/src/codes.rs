//! The ABI's version, and the codes by number.

use memo_malloc::Code;

use crate::failure::copy_text;

/// Rises when a function or a struct of this header changes; a loader compares it first.
pub const MEMO_ABI_VERSION: u32 = 2;

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
    let known = Code::ALL.iter().find(|known| i32::from(known.number()) == code);
    // SAFETY: the caller's promise.
    unsafe { copy_text(known.map_or("", |code| code.name()), name, capacity) }
}
