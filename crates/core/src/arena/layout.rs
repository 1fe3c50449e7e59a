//! What the check at run time needs of a plan, found once.
//!
//! A run is a sequence of *turns*, one for each expected request; it repeats, so the turns form a
//! circle. The *predecessors* of a turn are, for each byte of its slot, the last turn before it on
//! the circle whose slot has that byte (for a byte that nobody else uses: the turn itself, one run
//! earlier).
//!
//! ```text
//! paint = empty map from bytes to turns
//! for each turn in order:   paint[slot] = turn                                   (a run earlier)
//! for each turn in order:   predecessors = distinct paint[slot]; paint[slot] = turn
//! ```
//!
//! Each painting removes the pieces it covers and adds at most three, so there are at most 3 n
//! pieces to read in a pass: O(n log n) time, at most 3 predecessors a turn on average.

use std::collections::BTreeMap;

use crate::model::{BufferIdx, Bytes, Error, RunPlan};

use super::region::UNIT;

/// 2^28: so that indices into the table of starts, up to eight entries a turn, fit 32 bits, and
/// predecessors too. A trace of so many requests would fill 8 GiB.
const TURN_COUNT_MAX: usize = 1 << 28;

/// One expected request and its slot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    /// Bytes of the slot; 0 for an escape, which has none.
    pub(super) size: usize,
    /// Where the slot starts in the slab.
    pub(super) offset: usize,
    /// The entry of that offset among the starts.
    pub(super) start: u32,
    /// The predecessors, a range of [`Layout::predecessors`].
    first: u32,
    last: u32,
}

/// A turn whose slot had some byte last: `turn << 1 | later`. `later` is 1 if it comes at or after
/// its successor in a run, so that its last hand-out was one epoch earlier.
pub(super) type Predecessor = u32;

/// The turns of a run and who precedes whom.
#[derive(Debug)]
pub(super) struct Layout {
    turns: Box<[Turn]>,
    planned: Box<[usize]>,
    predecessors: Box<[Predecessor]>,
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
            .map(|request| request.slot.map_or(Ok(Turn::ESCAPE), |slot| Turn::new(run_plan, slot)))
            .collect::<Result<_, _>>()?;
        let planned = requests.iter().map(|r| to_usize(r.size)).collect();
        Ok(Layout::of(turns, planned))
    }

    fn of(mut turns: Vec<Turn>, planned: Box<[usize]>) -> Layout {
        let predecessors = find_predecessors(&mut turns);
        let bytes = turns.iter().map(|turn| turn.offset + turn.size).max().unwrap_or(0);
        Layout { turns: turns.into(), planned, predecessors: predecessors.into(), bytes }
    }

    /// Slots `(offset, size)` in turn.
    #[cfg(test)]
    pub(super) fn of_slots(slots: &[(usize, usize)]) -> Layout {
        let turn = |&(offset, size)| Turn { size, offset, ..Turn::ESCAPE };
        let planned = slots.iter().map(|slot| slot.1).collect();
        Layout::of(slots.iter().map(turn).collect(), planned)
    }

    /// The number of turns.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.turns.len()
    }

    /// A turn, `None` past the end.
    #[inline]
    pub(super) fn turn(&self, turn: usize) -> Option<&Turn> {
        self.turns.get(turn)
    }

    /// All turns, escapes among them.
    pub(super) fn turns_mut(&mut self) -> &mut [Turn] {
        &mut self.turns
    }

    /// The requested bytes of each turn, escapes included.
    #[inline]
    pub(super) fn planned(&self) -> &[usize] {
        &self.planned
    }

    /// The predecessors of a turn.
    #[inline]
    pub(super) fn predecessors(&self, turn: &Turn) -> &[Predecessor] {
        &self.predecessors[turn.first as usize..turn.last as usize]
    }

    /// Whether the slots of two turns share a byte.
    pub(super) fn overlap(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.turns[a], &self.turns[b]);
        a.offset < b.offset + b.size && b.offset < a.offset + a.size
    }
}

impl Turn {
    const ESCAPE: Turn = Turn { size: 0, offset: 0, start: 0, first: 0, last: 0 };

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
                Ok(Turn { size: to_usize(buffer.size), offset: to_usize(offset), ..Turn::ESCAPE })
            }
            top => {
                let top = top.unwrap_or(Bytes::MAX);
                Err(Error::OverCapacity { buffer: slot, top, capacity })
            }
        }
    }
}

/// Lossless: the arena is built on 64-bit systems only.
#[expect(clippy::cast_possible_truncation, reason = "64-bit only")]
const fn to_usize(bytes: Bytes) -> usize {
    bytes as usize
}

#[expect(clippy::cast_possible_truncation, reason = "at most 2^28 turns")]
fn find_predecessors(turns: &mut [Turn]) -> Vec<Predecessor> {
    let has_slot = |turn: &Turn| turn.size > 0;
    let mut paint = Paint::default();
    for (idx, turn) in turns.iter().enumerate().filter(|(_, turn)| has_slot(turn)) {
        paint.cover(turn.offset, turn.offset + turn.size, (idx as u32) << 1 | 1);
    }
    let mut predecessors = Vec::new();
    let mut found = Vec::new();
    for (idx, turn) in turns.iter_mut().enumerate().filter(|(_, turn)| has_slot(turn)) {
        let (low, high) = (turn.offset, turn.offset + turn.size);
        found.clear();
        found.extend(paint.within(low, high));
        found.sort_unstable();
        found.dedup();
        turn.first = predecessors.len() as u32;
        predecessors.extend_from_slice(&found);
        turn.last = predecessors.len() as u32;
        paint.cover(low, high, (idx as u32) << 1);
    }
    predecessors
}

/// Disjoint pieces `[low, high)` with the turn that had them last, by `low`.
#[derive(Default)]
struct Paint(BTreeMap<usize, (usize, Predecessor)>);

impl Paint {
    /// The turns that have pieces in `[low, high)`, also of those that reach in or out.
    fn within(&self, low: usize, high: usize) -> impl Iterator<Item = Predecessor> {
        let below = self.0.range(..low).next_back().filter(move |(_, piece)| piece.0 > low);
        let inside = self.0.range(low..high.max(low));
        below.into_iter().chain(inside).map(|(_, &(_, turn))| turn)
    }

    fn cover(&mut self, low: usize, high: usize, turn: Predecessor) {
        self.cut(low);
        self.cut(high);
        let covered: Vec<usize> = self.0.range(low..high).map(|(&start, _)| start).collect();
        for start in covered {
            self.0.remove(&start);
        }
        self.0.insert(low, (high, turn));
    }

    /// Splits the piece that has `at` inside.
    fn cut(&mut self, at: usize) {
        if let Some((_, piece)) = self.0.range_mut(..at).next_back()
            && piece.0 > at
        {
            let upper = *piece;
            piece.0 = at;
            self.0.insert(at, upper);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Byte by byte, turn by turn.
    fn naive(slots: &[(usize, usize)], turn: usize) -> Vec<Predecessor> {
        let count = slots.len();
        let has = |t: usize, byte| (slots[t].0..slots[t].0 + slots[t].1).contains(&byte);
        let last = |byte| {
            let back = (1..=count).find(|back| has((turn + count - back) % count, byte)).unwrap();
            let owner = (turn + count - back) % count;
            u32::try_from(owner << 1 | usize::from(owner >= turn)).unwrap()
        };
        let mut all: Vec<Predecessor> =
            (slots[turn].0..slots[turn].0 + slots[turn].1).map(last).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    proptest::proptest! {
        #[test]
        fn predecessors_equal_those_found_byte_by_byte(
            slots in proptest::collection::vec((0_usize..24, 0_usize..12), 1..12)
        ) {
            let found = Layout::of_slots(&slots);
            for idx in 0..slots.len() {
                let turn = found.turn(idx).unwrap();
                proptest::prop_assert_eq!(found.predecessors(turn), &naive(&slots, idx)[..]);
            }
        }
    }

    #[test]
    fn predecessors_stay_below_three_a_turn() {
        let slots: Vec<(usize, usize)> =
            (0..500).map(|i| (i * 37 % 101, 1 + i * 53 % 89)).collect();
        assert!(Layout::of_slots(&slots).predecessors.len() <= 3 * slots.len());
    }
}
