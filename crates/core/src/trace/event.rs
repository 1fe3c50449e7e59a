//! A trace and its events.

use crate::model::{Bytes, Key, OpIdx, OpTag};

/// A block of a trace, numbered in the order of its requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockIdx(pub u32);

/// A thread of a trace; 0 is the one whose scope was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadIdx(pub u16);

/// One thing that happened, on one thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// Where it happened.
    pub thread: ThreadIdx,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// An op began on the thread, inside those that have begun and not ended there.
    OpBegin(OpIdx),
    /// The innermost op of the thread ended.
    OpEnd(OpIdx),
    /// A block was asked for by the innermost op of the thread. Blocks are numbered from 0 in the
    /// order of these events.
    Alloc {
        /// Which block.
        block: BlockIdx,
        /// Requested bytes; 0 is a request too.
        size: Bytes,
    },
    /// A block was freed. At most once for each block; never for one that is live at the end.
    Free(BlockIdx),
}

/// The events of one scope (one inference), in the order in which they happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The circumstances of the run.
    pub key: Key,
    /// The alignment every request was made with.
    pub alignment: Bytes,
    /// The ops that began, each once.
    pub ops: Vec<OpTag>,
    /// What happened.
    pub events: Vec<Event>,
}

impl Trace {
    /// The sizes asked for, one for each block.
    pub fn sizes(&self) -> impl Iterator<Item = Bytes> {
        self.events.iter().filter_map(|event| match event.kind {
            EventKind::Alloc { size, .. } => Some(size),
            _ => None,
        })
    }
}
