//! What a trace holds, counted.

use memo_malloc::Bytes;
use memo_malloc::trace::{EventKind, Trace};
use memo_report::units::{bytes, count, share};
use serde::Serialize;

/// The counts of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Captured {
    /// Requests of more than 0 bytes.
    pub(crate) requests: u64,
    /// Requests of 0 bytes, for which nothing is planned.
    pub(crate) empty_requests: u64,
    /// Requested bytes, all together.
    pub(crate) bytes: Bytes,
    /// Of the requests of more than 0 bytes, those whose op is known.
    pub(crate) tagged: u64,
    /// Ops that ran.
    pub(crate) ops: u64,
}

impl Captured {
    /// Counts.
    pub(crate) fn of(trace: &Trace) -> Captured {
        let mut captured = Captured { ops: trace.ops.len() as u64, ..Captured::default() };
        let mut depth = 0_u64;
        for event in &trace.events {
            match event.kind {
                EventKind::OpBegin(_) => depth += 1,
                EventKind::OpEnd(_) => depth -= 1,
                EventKind::Alloc { size: 0, .. } => captured.empty_requests += 1,
                EventKind::Alloc { size, .. } => {
                    captured.requests += 1;
                    captured.bytes += size;
                    captured.tagged += u64::from(depth > 0);
                }
                EventKind::Free(_) => {}
            }
        }
        captured
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        format!(
            "{} requests, {}, {} of them tagged with one of {} ops; {} more of 0 bytes",
            count(self.requests),
            bytes(self.bytes),
            share(self.tagged, self.requests),
            count(self.ops),
            count(self.empty_requests),
        )
    }
}
