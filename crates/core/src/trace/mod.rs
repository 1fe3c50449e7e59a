//! The record of a run: which op asked for which block, and when it was freed.

mod event;
mod recorder;

pub use event::{BlockIdx, Event, EventKind, ThreadIdx, Trace};
pub use recorder::Recorder;
