//! Chrome traces as PyTorch's profiler writes them with `profile_memory=True`.
//!
//! The file is a list of events, gigabytes of it for a long run: it is read event by event, and only
//! what memory needs is kept, about 40 bytes each. `[memory]` events are the requests and frees,
//! told apart by the sign of `Bytes` and paired by `Addr`; who asked is the innermost op that was
//! running on the same thread at that time, in the module that Python was in. Cost: one pass over the
//! text, n log n for the sort.

mod event;
mod join;
mod modules;
mod objects;

use std::io::BufRead;

use memo_malloc::Code;

use crate::{Error, Read, json};
use event::Kept;
use objects::Objects;

/// Whether a JSON text that begins so is a Chrome trace rather than a file of our own.
pub(crate) fn is_chrome(head: &[u8]) -> bool {
    let has = |key: &[u8]| memchr::memmem::find(head, key).is_some();
    match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => has(b"\"ph\""),
        Some(b'{') => {
            !json::is_ours(head) && (has(b"\"traceEvents\"") || has(b"\"schemaVersion\""))
        }
        _ => false,
    }
}

/// Reads a trace, however long; `code` is what a failure to read means.
pub(crate) fn read(input: impl BufRead, code: Code) -> Result<Read, Error> {
    let mut objects = Objects::begin(input, code)?;
    let mut kept = Kept::default();
    while let Some(text) = objects.next()? {
        kept.push(text).map_err(|error| error.within(&objects.path()))?;
    }
    if kept.memory.is_empty() {
        let message = if kept.has_no_addresses {
            "its memory events tell no addresses, so requests and frees cannot be paired"
        } else {
            "the trace holds no memory events"
        };
        return Err(Error::new(Code::WrongNoun, message).fix_by(
            "record it with torch.profiler.profile(profile_memory=True), PyTorch 1.9 or later",
        ));
    }
    join::read(kept)
}
