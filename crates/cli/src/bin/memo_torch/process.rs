//! What the system says about this process.

use std::fs;

use memo_cli::failure::Failure;
use memo_cli::measurement::Times;
use memo_malloc::Code;
use memo_malloc::limits::Stopwatch;
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use serde_json::Value;

/// Page faults without disk of all threads since the start.
pub(crate) fn faults() -> Result<u64, Failure> {
    // proc(5): the fields after the name in parentheses start with the third; minflt is the tenth.
    let stat = read("/proc/self/stat")?;
    let field = stat.rsplit_once(')').and_then(|(_, fields)| fields.split_whitespace().nth(7));
    number("/proc/self/stat", field)
}

/// Processor time of all threads since the start.
pub(crate) fn cpu_ns() -> u64 {
    nanoseconds_of(ClockId::ProcessCPUTime)
}

/// Adds what this takes.
pub(crate) fn time<T>(times: &mut Times, run: impl FnOnce() -> T) -> T {
    let (cpu_ns, watch) = (nanoseconds_of(ClockId::ThreadCPUTime), Stopwatch::start());
    let result = run();
    times.wall_ns.push(nanoseconds(watch));
    times.cpu_ns.push(nanoseconds_of(ClockId::ThreadCPUTime) - cpu_ns);
    result
}

fn nanoseconds_of(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    // Neither is negative.
    time.tv_sec.unsigned_abs() * 1_000_000_000 + time.tv_nsec.unsigned_abs()
}

/// Resident bytes now, and the most since [`forget_max`].
pub(crate) fn resident() -> Result<(u64, u64), Failure> {
    const FILE: &str = "/proc/self/status";
    let status = read(FILE)?;
    let kib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        number(FILE, line.and_then(|line| line.split_whitespace().next()))
    };
    Ok((kib("VmRSS:")? * 1024, kib("VmHWM:")? * 1024))
}

/// From now on the most resident bytes are counted anew. Where the kernel does not let us, loading
/// the model counts too.
pub(crate) fn forget_max() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

pub(crate) fn nanoseconds(watch: Stopwatch) -> u64 {
    u64::try_from(watch.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

pub(crate) fn json_of(answer: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(answer).map_err(|e| Failure::new(Code::Internal, e.to_string()))
}

fn read(file: &str) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|e| Failure::new(Code::Io, e.to_string()).in_file(file))
}

fn number(file: &str, text: Option<&str>) -> Result<u64, Failure> {
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| Failure::new(Code::Io, "not what proc(5) describes").in_file(file))
}
