//! A trace: its events as one letter and one number each.
//!
//! | letter | event | number |
//! |---|---|---|
//! | `b` | an op begins | the op |
//! | `e` | the innermost op of the thread ends | the op |
//! | `a` | a block is asked for; blocks are numbered in this order | its size |
//! | `f` | a block is freed | the block |

use memo_malloc::model::OpIdx;
use memo_malloc::trace::{BlockIdx, Event, EventKind, ThreadIdx, Trace};
use memo_malloc::{Bytes, Code};
use serde::{Deserialize, Serialize};

use super::columns::{KeyFields, OpColumns, optional_length, same_length};
use super::{parse, path};
use crate::{Document, Error};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TraceColumns {
    key: KeyFields,
    alignment: Bytes,
    ops: OpColumns,
    events: EventColumns,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct EventColumns {
    kind: String,
    value: Vec<u64>,
    /// Left out when everything happened on thread 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    thread: Vec<u16>,
}

pub(super) fn read(text: &[u8]) -> Result<Document, Error> {
    let columns: TraceColumns = parse(text)?;
    if columns.alignment == 0 {
        return Err(Error::new(Code::BadAlignment, "0 is no alignment").at(path("alignment")));
    }
    let ops = columns.ops.into_ops()?;
    Ok(Document::Trace(Trace {
        key: columns.key.into_key(),
        alignment: columns.alignment,
        events: columns.events.into_events(ops.len())?,
        ops,
    }))
}

pub(super) fn columns(trace: &Trace) -> TraceColumns {
    TraceColumns {
        key: KeyFields::of(&trace.key),
        alignment: trace.alignment,
        ops: OpColumns::of(&trace.ops),
        events: EventColumns::of(&trace.events),
    }
}

impl EventColumns {
    fn of(events: &[Event]) -> EventColumns {
        let mut columns = EventColumns::default();
        for event in events {
            let (letter, value) = match event.kind {
                EventKind::OpBegin(op) => ('b', op.0.into()),
                EventKind::OpEnd(op) => ('e', op.0.into()),
                EventKind::Alloc { size, .. } => ('a', size),
                EventKind::Free(block) => ('f', block.0.into()),
            };
            columns.kind.push(letter);
            columns.value.push(value);
        }
        if events.iter().any(|event| event.thread != ThreadIdx(0)) {
            columns.thread = events.iter().map(|event| event.thread.0).collect();
        }
        columns
    }

    fn into_events(self, op_count: usize) -> Result<Vec<Event>, Error> {
        let count = self.kind.len();
        same_length("events.value", self.value.len(), "events.kind", count)?;
        optional_length("events.thread", self.thread.len(), "events.kind", count)?;
        let mut block_count = 0;
        let mut events = Vec::with_capacity(count);
        for (idx, (letter, &value)) in self.kind.chars().zip(&self.value).enumerate() {
            let kind = match letter {
                'b' | 'e' => op_event(letter, value, op_count),
                'a' => next_block(&mut block_count)
                    .map(|block| EventKind::Alloc { block, size: value }),
                'f' => freed(value, block_count),
                other => Err(format!("`{other}` is none of b, e, a, f")),
            };
            let at_event = |message| Error::new(Code::Malformed, message).at(event_path(idx));
            let thread = ThreadIdx(self.thread.get(idx).copied().unwrap_or(0));
            events.push(Event { kind: kind.map_err(at_event)?, thread });
        }
        Ok(events)
    }
}

fn event_path(idx: usize) -> crate::Place {
    path(format!("events[{idx}]"))
}

fn op_event(letter: char, value: u64, op_count: usize) -> Result<EventKind, String> {
    let op = u32::try_from(value).ok().filter(|&op| (op as usize) < op_count).map(OpIdx);
    let op = op.ok_or_else(|| format!("op {value} is not among the {op_count} ops"))?;
    Ok(if letter == 'b' { EventKind::OpBegin(op) } else { EventKind::OpEnd(op) })
}

fn next_block(block_count: &mut u32) -> Result<BlockIdx, String> {
    let block = BlockIdx(*block_count);
    *block_count = block_count.checked_add(1).ok_or("more than 2^32 - 1 blocks")?;
    Ok(block)
}

fn freed(value: u64, block_count: u32) -> Result<EventKind, String> {
    let block = u32::try_from(value).ok().filter(|&block| block < block_count);
    let block = block.ok_or_else(|| format!("block {value} was not asked for before"))?;
    Ok(EventKind::Free(BlockIdx(block)))
}
