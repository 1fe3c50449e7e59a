//! What the system says of this process.

use std::fs;
use std::io;
use std::time::Duration;

use memo_malloc::Bytes;
use memo_malloc::limits::Stopwatch;
use serde::{Deserialize, Serialize};

/// What some work took, in a process of its own.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Cost {
    /// Wall time.
    pub seconds: f64,
    /// Seconds of processor time.
    pub processor: f64,
    /// The most memory that was resident until the work was done.
    pub megabytes: f64,
}

impl Cost {
    /// Does some work.
    ///
    /// # Errors
    /// When the system does not say what it took.
    pub fn of<T>(work: impl FnOnce() -> T) -> io::Result<(T, Cost)> {
        let (watch, before) = (Stopwatch::start(), processor_time()?);
        let done = work();
        let (wall, processor) = (watch.elapsed(), processor_time()?.saturating_sub(before));
        #[expect(clippy::cast_precision_loss, reason = "read by people")]
        let megabytes = resident_max()? as f64 / 1e6;
        let (seconds, processor) = (wall.as_secs_f64(), processor.as_secs_f64());
        Ok((done, Cost { seconds, processor, megabytes }))
    }
}

/// Processor time of this process so far. Unlike wall time it does not count what other processes
/// took, only what they did to the caches.
///
/// # Errors
/// When the system refuses.
pub fn processor_time() -> io::Result<Duration> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a whole timespec.
    if unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let seconds = Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or(0));
    Ok(seconds + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or(0)))
}

/// Page faults of this process so far that needed no disk.
///
/// # Errors
/// When the system refuses.
pub fn minor_faults() -> io::Result<u64> {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the pointer is to a whole rusage.
    if unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: zeroes are a rusage, and the call has filled it.
    let usage = unsafe { usage.assume_init() };
    Ok(u64::try_from(usage.ru_minflt).unwrap_or(0))
}

/// Resident memory of this process.
///
/// # Errors
/// When `/proc` is missing.
pub fn resident() -> io::Result<Bytes> {
    status("VmRSS:")
}

/// The most memory of this process that was ever resident.
///
/// # Errors
/// When `/proc` is missing.
pub fn resident_max() -> io::Result<Bytes> {
    status("VmHWM:")
}

fn status(name: &str) -> io::Result<Bytes> {
    let status = fs::read_to_string("/proc/self/status")?;
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB")?.parse().ok());
    kib.map(|kib: Bytes| kib << 10)
        .ok_or_else(|| io::Error::other(format!("/proc/self/status has no {name}")))
}
