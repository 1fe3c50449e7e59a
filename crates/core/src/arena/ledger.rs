//! May this slot be handed out? The check on which the safety of an arena rests.
//!
//! ```text
//! fast:   every predecessor of the turn was handed out at its own last turn, and is free
//! exact:  no live slot shares a byte with this one
//! ```
//!
//! Fast implies exact. By induction over hand-outs live slots are disjoint. Let the fast check
//! succeed and slot i share byte x with some slot j; let p be the predecessor of i for x. p was
//! handed out at its own last turn, so no other slot with x was live then, and p is free now.
//! Since then the cursor, which never moves backwards within an epoch, has only passed turns
//! strictly between p and i on the circle, and by the choice of p no slot of those has x. So j is
//! not live. "All predecessors are free", without their epochs, does not suffice: when p was
//! skipped, an older slot may still hold x.
//!
//! A conforming run passes the fast check every time: about two loads a turn. A turn that does not
//! pass takes the exact check over the slots that may be live, which the ledger collects when first
//! needed in an epoch, in one look at all words; from then on only those handed out since are
//! added. So an exact check costs O(live slots), plus O(turns) once in an epoch, and nothing is
//! kept per pair of slots.

use super::layout::{Layout, Turn};
use super::words::{LIVE, Words};

/// The owner's side of the check.
#[derive(Debug)]
pub(super) struct Ledger {
    /// Words of epoch `e` are `e << 1`, plus [`LIVE`].
    epoch: u64,
    /// Contains every live slot whose turn is before `held_until`, or of an earlier epoch; valid in
    /// `held_epoch` only.
    held: Vec<u32>,
    held_until: usize,
    held_epoch: u64,
}

impl Ledger {
    /// Before the first epoch. `turn_count` bounds what it will ever hold, so that it never grows.
    pub(super) fn new(turn_count: usize) -> Ledger {
        Ledger { epoch: 0, held: Vec::with_capacity(turn_count), held_until: 0, held_epoch: 0 }
    }

    /// A new run: the turns start over.
    #[inline]
    pub(super) fn begin(&mut self) {
        self.epoch += 1;
    }

    /// The epoch of the current run.
    #[inline]
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The fast check. `true` is proof, `false` is not.
    #[inline]
    pub(super) fn predecessors_free(&self, layout: &Layout, words: &Words, turn: &Turn) -> bool {
        let free_now = self.epoch << 1;
        layout.predecessors(turn).iter().fold(0, |bad, &predecessor| {
            let expected = free_now - (u64::from(predecessor & 1) << 1);
            bad | (words.load(predecessor as usize >> 1) ^ expected)
        }) == 0
    }

    /// The exact check, for the turn at or after the cursor that comes next. Every live slot of this
    /// epoch is of a turn before it.
    #[cold]
    pub(super) fn nothing_live_overlaps(
        &mut self,
        layout: &Layout,
        words: &Words,
        turn: usize,
    ) -> bool {
        self.collect_live(layout, words, turn);
        !self.held.iter().any(|&held| layout.overlap(held as usize, turn))
    }

    #[expect(clippy::cast_possible_truncation, reason = "at most 2^28 turns")]
    fn collect_live(&mut self, layout: &Layout, words: &Words, turn: usize) {
        if self.held_epoch == self.epoch {
            let handed_out = self.epoch << 1 | LIVE;
            self.held.retain(|&held| words.load(held as usize) & LIVE != 0);
            let since = (self.held_until..turn).filter(|&t| words.load(t) == handed_out);
            self.held.extend(since.map(|t| t as u32));
        } else {
            self.held.clear();
            let live = (0..layout.len()).filter(|&t| words.load(t) & LIVE != 0);
            self.held.extend(live.map(|t| t as u32));
        }
        self.held_epoch = self.epoch;
        self.held_until = turn;
    }
}

#[cfg(not(loom))]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::words::release;

    /// Runs all turns, each freed before the next; returns how many the fast check allowed.
    fn run(ledger: &mut Ledger, layout: &Layout, words: &Words, skip: Option<usize>) -> usize {
        ledger.begin();
        let turns = (0..layout.len()).filter(|&idx| Some(idx) != skip);
        turns
            .filter(|&idx| {
                let turn = layout.turn(idx).unwrap();
                let fast = ledger.predecessors_free(layout, words, turn);
                assert!(ledger.nothing_live_overlaps(layout, words, idx));
                words.hand_out(idx, ledger.epoch());
                assert!(release(words.word(idx)));
                fast
            })
            .count()
    }

    #[test]
    fn conforming_runs_never_need_the_exact_check_and_a_deviation_heals() {
        let slots: Vec<(usize, usize)> = (0..60).map(|i| (i * 37 % 101, 1 + i * 53 % 31)).collect();
        let (layout, words) = (Layout::of_slots(&slots), Words::new(slots.len()));
        let mut ledger = Ledger::new(slots.len());
        let mut run = |skip| run(&mut ledger, &layout, &words, skip);
        assert_eq!(run(None), 60);
        assert_eq!(run(None), 60);
        assert!(run(Some(7)) < 59, "who follows the skipped turn must not pass the fast check");
        run(None);
        assert_eq!(run(None), 60);
    }
}
