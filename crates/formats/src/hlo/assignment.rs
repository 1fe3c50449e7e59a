//! XLA's `BufferAssignmentProto`: buffers, the allocations they lie in, and how that came about.

use std::collections::BTreeMap;

use memo_malloc::{Bytes, Code};

use super::lives::Lives;
use crate::Error;
use crate::wire::{Message, Value};

/// A value of the module that needs bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct LogicalBuffer<'a> {
    pub(super) size: Bytes,
    /// The instruction that makes it, which older files name and newer ones number.
    pub(super) made_by: &'a str,
    pub(super) made_by_id: u64,
    /// Which part of the instruction's result it is.
    pub(super) part: Vec<u64>,
}

/// Where a buffer lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) allocation: usize,
    pub(super) offset: Bytes,
}

#[derive(Debug, Default)]
struct Allocation {
    size: Bytes,
    /// Where it would begin if all lay one behind the other.
    base: Bytes,
    is_temporary: bool,
}

/// All that the file tells of buffers.
#[derive(Debug, Default)]
pub(super) struct Assignment<'a> {
    buffers: BTreeMap<u64, LogicalBuffer<'a>>,
    allocations: Vec<Allocation>,
    places: BTreeMap<u64, Place>,
    traces: Vec<Message<'a>>,
}

/// Further than any alignment that a backend wants.
const BASE_ALIGNMENT: Bytes = 1 << 12;

impl<'a> Assignment<'a> {
    pub(super) fn of(message: Message<'a>) -> Result<Assignment<'a>, Error> {
        let mut assignment = Assignment::default();
        for field in message {
            match field? {
                (1, Value::Nested(buffer)) => {
                    let (id, buffer) = logical_buffer(buffer)?;
                    assignment.buffers.insert(id, buffer);
                }
                (3, Value::Nested(allocation)) => assignment.push(allocation)?,
                (4, Value::Nested(trace)) => assignment.traces.push(trace),
                _ => {}
            }
        }
        Ok(assignment)
    }

    fn push(&mut self, message: Message) -> Result<(), Error> {
        let base = self.allocations.last().map_or(Some(0), |last| {
            last.base.checked_add(last.size)?.checked_next_multiple_of(BASE_ALIGNMENT)
        });
        let base = base.ok_or_else(|| Error::new(Code::TooLarge, "more than 2^64 bytes"))?;
        let mut allocation = Allocation { size: 0, base, is_temporary: true };
        let idx = self.allocations.len();
        for field in message {
            match field? {
                (2, Value::Varint(size)) => allocation.size = size,
                // Local to a thread, a parameter, a result, a tuple, a constant.
                (3 | 5 | 7 | 11 | 12, Value::Varint(flag)) => allocation.is_temporary &= flag == 0,
                (9, Value::Nested(assigned)) => {
                    let (id, offset) = assigned_at(assigned)?;
                    let place = Place { allocation: idx, offset };
                    if self.places.insert(id, place).is_some() {
                        return Err(assigned.broken(format!("buffer {id} lies in two places")));
                    }
                }
                _ => {}
            }
        }
        self.allocations.push(allocation);
        Ok(())
    }

    pub(super) fn buffer(&self, id: u64) -> Option<LogicalBuffer<'a>> {
        self.buffers.get(&id).cloned()
    }

    pub(super) fn traces(&self) -> impl Iterator<Item = Result<Lives, Error>> {
        self.traces.iter().map(|&trace| Lives::of(trace, self))
    }

    pub(super) fn places(&self) -> impl Iterator<Item = (u64, Place)> {
        self.places.iter().map(|(&id, &place)| (id, place))
    }

    pub(super) fn place(&self, id: u64) -> Option<Place> {
        self.places.get(&id).copied()
    }

    /// Where a buffer would be if all allocations lay one behind the other.
    pub(super) fn address(&self, id: u64) -> Option<u64> {
        let place = self.place(id)?;
        self.allocations[place.allocation].base.checked_add(place.offset)
    }

    /// The largest of the allocations that hold nothing but what the module needs for itself.
    pub(super) fn largest_temporary(&self) -> Option<usize> {
        let temporary = |&idx: &usize| self.allocations[idx].is_temporary;
        let size = |&idx: &usize| (self.allocations[idx].size, self.allocations.len() - idx);
        (0..self.allocations.len()).filter(temporary).max_by_key(size)
    }
}

fn logical_buffer(message: Message<'_>) -> Result<(u64, LogicalBuffer<'_>), Error> {
    let (mut id, mut buffer) = (0, LogicalBuffer::default());
    for field in message {
        match field? {
            (1, Value::Varint(number)) => id = number,
            (2, Value::Varint(size)) => buffer.size = size,
            (3, Value::Nested(location)) => locate(&mut buffer, location)?,
            _ => {}
        }
    }
    Ok((id, buffer))
}

fn locate<'a>(buffer: &mut LogicalBuffer<'a>, location: Message<'a>) -> Result<(), Error> {
    for field in location {
        match field? {
            (2, Value::Nested(name)) => buffer.made_by = name.text()?,
            (3, Value::Varint(part)) => buffer.part.push(part),
            (3, Value::Nested(packed)) => buffer.part.extend(packed.varints()?),
            (4, Value::Varint(id)) => buffer.made_by_id = id,
            _ => {}
        }
    }
    Ok(())
}

/// Which buffer lies at which offset.
fn assigned_at(message: Message) -> Result<(u64, Bytes), Error> {
    let (mut id, mut offset) = (0, 0);
    for field in message {
        match field? {
            (1, Value::Varint(number)) => id = number,
            (2, Value::Varint(bytes)) => offset = bytes,
            _ => {}
        }
    }
    Ok((id, offset))
}
