//! What the hand-outs of an arena need of a plan, found once.
//!
//! A run is a sequence of *turns*, one for each expected request, and a last one without a slot, the
//! *end*, where the cursor stands when nothing is planned. Before a slot is handed out, its turn
//! *waits for* the starts of the slots whose first successor it is. What one hand-out reads of its
//! turn is half a cache line; the rest lies apart.

use std::ops::Range;

use crate::model::{BufferIdx, Bytes, Error, RunPlan};

use super::region::{self, UNIT};
use super::starts::Starts;
use super::successors::first_successors;

/// 2^28: so that indices into the table of starts, up to eight entries a turn, fit 32 bits, and the
/// words of turns too. A trace of so many requests would fill 8 GiB.
const TURN_COUNT_MAX: usize = 1 << 28;

/// As many as leave a turn at half a cache line. 297 of 301 turns of a network wait for no more.
const FEW: usize = 3;

/// Why there is no slab for a plan that not even LibTorch's alignment of 64 allows: 256 GiB.
const TOO_FAR: &str = "its offsets are more than 2^32 times their common alignment apart";

/// One expected request and its slot.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
pub(super) struct Turn {
    /// Bytes of the slot; 0 for an escape and the end, which have none.
    pub(super) size: usize,
    /// Where the slot starts in the slab.
    pub(super) offset: usize,
    /// The start of the slot; the wall if there is none.
    pub(super) start: u32,
    /// The starts it waits for, some of them twice; only the wall if they are more, or there is no
    /// slot.
    pub(super) few: [u32; FEW],
}

/// The turns of a run and what they wait for.
#[derive(Debug)]
pub(super) struct Layout {
    /// One for each request, and the end.
    turns: Box<[Turn]>,
    planned: Box<[usize]>,
    /// The sums of the sizes of slots before each turn.
    bytes_before: Box<[usize]>,
    /// The starts that turns wait for, turn by turn, and where those of each turn end.
    waits: Box<[u32]>,
    wait_ends: Box<[u32]>,
    /// Largest top: the bytes a slab needs.
    pub(super) bytes: usize,
}

impl Layout {
    /// The turns of a run plan, in the order of its requests.
    ///
    /// # Errors
    /// When an offset is misaligned, or an alignment or a top is beyond what a slab can give.
    pub(super) fn new(run_plan: &RunPlan) -> Result<Layout, Error> {
        let requests: Vec<_> = run_plan.requests().iter().filter(|r| r.size > 0).collect();
        if requests.len() > TURN_COUNT_MAX {
            return Err(Error::TooManyBuffers { count: requests.len() });
        }
        let turns: Vec<Turn> = requests
            .iter()
            .map(|request| request.slot.map_or(Ok(Turn::NO_SLOT), |slot| Turn::new(run_plan, slot)))
            .collect::<Result<_, _>>()?;
        let planned = requests.iter().map(|r| to_usize(r.size)).collect();
        Ok(Layout::of(turns, planned))
    }

    fn of(mut turns: Vec<Turn>, planned: Box<[usize]>) -> Layout {
        turns.push(Turn::NO_SLOT);
        let bytes = turns.iter().map(|turn| turn.slot().end).max().unwrap_or(0);
        let (bytes_before, turns) = (bytes_before(&turns), turns.into());
        let (waits, wait_ends) = (Box::default(), Box::default());
        Layout { turns, planned, bytes_before, waits, wait_ends, bytes }
    }

    /// Finds the starts of all slots, and which turn waits for which.
    ///
    /// # Errors
    /// When the starts are too far apart.
    #[expect(clippy::cast_possible_truncation, reason = "at most 2^28 turns")]
    pub(super) fn place(&mut self) -> Result<Starts, Error> {
        let slots: Vec<_> = self.turns.iter().map(Turn::slot).collect();
        let starts = Starts::new(slots.iter().filter(|s| !s.is_empty()).map(|s| s.start));
        let starts = starts.ok_or_else(|| region::no_slab(self.bytes, TOO_FAR))?;
        let start = |slot: &Range<usize>| {
            let found = if slot.is_empty() { None } else { starts.find(slot.start) };
            found.unwrap_or(starts.wall()) as u32
        };
        let pairs = first_successors(&slots);
        self.waits = pairs.iter().map(|&(before, _)| start(&slots[before])).collect();
        let end = |turn| pairs.partition_point(|&(_, successor)| successor <= turn) as u32;
        self.wait_ends = (0..slots.len()).map(end).collect();
        for (idx, slot) in slots.iter().enumerate() {
            let few = few(start(slot), self.waits_for(idx), starts.wall() as u32);
            let turn = &mut self.turns[idx];
            (turn.start, turn.few) = (start(slot), few);
        }
        Ok(starts)
    }

    /// Slots `(offset, size)` in turn, and their starts.
    #[cfg(test)]
    pub(super) fn of_slots(slots: &[(usize, usize)]) -> (Layout, Starts) {
        let turn = |&(offset, size)| Turn { size, offset, ..Turn::NO_SLOT };
        let planned = slots.iter().map(|slot| slot.1).collect();
        let mut layout = Layout::of(slots.iter().map(turn).collect(), planned);
        let starts = layout.place().unwrap();
        (layout, starts)
    }

    /// The index of the end: the number of expected requests.
    #[inline]
    pub(super) fn end(&self) -> usize {
        self.planned.len()
    }

    /// All turns.
    pub(super) fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// A turn.
    ///
    /// # Safety
    /// It is at most the end.
    #[inline]
    pub(super) unsafe fn turn_unchecked(&self, turn: usize) -> &Turn {
        debug_assert!(turn < self.turns.len());
        // SAFETY: the caller's.
        unsafe { self.turns.get_unchecked(turn) }
    }

    /// The requested bytes of each turn, escapes included.
    #[inline]
    pub(super) fn planned(&self) -> &[usize] {
        &self.planned
    }

    /// The bytes of the slots of all turns before this one.
    pub(super) fn bytes_before(&self, turn: usize) -> u64 {
        self.bytes_before[turn] as u64
    }

    /// The starts that a turn waits for.
    pub(super) fn waits_for(&self, turn: usize) -> &[u32] {
        let first = turn.checked_sub(1).map_or(0, |before| self.wait_ends[before]);
        &self.waits[first as usize..self.wait_ends[turn] as usize]
    }

    /// Whether the slots of two turns share a byte.
    pub(super) fn overlap(&self, a: usize, b: usize) -> bool {
        let (a, b) = (self.turns[a].slot(), self.turns[b].slot());
        a.start < b.end && b.start < a.end
    }
}

impl Turn {
    const NO_SLOT: Turn = Turn { size: 0, offset: 0, start: 0, few: [0; FEW] };

    /// The bytes of the slot in the slab.
    pub(super) fn slot(&self) -> Range<usize> {
        self.offset..self.offset + self.size
    }

    fn new(run_plan: &RunPlan, slot: BufferIdx) -> Result<Turn, Error> {
        let buffer = &run_plan.problem().buffers()[slot.usize()];
        let (offset, alignment) = (run_plan.plan().offsets[slot.usize()], buffer.alignment);
        if !alignment.is_power_of_two() || alignment > UNIT as Bytes {
            return Err(Error::SlabAlignment { buffer: slot, alignment });
        }
        if !offset.is_multiple_of(alignment) {
            return Err(Error::OffsetMisaligned { buffer: slot, offset, alignment });
        }
        let capacity = crate::model::BYTES_MAX;
        match offset.checked_add(buffer.size) {
            Some(top) if top <= capacity => {
                Ok(Turn { size: to_usize(buffer.size), offset: to_usize(offset), ..Turn::NO_SLOT })
            }
            top => {
                let top = top.unwrap_or(Bytes::MAX);
                Err(Error::OverCapacity { buffer: slot, top, capacity })
            }
        }
    }
}

/// The sums cannot overflow: those of a problem's sizes do not.
fn bytes_before(turns: &[Turn]) -> Box<[usize]> {
    let before = |sum: &mut usize, turn: &Turn| Some(std::mem::replace(sum, *sum + turn.size));
    turns.iter().scan(0, before).collect()
}

/// What a turn with this start holds of the starts it waits for. One that waits for none looks at
/// its own, which is free then: who was live there last has had a successor since.
fn few(own: u32, waits: &[u32], wall: u32) -> [u32; FEW] {
    match waits {
        [] => [own; FEW],
        _ if waits.len() <= FEW => std::array::from_fn(|idx| waits[idx % waits.len()]),
        _ => [wall; FEW],
    }
}

/// Lossless: the arena is built on 64-bit systems only.
#[expect(clippy::cast_possible_truncation, reason = "64-bit only")]
const fn to_usize(bytes: Bytes) -> usize {
    bytes as usize
}
