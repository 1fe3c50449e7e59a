//! Snapshots of PyTorch's CUDA memory: `torch.cuda.memory._dump_snapshot`, a pickle.
//!
//! `device_traces` holds a list of events for each device: `alloc`, `free_requested` and
//! `free_completed` (the block can be used again from then on only), and others that are about
//! segments. The list is a ring: its oldest events may be lost, so frees of unknown blocks occur. Who
//! asked is the innermost Python frame of an event.

mod pickle;

use memo_malloc::model::{OpIdx, OpTag};
use memo_malloc::trace::{Event, EventKind, ThreadIdx, Trace};
use memo_malloc::{Bytes, Code, Key};

use crate::blocks::Blocks;
use crate::{Document, Error, Place, Read};
use pickle::{Id, Pickle};

/// What the caching allocator aligns blocks to (`kMinBlockSize`).
const ALIGNMENT: Bytes = 512;

/// So many frames of an event are looked at: one list may stand for those of all events.
const FRAMES_MAX: usize = 1024;

/// The thread of a trace that was recorded: snapshots tell of streams, not of threads.
const OWNER: ThreadIdx = ThreadIdx(0);

/// Reads the events of the device that has most of them.
pub(crate) fn read(bytes: &[u8]) -> Result<Read, Error> {
    let pickle = Pickle::read(bytes)?;
    let traces = pickle.field(pickle.root(), "device_traces").and_then(|id| pickle.list(id));
    let traces = traces.ok_or_else(|| {
        Error::new(Code::UnknownFormat, "a pickle without `device_traces`")
            .fix_by("write it with torch.cuda.memory._record_memory_history() and _dump_snapshot()")
    })?;
    let events = |device: usize| pickle.list(traces[device]).unwrap_or_default();
    let most =
        (0..traces.len()).max_by_key(|&device| (events(device).len(), traces.len() - device));
    let device = most.filter(|&device| !events(device).is_empty()).ok_or_else(|| {
        Error::new(Code::WrongNoun, "the snapshot holds no events")
            .fix_by("call torch.cuda.memory._record_memory_history() before the run")
    })?;
    let mut run = Run::new(&pickle);
    for (idx, &event) in events(device).iter().enumerate() {
        run.follow(event).map_err(|message| {
            let path = format!("device_traces[{device}][{idx}]");
            Error::new(Code::Malformed, message).at(Place::Path(path))
        })?;
    }
    let others = (0..traces.len()).filter(|&other| other != device);
    let elsewhere = others.map(|other| events(other).len() as u64).sum();
    let warnings = run.blocks.warnings(elsewhere, "events", "snapshot");
    let key = Key { runtime: "PyTorch snapshot".to_owned(), ..Key::default() };
    let trace = Trace { key, alignment: ALIGNMENT, ops: run.ops, events: run.events };
    let addresses = run.blocks.into_addresses();
    Ok(Read { addresses, ..Read::new(Document::Trace(trace), warnings) })
}

struct Run<'a> {
    pickle: &'a Pickle<'a>,
    ops: Vec<OpTag>,
    events: Vec<Event>,
    blocks: Blocks,
}

impl<'a> Run<'a> {
    fn new(pickle: &'a Pickle<'a>) -> Run<'a> {
        Run { pickle, ops: Vec::new(), events: Vec::new(), blocks: Blocks::default() }
    }

    fn follow(&mut self, event: Id) -> Result<(), String> {
        let action = self.pickle.field(event, "action").and_then(|id| self.pickle.text(id));
        match action.ok_or("an event without an action")? {
            "alloc" => self.alloc(event),
            "free_completed" => {
                if let Some(block) = self.blocks.free(self.address(event)?) {
                    self.push(EventKind::Free(block));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn alloc(&mut self, event: Id) -> Result<(), String> {
        let size = self.int(event, "size")?;
        let size = Bytes::try_from(size).map_err(|_| format!("a block of {size} bytes"))?;
        let (block, older) = self.blocks.alloc(self.address(event)?)?;
        if let Some(older) = older {
            self.push(EventKind::Free(older));
        }
        let op = self.frame(event).map(|(name, place)| {
            let ordinal = u32::try_from(self.ops.len()).unwrap_or(u32::MAX);
            self.ops.push(OpTag { name, place, ordinal });
            OpIdx(ordinal)
        });
        if let Some(op) = op {
            self.push(EventKind::OpBegin(op));
        }
        self.push(EventKind::Alloc { block, size });
        if let Some(op) = op {
            self.push(EventKind::OpEnd(op));
        }
        Ok(())
    }

    /// The function and the line that asked: the innermost of Python, else the innermost.
    fn frame(&self, event: Id) -> Option<(String, String)> {
        let frames = self.pickle.list(self.pickle.field(event, "frames")?)?;
        let text = |frame, key| self.pickle.field(frame, key).and_then(|id| self.pickle.text(id));
        let is_python = |frame: &&Id| {
            let file = text(**frame, "filename").unwrap_or_default();
            std::path::Path::new(file).extension().is_some_and(|extension| extension == "py")
        };
        let frame = *frames.iter().take(FRAMES_MAX).find(is_python).or(frames.first())?;
        let line = self.pickle.field(frame, "line").and_then(|id| self.pickle.int(id));
        let place = format!("{}:{}", text(frame, "filename")?, line.unwrap_or(0));
        Some((text(frame, "name")?.to_owned(), place))
    }

    fn address(&self, event: Id) -> Result<u64, String> {
        self.int(event, "addr").map(i64::cast_unsigned)
    }

    fn int(&self, event: Id, key: &str) -> Result<i64, String> {
        let found = self.pickle.field(event, key).and_then(|id| self.pickle.int(id));
        found.ok_or_else(|| format!("an event without a number `{key}`"))
    }

    fn push(&mut self, kind: EventKind) {
        self.events.push(Event { kind, thread: OWNER });
    }
}
