//! From what a run did to what is to be placed.
//!
//! A step is the index of an event among the allocs and frees of the trace. A block lives from the
//! step of its alloc to the step of its free; one that is never freed is an escape: its request is
//! kept, so that an arena can follow the run, but it gets no buffer. Zero-size requests need no
//! bytes and are left out. One pass over the events.
//!
//! Only thread 0, whose scope was recorded, does the same in the same order in every run. Between it
//! and another thread the trace tells one order of many: what another thread freed at some step it
//! may free at any later one in the next run, and what it asked for it may ask for earlier. So a
//! block that another thread frees is live to the end of the scope, and one that another thread asks
//! for is live from its beginning; the end that thread 0 decides stays exact. That also holds two
//! blocks of one other thread apart that never meet: to tell them from those that do would take a
//! pair for each two blocks of different threads. A trace does not record where threads wait for
//! each other, which could bring the ends closer.

use std::collections::BTreeMap;

use crate::model::{Buffer, BufferIdx, Bytes, Error, OpIdx, Problem, Request, Step};
use crate::trace::{BlockIdx, EventKind, ThreadIdx, Trace};

/// The problem of a run, and the requests by which an arena recognises it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Liveness {
    /// A buffer for each block that has bytes and was freed, in the order of the requests.
    pub problem: Problem,
    /// Every request that has bytes, in the order of the run.
    pub requests: Vec<Request>,
}

/// Finds the lifetime of each block of a trace.
///
/// # Errors
/// [`Error::BrokenTrace`] names the event that cannot follow those before it; the errors of
/// [`Problem::with_ops`] for sizes beyond what can be planned.
pub fn liveness(trace: &Trace) -> Result<Liveness, Error> {
    let mut run = Run::default();
    for (position, event) in trace.events.iter().enumerate() {
        run.follow(event.kind, event.thread, trace.ops.len())
            .map_err(|message| Error::BrokenTrace { event: position, message })?;
    }
    run.finish(trace)
}

/// The run up to some event.
#[derive(Default)]
struct Run {
    step: Step,
    blocks: Vec<Block>,
    /// The ops that have begun and not ended, for each thread, innermost last.
    open_ops: BTreeMap<ThreadIdx, Vec<OpIdx>>,
}

struct Block {
    size: Bytes,
    start: Step,
    end: Option<Step>,
    op: Option<OpIdx>,
}

/// No step of a run: the end of a block whose free another thread decides.
const SOMETIME: Step = Step::MAX;

/// The thread whose scope is recorded.
const OWNER: ThreadIdx = ThreadIdx(0);

impl Run {
    fn follow(&mut self, kind: EventKind, on: ThreadIdx, op_count: usize) -> Result<(), String> {
        match kind {
            EventKind::OpBegin(op) if op.usize() >= op_count => {
                Err(format!("op {} begins, but there are {op_count} ops", op.0))
            }
            EventKind::OpBegin(op) => {
                self.open_ops.entry(on).or_default().push(op);
                Ok(())
            }
            EventKind::OpEnd(op) => self.op_end(op, on),
            EventKind::Alloc { block, size } => self.alloc(block, size, on),
            EventKind::Free(block) => self.free(block, on),
        }
    }

    fn op_end(&mut self, op: OpIdx, on: ThreadIdx) -> Result<(), String> {
        match self.open_ops.get_mut(&on).and_then(Vec::pop) {
            Some(innermost) if innermost == op => Ok(()),
            Some(innermost) => {
                Err(format!("op {} ends on thread {} inside op {}", op.0, on.0, innermost.0))
            }
            None => Err(format!("op {} ends on thread {} without a begin", op.0, on.0)),
        }
    }

    fn alloc(&mut self, block: BlockIdx, size: Bytes, on: ThreadIdx) -> Result<(), String> {
        let expected = self.blocks.len();
        if usize::try_from(block.0) != Ok(expected) {
            return Err(format!("block {} is asked for where block {expected} is next", block.0));
        }
        let op = self.open_ops.get(&on).and_then(|open| open.last().copied());
        let now = self.tick()?;
        let start = if on == OWNER { now } else { 0 };
        self.blocks.push(Block { size, start, end: None, op });
        Ok(())
    }

    fn free(&mut self, block: BlockIdx, on: ThreadIdx) -> Result<(), String> {
        let now = self.tick()?;
        let end = if on == OWNER { now } else { SOMETIME };
        let freed = usize::try_from(block.0).ok().and_then(|idx| self.blocks.get_mut(idx));
        match freed {
            None => Err(format!("block {} is freed before it is asked for", block.0)),
            Some(Block { end: Some(_), .. }) => Err(format!("block {} is freed twice", block.0)),
            Some(freed) => {
                freed.end = Some(end);
                Ok(())
            }
        }
    }

    fn tick(&mut self) -> Result<Step, String> {
        let now = self.step;
        self.step = now.checked_add(1).ok_or_else(|| format!("more than {now} steps"))?;
        Ok(now)
    }

    fn finish(self, trace: &Trace) -> Result<Liveness, Error> {
        let mut buffers = Vec::new();
        let mut slots = (0..).map(BufferIdx);
        let mut requests = Vec::new();
        let last = self.step;
        for block in self.blocks.into_iter().filter(|block| block.size > 0) {
            let Block { size, start, end, op } = block;
            let slot = end.and_then(|_| slots.next());
            requests.push(Request { size, slot });
            if let Some(end) = end {
                let buffer = Buffer::new(size, start, end.min(last)).aligned(trace.alignment);
                buffers.push(Buffer { op, ..buffer });
            }
        }
        Ok(Liveness { problem: Problem::with_ops(buffers, trace.ops.clone())?, requests })
    }
}
