//! Versions, the codes by number, and the last failure.

use memo_edge::copy_text;

/// Rises when a function or a struct of this header changes; a loader compares it first.
pub const MEMO_TORCH_ABI_VERSION: u32 = 2;

const BUILT_FOR: &str = concat!("memo-torch built for LibTorch ", env!("MEMO_TORCH_VERSION"), "\0");

/// `memo-torch built for LibTorch MAJOR.MINOR.PATCH`: to be found in the file by a loader that does
/// not yet know whether it may load it.
#[unsafe(no_mangle)]
pub static memo_torch_built_for: [u8; BUILT_FOR.len()] = bytes_of(BUILT_FOR);

const fn bytes_of<const COUNT: usize>(text: &str) -> [u8; COUNT] {
    match text.as_bytes().first_chunk() {
        Some(bytes) => *bytes,
        None => unreachable!(),
    }
}

/// The [`MEMO_TORCH_ABI_VERSION`] this library was built with.
#[unsafe(no_mangle)]
pub extern "C" fn memo_torch_abi_version() -> u32 {
    MEMO_TORCH_ABI_VERSION
}

/// Copies the name and version of the runtime this library was built for, for example
/// `libtorch 2.4.1`, cut to `capacity` bytes and not NUL-terminated. Returns its full length.
///
/// # Safety
/// `text` points to `capacity` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_version(text: *mut u8, capacity: u32) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { copy_text(&memo_torch::version(), text, capacity) }
}

/// Copies the name of a code, for example `BAD_MODEL` for 702, cut to `capacity` bytes and not
/// NUL-terminated. Returns its full length, 0 for a number that no code has.
///
/// # Safety
/// `name` points to `capacity` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_code_name(code: i32, name: *mut u8, capacity: u32) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { memo_edge::code_name(code, name, capacity) }
}

/// Copies the text of this thread's last failure, UTF-8, cut to `capacity` bytes and not
/// NUL-terminated. Returns its full length. `text` may be NULL when `capacity` is 0.
///
/// # Safety
/// `text` points to `capacity` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_last_error(text: *mut u8, capacity: u32) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { memo_edge::last_error(text, capacity) }
}
