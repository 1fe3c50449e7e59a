//! May this slot be handed out? The check on which the safety of an arena rests.
//!
//! ```text
//! fast:   each slot whose first successor is this turn is free, and the last circle was clear
//! exact:  no live slot shares a byte with this one
//! ```
//!
//! A turn that the cursor has passed was *clear* if, after the turn before it and before the next,
//! there was a moment when no live slot shared a byte with its own. A turn that was handed out was
//! clear, by either check; a skipped one is put to the exact check; those that a run leaves out at its
//! end are clear if nothing is live when the next begins.
//!
//! Fast implies exact. By induction over hand-outs live slots are disjoint. Let all turns since the
//! last time of turn i, that one included, have been clear, and suppose that slot j is live and
//! shares a byte with slot i.
//!
//! * j was handed out at its own last turn: that turn was clear, so nothing was live then that has
//!   bytes of j, not even j itself from earlier.
//! * Let f be the first successor of j. If f comes before i, f was clear after j was handed out: j
//!   was not live then, nor has it been handed out since.
//! * If f is i, the fast check looks at the word of j's start. It still names j, for a slot handed
//!   out there since would share j's first byte and be a successor before i. So j is free.
//!
//! All three contradict. "All slots before it are free", without the clear circle, does not suffice:
//! when a turn was skipped, an older slot may still hold the bytes.
//!
//! Each slot is looked at once a run, by its first successor: about one load a turn. After a turn
//! that was not clear all turns up to its next time take the exact check over the slots that may be
//! live. The ledger collects those when first needed in a run, in one look at all words; from then
//! on only those handed out since are added. So an exact check costs O(live slots), plus O(starts)
//! once in a run, and nothing is kept per pair of slots.

use super::layout::{Layout, Turn};
use super::starts::Starts;
use super::words;

/// The owner's side of the check.
#[derive(Debug)]
pub(super) struct Ledger {
    /// From this turn of the run on, the last circle was clear.
    clear_from: usize,
    /// One past the last turn of this run that was not clear.
    unclear_until: usize,
    /// If collected in this run, contains every live slot whose turn is before `held_until`, or of
    /// an earlier run.
    held: Vec<u32>,
    held_until: Option<usize>,
}

impl Ledger {
    /// Before the first run. `turn_count` bounds what it will ever hold, so that it never grows.
    pub(super) fn new(turn_count: usize) -> Ledger {
        let held = Vec::with_capacity(turn_count);
        Ledger { clear_from: 0, unclear_until: 0, held, held_until: None }
    }

    /// A new run, after one that passed so many turns: the turns start over. Those not passed are
    /// clear if nothing is live now.
    pub(super) fn begin(&mut self, layout: &Layout, starts: &Starts, passed: usize) {
        if passed < layout.end() && starts.live_turns().next().is_some() {
            self.unclear_until = layout.end();
        }
        self.clear_from = std::mem::take(&mut self.unclear_until);
        self.held_until = None;
    }

    /// The turn at the cursor is passed and was not clear: until its next time nothing is proof but
    /// the exact check.
    #[cold]
    pub(super) fn not_clear(&mut self, turn: usize) {
        self.clear_from = usize::MAX;
        self.unclear_until = turn + 1;
    }

    /// The fast check of a turn that waits for few. `true` is proof, `false` is not.
    ///
    /// # Safety
    /// `starts` are of the layout that `turn` is from.
    #[inline]
    pub(super) unsafe fn few_free(&self, starts: &Starts, idx: usize, turn: &Turn) -> bool {
        let word = |&start: &u32| {
            // SAFETY: turns wait for starts of their layout or the wall, as the caller says.
            unsafe { starts.word_unchecked(start as usize) }
        };
        idx >= self.clear_from && words::are_free(turn.few.iter().map(word))
    }

    /// The fast check of any turn with a slot. `true` is proof, `false` is not.
    pub(super) fn all_free(&self, layout: &Layout, starts: &Starts, idx: usize) -> bool {
        let words = layout.waits_for(idx).iter().map(|&start| starts.word(start as usize));
        idx >= self.clear_from && words::are_free(words)
    }

    /// The exact check, for the turn at or after the cursor that comes next. Every live slot of this
    /// run is of a turn before it.
    #[cold]
    pub(super) fn nothing_live_overlaps(
        &mut self,
        layout: &Layout,
        starts: &Starts,
        turn: usize,
    ) -> bool {
        self.collect_live(layout, starts, turn);
        !self.held.iter().any(|&held| layout.overlap(held as usize, turn))
    }

    #[expect(clippy::cast_possible_truncation, reason = "at most 2^28 turns")]
    fn collect_live(&mut self, layout: &Layout, starts: &Starts, turn: usize) {
        if let Some(until) = self.held_until {
            let live = |turn: u32| {
                let start = layout.turns()[turn as usize].start;
                words::look(starts.word(start as usize)) == words::live(turn)
            };
            let since = until as u32..turn as u32;
            self.held.retain(|held| !since.contains(held) && live(*held));
            self.held.extend(since.filter(|&turn| live(turn)));
        } else {
            self.held.clear();
            self.held.extend(starts.live_turns());
        }
        self.held_until = Some(turn);
    }
}

#[cfg(not(loom))]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::words::{hand_out, release};

    /// Runs all turns, each freed before the next; returns how many the fast check allowed. The
    /// slot of the skipped one is said not to have been clear.
    fn run(ledger: &mut Ledger, layout: &Layout, starts: &Starts, skip: Option<usize>) -> usize {
        ledger.begin(layout, starts, layout.end());
        let mut fast_count = 0;
        for (idx, turn) in (0..).zip(&layout.turns()[..layout.end()]) {
            let at = idx as usize;
            if Some(at) == skip {
                ledger.not_clear(at);
                continue;
            }
            let fast = ledger.all_free(layout, starts, at);
            // SAFETY: the starts are of the layout.
            assert!(fast || !unsafe { ledger.few_free(starts, at, turn) });
            assert!(ledger.nothing_live_overlaps(layout, starts, at));
            hand_out(starts.word(turn.start as usize), idx);
            assert!(release(starts.word(turn.start as usize)));
            fast_count += usize::from(fast);
        }
        fast_count
    }

    #[test]
    fn conforming_runs_never_need_the_exact_check_and_a_deviation_heals() {
        let slots: Vec<(usize, usize)> = (0..60).map(|i| (i * 37 % 101, 1 + i * 53 % 31)).collect();
        let (layout, starts) = Layout::of_slots(&slots);
        let mut ledger = Ledger::new(slots.len());
        let mut run = |skip| run(&mut ledger, &layout, &starts, skip);
        assert_eq!(run(None), 60);
        assert_eq!(run(None), 60);
        assert_eq!(run(Some(7)), 7, "after a turn that was not clear, only the exact check");
        assert_eq!(run(None), 60 - 8, "until its next time");
        assert_eq!(run(None), 60);
    }
}
