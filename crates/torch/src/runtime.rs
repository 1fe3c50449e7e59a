//! LibTorch as a whole: its version, its threads, its kernels, its allocator.

use std::sync::{Once, OnceLock};

use memo_malloc::Code;

use crate::bridge::ffi;
use crate::{Error, mode, service};

/// Puts the allocator in place of LibTorch's own, once for the life of the process. Everything that
/// captures or serves does so itself; a program that makes tensors before may call it first, but
/// need not: blocks of before go back where they came from.
///
/// Must not run while another thread makes its very first tensor, which is LibTorch's condition for
/// changing an allocator.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: what the handler touches is atomic or this thread's own.
        unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
        ffi::install();
    });
}

extern "C" fn in_child() {
    service::in_child();
    mode::in_child();
}

/// Sets how many threads one op may use.
///
/// # Errors
/// `RUN_FAILED` when LibTorch refuses the number.
pub fn set_threads(count: u32) -> Result<(), Error> {
    let refused = |error: &str| Error::new(Code::RunFailed, format!("{count} threads: {error}"));
    let count = i32::try_from(count).map_err(|error| refused(&error.to_string()))?;
    ffi::set_threads(count).map_err(|error| refused(error.what()))
}

/// How many threads one op may use.
pub fn threads() -> u32 {
    ffi::threads().unsigned_abs()
}

/// For example `libtorch 2.4.1`.
pub fn version() -> String {
    format!("libtorch {}", ffi::version())
}

/// The processor features that LibTorch chose its kernels by, for example `AVX512`.
pub fn cpu() -> String {
    // Asked once: LibTorch's answer is long, and a scope of an unseen key waits for it.
    static CPU: OnceLock<String> = OnceLock::new();
    CPU.get_or_init(capability).clone()
}

fn capability() -> String {
    const LINE: &str = "CPU capability usage: ";
    let configuration = ffi::configuration();
    let found = configuration.lines().find_map(|line| line.split_once(LINE));
    found.map_or_else(|| "unknown".to_owned(), |(_, capability)| capability.trim().to_owned())
}
