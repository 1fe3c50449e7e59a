//! Writes a trace while a run happens.
//!
//! A recorder belongs to the scope that is recorded. Its thread reports ops, requests and frees;
//! another thread that frees one of its blocks reports that through the same recorder, which is why
//! the installer keeps it behind a lock. Addresses are only compared, never read through: a block
//! whose address is asked for again while it is live closes the older one.

use std::collections::BTreeMap;

use super::{BlockIdx, Event, EventKind, ThreadIdx, Trace};
use crate::model::{Bytes, Key, OpIdx, OpTag};

/// Collects the events of one scope.
#[derive(Debug)]
pub struct Recorder {
    alignment: Bytes,
    /// The name and the place of each op, one after the other: a block for each would cost the run.
    texts: String,
    /// Where the name and the place of each op end.
    ends: Vec<(usize, usize)>,
    open_ops: Vec<OpIdx>,
    events: Vec<Event>,
    block_count: u32,
    live: BTreeMap<usize, BlockIdx>,
}

/// The thread whose scope is recorded.
const OWNER: ThreadIdx = ThreadIdx(0);

/// A thread that only freed. Which one it was does not change the plan.
const REMOTE: ThreadIdx = ThreadIdx(1);

impl Recorder {
    /// A recorder of requests made with this alignment.
    pub fn new(alignment: Bytes) -> Recorder {
        Recorder {
            alignment,
            texts: String::with_capacity(1 << 14),
            ends: Vec::with_capacity(1024),
            open_ops: Vec::new(),
            // An inference of a large torchvision model has about 4,000 events.
            events: Vec::with_capacity(4096),
            block_count: 0,
            live: BTreeMap::new(),
        }
    }

    /// An op begins on the recorded thread.
    pub fn op_begin(&mut self, name: &str, place: &str) {
        let Ok(ordinal) = u32::try_from(self.ends.len()) else { return };
        let op = OpIdx(ordinal);
        self.texts.push_str(name);
        let end_of_name = self.texts.len();
        self.texts.push_str(place);
        self.ends.push((end_of_name, self.texts.len()));
        self.open_ops.push(op);
        self.push(EventKind::OpBegin(op), OWNER);
    }

    /// The innermost op ends. Ignored when none is open: its begin came before the recorder.
    pub fn op_end(&mut self) {
        if let Some(op) = self.open_ops.pop() {
            self.push(EventKind::OpEnd(op), OWNER);
        }
    }

    /// A request of the recorded thread was answered with a block at `address`.
    pub fn alloc(&mut self, address: usize, size: Bytes) {
        let block = BlockIdx(self.block_count);
        self.block_count += 1;
        self.push(EventKind::Alloc { block, size }, OWNER);
        // A zero-size block has no address of its own, and nobody waits for its free.
        if size > 0 {
            self.live.insert(address, block);
        }
    }

    /// The recorded thread freed `address`. Returns whether the block is one of this trace.
    pub fn free(&mut self, address: usize) -> bool {
        self.freed(address, OWNER)
    }

    /// Another thread freed `address`. Returns whether the block is one of this trace.
    pub fn free_remote(&mut self, address: usize) -> bool {
        self.freed(address, REMOTE)
    }

    fn freed(&mut self, address: usize, thread: ThreadIdx) -> bool {
        let Some(block) = self.live.remove(&address) else { return false };
        self.push(EventKind::Free(block), thread);
        true
    }

    /// The scope has ended; blocks still live are escapes. Ops still open are closed.
    pub fn finish(mut self, key: Key) -> Trace {
        while !self.open_ops.is_empty() {
            self.op_end();
        }
        Trace { key, alignment: self.alignment, ops: self.ops(), events: self.events }
    }

    fn ops(&self) -> Vec<OpTag> {
        let mut start = 0;
        let tag = |(ordinal, &(middle, end)): (u32, &(usize, usize))| {
            let (name, place) = (&self.texts[start..middle], &self.texts[middle..end]);
            start = end;
            OpTag { name: name.to_owned(), place: place.to_owned(), ordinal }
        };
        (0..).zip(&self.ends).map(tag).collect()
    }

    fn push(&mut self, kind: EventKind, thread: ThreadIdx) {
        self.events.push(Event { kind, thread });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_keep_their_order_and_nesting() {
        let mut recorder = Recorder::new(64);
        recorder.op_begin("outer", "m");
        recorder.alloc(0x1000, 8);
        recorder.op_begin("inner", "m.c");
        recorder.alloc(0x2000, 16);
        recorder.op_end();
        assert!(recorder.free(0x1000));
        assert!(recorder.free_remote(0x2000));
        assert!(!recorder.free(0x3000), "a block from before the scope is not ours");
        let trace = recorder.finish(Key::default());
        let kinds: Vec<EventKind> = trace.events.iter().map(|event| event.kind).collect();
        assert_eq!(
            kinds,
            [
                EventKind::OpBegin(OpIdx(0)),
                EventKind::Alloc { block: BlockIdx(0), size: 8 },
                EventKind::OpBegin(OpIdx(1)),
                EventKind::Alloc { block: BlockIdx(1), size: 16 },
                EventKind::OpEnd(OpIdx(1)),
                EventKind::Free(BlockIdx(0)),
                EventKind::Free(BlockIdx(1)),
                EventKind::OpEnd(OpIdx(0)),
            ]
        );
        assert_eq!(trace.events[6].thread, ThreadIdx(1));
        let tag = |ordinal, name: &str, place: &str| OpTag {
            ordinal,
            name: name.to_owned(),
            place: place.to_owned(),
        };
        assert_eq!(trace.ops, [tag(0, "outer", "m"), tag(1, "inner", "m.c")]);
        assert_eq!(trace.sizes().collect::<Vec<_>>(), [8, 16]);
    }

    #[test]
    fn an_end_without_a_begin_is_from_before_the_scope() {
        let mut recorder = Recorder::new(64);
        recorder.op_end();
        assert!(recorder.finish(Key::default()).events.is_empty());
    }
}
