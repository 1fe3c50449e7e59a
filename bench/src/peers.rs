//! The general allocators that an arena is measured against, each as it comes and tuned.
//!
//! A fresh process is made to use one by `LD_PRELOAD` and by settings in its environment. It then
//! asks the loader whose `malloc` it has: an allocator that is not installed is reported as absent,
//! never measured as another.

use std::ffi::CStr;
use std::mem::MaybeUninit;

use clap::ValueEnum;
use serde::Serialize;

/// Who serves the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Allocator {
    /// Nobody: the loop that plays the requests, alone.
    Loop,
    /// An arena, from a plan.
    Planned,
    /// glibc as it comes.
    GlibcDefault,
    /// glibc, told to keep its memory.
    GlibcTuned,
    /// jemalloc as it comes.
    JemallocDefault,
    /// jemalloc, told to keep its memory.
    JemallocTuned,
    /// gperftools' tcmalloc as it comes.
    Tcmalloc,
    /// mimalloc as it comes.
    Mimalloc,
}

/// glibc gives memory of such runs back after each block unless told otherwise.
const GLIBC_TUNED: [(&str, &str); 3] = [
    ("MALLOC_MMAP_THRESHOLD_", "33554432"),
    ("MALLOC_TRIM_THRESHOLD_", "1073741824"),
    ("MALLOC_TOP_PAD_", "67108864"),
];

/// What is advised for `PyTorch`, but that memory is kept for ever: the arena of the first thread of
/// jemalloc 5.3.0 ignores the threshold.
const JEMALLOC_TUNED: [(&str, &str); 1] = [(
    "MALLOC_CONF",
    "oversize_threshold:1,background_thread:true,metadata_thp:auto,dirty_decay_ms:-1,muzzy_decay_ms:-1",
)];

/// Whatever the environment of a process says to an allocator.
pub const SETTINGS: [&str; 6] = [
    "LD_PRELOAD",
    "MALLOC_CONF",
    "GLIBC_TUNABLES",
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_TRIM_THRESHOLD_",
    "MALLOC_TOP_PAD_",
];

/// A library with a `malloc`, and Debian's package that has it.
struct Library {
    name: &'static str,
    package: &'static str,
}

impl Allocator {
    /// All that serve, and the loop.
    pub const ALL: [Allocator; 8] = [
        Allocator::Loop,
        Allocator::Planned,
        Allocator::GlibcTuned,
        Allocator::GlibcDefault,
        Allocator::JemallocTuned,
        Allocator::JemallocDefault,
        Allocator::Tcmalloc,
        Allocator::Mimalloc,
    ];

    /// The environment in which a process uses it.
    pub fn settings(self) -> Vec<(&'static str, &'static str)> {
        let tuned: &[_] = match self {
            Allocator::GlibcTuned => &GLIBC_TUNED,
            Allocator::JemallocTuned => &JEMALLOC_TUNED,
            _ => &[],
        };
        let preload = self.library().map(|library| ("LD_PRELOAD", library.name));
        preload.into_iter().chain(tuned.iter().copied()).collect()
    }

    /// Whether this process uses it.
    pub fn is_here(self) -> bool {
        let name = self.library().map_or("libc.so", |library| library.name);
        malloc_is_from(name)
    }

    /// What to do when it is absent.
    pub fn fix(self) -> String {
        let package = self.library().map_or("libc6", |library| library.package);
        format!("apt-get install {package}")
    }

    fn library(self) -> Option<Library> {
        let (name, package) = match self {
            Allocator::JemallocDefault | Allocator::JemallocTuned => {
                ("libjemalloc.so.2", "libjemalloc2")
            }
            Allocator::Tcmalloc => ("libtcmalloc_minimal.so.4", "libtcmalloc-minimal4"),
            Allocator::Mimalloc => ("libmimalloc.so.2", "libmimalloc2.0"),
            _ => return None,
        };
        Some(Library { name, package })
    }
}

/// Whether the library whose `malloc` this process calls has a name that begins so.
fn malloc_is_from(name: &str) -> bool {
    // SAFETY: the name ends with a zero.
    let malloc = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"malloc".as_ptr()) };
    let mut found = MaybeUninit::<libc::Dl_info>::uninit();
    // SAFETY: the pointer is to room for one.
    if unsafe { libc::dladdr(malloc, found.as_mut_ptr()) } == 0 {
        return false;
    }
    // SAFETY: the call has filled it.
    let found = unsafe { found.assume_init() };
    // SAFETY: the loader's own text, as long as the library is loaded.
    let path = unsafe { CStr::from_ptr(found.dli_fname) }.to_string_lossy();
    path.rsplit('/').next().is_some_and(|file| file.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_whose_malloc_it_has() {
        assert!(Allocator::GlibcTuned.is_here());
        assert!(!Allocator::Mimalloc.is_here());
        assert!(Allocator::Tcmalloc.fix().contains("tcmalloc"));
    }
}
