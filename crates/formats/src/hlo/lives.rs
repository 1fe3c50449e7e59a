//! One `HeapSimulatorTrace`: which buffers begin and end in which order, and which share bytes.

use std::collections::BTreeMap;

use memo_malloc::{Bytes, Lifetime, Step};

use super::assignment::Assignment;
use crate::Error;
use crate::wire::{Message, Value};

/// Buffers that share their bytes, which others may have while none of them lives.
#[derive(Debug)]
pub(super) struct Group {
    /// The buffer it began with.
    pub(super) owner: u64,
    pub(super) size: Bytes,
    /// When any of them lives, but for what has not ended yet.
    intervals: Vec<Lifetime>,
    /// Since when one of them lives, if any does.
    start: Step,
    live_count: usize,
}

/// The groups of a trace.
#[derive(Debug, Default)]
pub(super) struct Lives {
    groups: Vec<Group>,
    /// The group of each buffer, and whether it still lives.
    members: BTreeMap<u64, (usize, bool)>,
    event_count: Step,
}

#[derive(Debug, Default)]
struct Event {
    kind: u64,
    buffer: u64,
    shares_with: u64,
}

impl Lives {
    pub(super) fn of(trace: Message, assignment: &Assignment) -> Result<Lives, Error> {
        let mut lives = Lives::default();
        for field in trace {
            let (1, Value::Nested(message)) = field? else { continue };
            let event = Event::of(message)?;
            lives.follow(&event, assignment).map_err(|what| message.broken(what))?;
            // A file of 1 GB has fewer events than steps.
            lives.event_count += 1;
        }
        Ok(lives)
    }

    fn follow(&mut self, event: &Event, assignment: &Assignment) -> Result<(), String> {
        let &Event { kind, buffer: id, shares_with } = event;
        if kind == 1 {
            return self.end_one(id);
        }
        let known = assignment.buffer(id).ok_or_else(|| format!("there is no buffer {id}"))?;
        let idx = match kind {
            0 => self.groups.len(),
            2 => self.members.get(&shares_with).map(|&(group, _)| group).ok_or_else(|| {
                format!("buffer {id} shares bytes with buffer {shares_with}, which has none")
            })?,
            _ => return Err(format!("an event of the unknown kind {kind}")),
        };
        if self.members.insert(id, (idx, true)).is_some() {
            return Err(format!("buffer {id} begins twice"));
        }
        let start = self.event_count;
        if idx == self.groups.len() {
            let (size, intervals) = (0, Vec::new());
            self.groups.push(Group { owner: id, size, intervals, start, live_count: 0 });
        }
        let group = &mut self.groups[idx];
        group.size = group.size.max(known.size);
        if group.live_count == 0 {
            group.start = start;
        }
        group.live_count += 1;
        Ok(())
    }

    fn end_one(&mut self, id: u64) -> Result<(), String> {
        let Some((group, is_live @ true)) = self.members.get_mut(&id) else {
            return Err(format!("buffer {id} ends, but is not live"));
        };
        *is_live = false;
        let group = &mut self.groups[*group];
        group.live_count -= 1;
        if group.live_count == 0 {
            group.intervals.push(Lifetime { start: group.start, end: self.event_count });
        }
        Ok(())
    }

    /// The groups; what has not ended lives to the end.
    pub(super) fn into_groups(self) -> impl Iterator<Item = (Group, Vec<Lifetime>)> {
        let end = self.end();
        self.groups.into_iter().map(move |mut group| {
            let mut intervals = std::mem::take(&mut group.intervals);
            if group.live_count > 0 {
                intervals.push(Lifetime { start: group.start, end });
            }
            (group, intervals)
        })
    }

    /// Every buffer of the trace.
    pub(super) fn members(&self) -> impl Iterator<Item = u64> {
        self.members.keys().copied()
    }

    pub(super) fn has(&self, id: u64) -> bool {
        self.members.contains_key(&id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The sum of all sizes.
    pub(super) fn bytes(&self) -> Bytes {
        self.groups.iter().fold(0, |sum: Bytes, group| sum.saturating_add(group.size))
    }

    /// The step after the last event.
    pub(super) fn end(&self) -> Step {
        self.event_count.max(1)
    }
}

impl Event {
    fn of(message: Message) -> Result<Event, Error> {
        let mut event = Event::default();
        for field in message {
            match field? {
                (1, Value::Varint(kind)) => event.kind = kind,
                (2, Value::Varint(id)) => event.buffer = id,
                (5, Value::Varint(id)) => event.shares_with = id,
                _ => {}
            }
        }
        Ok(event)
    }
}
