//! Joins requests and frees with the ops around them.
//!
//! ```text
//! sort ops by thread, begin, longest first; memory events by time, then by their place in the file
//! for each memory event:  on its thread end the ops that are over, begin those that have begun;
//!                         a request begins the ops around it in the trace, if they have not yet
//! ```
//! Ops in which nothing is asked for are left out. The thread with the most requests is thread 0 of
//! the trace. Times are whole microseconds in older traces, so an op that ends where another begins
//! counts as over.

use std::collections::BTreeMap;

use memo_malloc::model::{OpIdx, OpTag};
use memo_malloc::trace::{Event, EventKind, ThreadIdx, Trace};
use memo_malloc::{Bytes, Code, Key};

use super::event::{Device, Kept, Memory, Op};
use super::modules::{PlaceIdx, Places};
use crate::blocks::Blocks;
use crate::{Document, Error, Read};

/// What LibTorch aligns blocks of the CPU to (`c10::gAlignment`).
const CPU_ALIGNMENT: Bytes = 64;

/// What it aligns those of other devices to (`kMinBlockSize` of the caching allocator).
const DEVICE_ALIGNMENT: Bytes = 512;

pub(super) fn read(mut kept: Kept) -> Result<Read, Error> {
    let device = device(&kept.memory);
    let all = kept.memory.len();
    kept.memory.retain(|event| event.device == device);
    let elsewhere = all - kept.memory.len();
    // A stable sort: events of one time keep their order.
    kept.memory.sort_by(|a, b| a.at.total_cmp(&b.at));
    let numbers = numbers(&kept.memory)?;
    let op_count = kept.ops.len();
    in_order(&mut kept.ops);
    in_order(&mut kept.modules);
    let places = Places::of(&mut kept.ops, &kept.modules, &kept.names);
    let lanes = lanes(&std::mem::take(&mut kept.ops));
    let (ops, events, blocks) = (Vec::new(), Vec::new(), Blocks::default());
    let mut join = Join { lanes, numbers, names: &kept.names, places, ops, events, blocks };
    // Growing by doubling would take twice the memory in the end.
    join.events.reserve_exact(kept.memory.len() + 2 * op_count);
    join.ops.reserve_exact(op_count.min(kept.memory.len()));
    for event in &kept.memory {
        join.follow(event)?;
    }
    join.finish();
    let warnings = join.blocks.warnings(elsewhere as u64, "memory events", "trace");
    let alignment = if device.is_cpu() { CPU_ALIGNMENT } else { DEVICE_ALIGNMENT };
    let key = Key { runtime: "PyTorch profiler".to_owned(), ..Key::default() };
    let trace = Trace { key, alignment, ops: join.ops, events: join.events };
    let addresses = join.blocks.into_addresses();
    Ok(Read { addresses, ..Read::new(Document::Trace(trace), warnings) })
}

/// The CPU if it was asked for memory, else the device that was asked first.
fn device(memory: &[Memory]) -> Device {
    let of_cpu = memory.iter().find(|event| event.device.is_cpu());
    of_cpu.or(memory.first()).map_or(Device { kind: 0, number: 0 }, |event| event.device)
}

/// The number of each thread in the trace: 0 for the one with the most requests.
fn numbers(memory: &[Memory]) -> Result<BTreeMap<u32, u16>, Error> {
    let mut requests: BTreeMap<u32, u64> = BTreeMap::new();
    for event in memory {
        *requests.entry(event.thread).or_default() += u64::from(event.bytes > 0);
    }
    let mut threads: Vec<(u32, u64)> = requests.into_iter().collect();
    threads.sort_by_key(|&(thread, count)| (std::cmp::Reverse(count), thread));
    let number = |(idx, (thread, _))| Some((thread, u16::try_from(idx).ok()?));
    let numbers: Option<BTreeMap<u32, u16>> = threads.into_iter().enumerate().map(number).collect();
    numbers.ok_or_else(|| Error::new(Code::Malformed, "more than 65536 threads ask for memory"))
}

/// By thread and begin, the longest first.
fn in_order(ops: &mut [Op]) {
    let longest_first = |a: &Op, b: &Op| b.end.total_cmp(&a.end);
    ops.sort_by(|a, b| {
        a.thread.cmp(&b.thread).then(a.start.total_cmp(&b.start)).then_with(|| longest_first(a, b))
    });
}

/// The ops of each thread, which are in order.
fn lanes(ops: &[Op]) -> BTreeMap<u32, Lane> {
    let mut lanes = BTreeMap::new();
    for of_thread in ops.chunk_by(|a, b| a.thread == b.thread) {
        lanes.insert(of_thread[0].thread, Lane { ops: of_thread.to_vec(), ..Lane::default() });
    }
    lanes
}

/// The ops of one thread, up to some time.
#[derive(Debug, Default)]
struct Lane {
    ops: Vec<Op>,
    next: usize,
    open: Vec<Open>,
}

/// An op that has begun; `begun` once the trace has its begin.
#[derive(Debug, Clone, Copy)]
struct Open {
    end: f64,
    name: u32,
    place: PlaceIdx,
    begun: Option<OpIdx>,
}

#[derive(Debug)]
struct Join<'a> {
    names: &'a [String],
    places: Places,
    numbers: BTreeMap<u32, u16>,
    lanes: BTreeMap<u32, Lane>,
    ops: Vec<OpTag>,
    events: Vec<Event>,
    blocks: Blocks,
}

impl Join<'_> {
    fn follow(&mut self, memory: &Memory) -> Result<(), Error> {
        let thread = ThreadIdx(self.numbers.get(&memory.thread).copied().unwrap_or(0));
        let mut lane = self.lanes.remove(&memory.thread).unwrap_or_default();
        self.advance(&mut lane, thread, memory.at);
        if memory.bytes > 0 {
            self.begin_open(&mut lane, thread)?;
            self.alloc(memory, thread)?;
        } else if let Some(block) = self.blocks.free(memory.address) {
            self.events.push(Event { kind: EventKind::Free(block), thread });
        }
        self.lanes.insert(memory.thread, lane);
        Ok(())
    }

    /// Ends and begins the ops of a thread up to a time.
    fn advance(&mut self, lane: &mut Lane, thread: ThreadIdx, to: f64) {
        while let Some(op) = lane.ops.get(lane.next).copied().filter(|op| op.start <= to) {
            lane.next += 1;
            self.end_until(lane, thread, |open| open.end <= op.start && op.start < op.end);
            // Rounding may let an op end after the one around it.
            let end = lane.open.last().map_or(op.end, |outer| outer.end.min(op.end));
            lane.open.push(Open { end, name: op.name, place: op.place, begun: None });
        }
        self.end_until(lane, thread, |open| open.end < to);
    }

    fn end_until(&mut self, lane: &mut Lane, thread: ThreadIdx, is_over: impl Fn(&Open) -> bool) {
        while let Some(open) = lane.open.pop_if(|open| is_over(open)) {
            if let Some(op) = open.begun {
                self.events.push(Event { kind: EventKind::OpEnd(op), thread });
            }
        }
    }

    fn begin_open(&mut self, lane: &mut Lane, thread: ThreadIdx) -> Result<(), Error> {
        for open in lane.open.iter_mut().filter(|open| open.begun.is_none()) {
            let ordinal = u32::try_from(self.ops.len())
                .map_err(|_| Error::new(Code::Malformed, "more than 2^32 - 1 ops"))?;
            let name = self.names[open.name as usize].clone();
            let place = self.places.told(open.place).to_owned();
            self.ops.push(OpTag { name, place, ordinal });
            self.events.push(Event { kind: EventKind::OpBegin(OpIdx(ordinal)), thread });
            open.begun = Some(OpIdx(ordinal));
        }
        Ok(())
    }

    fn alloc(&mut self, memory: &Memory, thread: ThreadIdx) -> Result<(), Error> {
        let block = self.blocks.alloc(memory.address);
        let (block, older) = block.map_err(|message| Error::new(Code::Malformed, message))?;
        if let Some(older) = older {
            self.events.push(Event { kind: EventKind::Free(older), thread });
        }
        let kind = EventKind::Alloc { block, size: memory.bytes.unsigned_abs() };
        self.events.push(Event { kind, thread });
        Ok(())
    }

    fn finish(&mut self) {
        for (id, mut lane) in std::mem::take(&mut self.lanes) {
            let thread = ThreadIdx(self.numbers.get(&id).copied().unwrap_or(0));
            self.end_until(&mut lane, thread, |_| true);
        }
    }
}
