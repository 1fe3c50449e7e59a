//! An arena as its owner sees it: which planned request is this, and is its slot to be had?
//!
//! A cursor walks the planned requests and never turns back within a run. A request that equals
//! the next planned one takes its slot if the [`ledger`](super::ledger) agrees. Otherwise:
//!
//! ```text
//! an equal one is planned within the window?   those before it are skipped   (the run left some out)
//! fits the next one, at least half?            takes its slot                (a smaller input)
//! else                                         falls back, cursor stays      (the run put one in)
//! so for MISSES_MAX requests in a row?         the plan is off until the next run
//! ```
//!
//! The rules above decide how many requests are served. None of them matters for safety.

use std::ops::Range;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::model::{Error, RunPlan};

use super::layout::{Layout, Turn};
use super::ledger::Ledger;
use super::scope::Scope;
use super::shared::{self, Shared};
use super::slab::Slab;
use super::starts::Starts;
use super::stats::Stats;
use super::words::Words;

/// How far ahead an equal request is looked for. A different kernel for one op adds or drops one
/// to five requests; a window of three such ops finds the way back, at about a nanosecond each.
const WINDOW: usize = 16;

/// After so many misses in a row a run is taken for another one: it pays for the search about a
/// microsecond in all.
const MISSES_MAX: u32 = 64;

/// Serves the requests of one run at a time from one slab.
///
/// One thread owns it at a time (it can be sent to another); any thread may [`free`](super::free)
/// its blocks, also after it has been dropped.
#[derive(Debug)]
pub struct Arena {
    layout: Layout,
    ledger: Ledger,
    shared: Arc<Shared>,
    cursor: usize,
    phase: Phase,
    misses: u32,
    missed_at: usize,
    stats: Stats,
}

/// Why nothing is planned next. Except in a run, the cursor is at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Outside,
    Run,
    Off,
}

impl Arena {
    /// A slab for the plan, resident from now on.
    ///
    /// # Errors
    /// When an offset is misaligned, an alignment is no power of two or above 2 MiB, or the system
    /// has no memory. A plan whose buffers collide is accepted: it serves less, but safely.
    pub fn new(run_plan: &RunPlan) -> Result<Arena, Error> {
        shared::sweep();
        let mut layout = Layout::new(run_plan)?;
        let slab = Slab::new(layout.bytes)?;
        let starts = Starts::new(layout.turns_mut());
        let turn_count = layout.len();
        Ok(Arena {
            layout,
            ledger: Ledger::new(turn_count),
            shared: Shared::new(Words::new(turn_count), starts, slab),
            cursor: turn_count,
            phase: Phase::Outside,
            misses: 0,
            missed_at: 0,
            stats: Stats::default(),
        })
    }

    /// A new run. The blocks of the run before stay valid until they are freed.
    #[inline]
    pub fn begin(&mut self) {
        self.ledger.begin();
        self.cursor = 0;
        self.phase = Phase::Run;
        self.misses = 0;
        self.stats.scopes += 1;
    }

    /// Ends the run: until the next, every request falls back.
    #[inline]
    pub fn end(&mut self) {
        self.cursor = self.layout.len();
        self.phase = Phase::Outside;
    }

    /// A run that ends when the guard is dropped.
    pub fn scope(&mut self) -> Scope<'_> {
        Scope::new(self)
    }

    /// The block planned for this request, or `None`: ask another allocator. None for 0 bytes,
    /// which is no request.
    #[inline]
    pub fn alloc(&mut self, size: usize) -> Option<NonNull<u8>> {
        match self.layout.turn(self.cursor) {
            Some(turn)
                if turn.size == size
                    && size > 0
                    && self.ledger.predecessors_free(&self.layout, &self.shared.words, turn) =>
            {
                let turn = *turn;
                Some(self.hand_out(self.cursor, turn, size))
            }
            _ => self.deviate(size),
        }
    }

    /// What it has done so far.
    pub fn stats(&self) -> Stats {
        let (double_frees, strays) = self.shared.faults();
        Stats { double_frees, strays, ..self.stats }
    }

    /// The addresses of the slab.
    pub fn range(&self) -> Range<usize> {
        self.shared.slab().range()
    }

    /// Hands the slot of a turn out. The ledger has agreed.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "at most 2^28 turns")]
    fn hand_out(&mut self, idx: usize, turn: Turn, size: usize) -> NonNull<u8> {
        self.shared.words.hand_out(idx, self.ledger.epoch());
        self.shared.starts.hand_out(turn.start, idx as u32);
        self.cursor = idx + 1;
        self.stats.hits += 1;
        self.stats.bytes += size as u64;
        let base = self.shared.slab().base();
        // SAFETY: the slab has at least the largest top of all slots, so the offset is inside.
        unsafe { base.add(turn.offset) }
    }

    /// Any request that is not served at once.
    #[cold]
    fn deviate(&mut self, size: usize) -> Option<NonNull<u8>> {
        if size == 0 {
            return None;
        }
        if self.cursor == self.layout.len() {
            *self.nothing_planned() += 1;
            return None;
        }
        let Some(idx) = self.planned_for(size) else {
            self.miss();
            return None;
        };
        self.stats.skipped += (idx - self.cursor) as u64;
        self.cursor = idx + 1;
        self.take(idx, size)
    }

    /// The slot of a turn if there is one and no live block has a byte of it.
    fn take(&mut self, idx: usize, size: usize) -> Option<NonNull<u8>> {
        let turn = *self.layout.turn(idx)?;
        if turn.size == 0 {
            self.stats.escapes += 1;
            return None;
        }
        if !self.ledger.nothing_live_overlaps(&self.layout, &self.shared.words, idx) {
            self.stats.occupied += 1;
            return None;
        }
        self.stats.smaller += u64::from(size < self.layout.planned()[idx]);
        Some(self.hand_out(idx, turn, size))
    }

    /// The turn this request is taken for.
    fn planned_for(&self, size: usize) -> Option<usize> {
        let ahead = &self.layout.planned()[self.cursor..];
        let window = &ahead[..ahead.len().min(WINDOW)];
        let equal = window.iter().position(|&planned| planned == size);
        let smaller = || (ahead[0] / 2..=ahead[0]).contains(&size).then_some(0);
        equal.or_else(smaller).map(|distance| self.cursor + distance)
    }

    fn nothing_planned(&mut self) -> &mut u64 {
        match self.phase {
            Phase::Outside => &mut self.stats.outside,
            Phase::Run => &mut self.stats.past_end,
            Phase::Off => &mut self.stats.off,
        }
    }

    /// A miss leaves the cursor where it is, so misses in a row are misses at one cursor.
    fn miss(&mut self) {
        self.stats.unexpected += 1;
        self.misses = if self.missed_at == self.cursor { self.misses + 1 } else { 1 };
        self.missed_at = self.cursor;
        if self.misses == MISSES_MAX {
            self.phase = Phase::Off;
            self.cursor = self.layout.len();
        }
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        shared::retire(Arc::clone(&self.shared));
    }
}

/// What the tests look at.
#[cfg(all(test, not(loom)))]
impl Arena {
    /// The turn before the cursor.
    pub(super) fn last_turn(&self) -> usize {
        self.cursor - 1
    }

    /// The number of turns.
    pub(super) fn turn_count(&self) -> usize {
        self.layout.len()
    }

    /// The requested bytes of a turn.
    pub(super) fn planned_size(&self, turn: usize) -> usize {
        self.layout.planned()[turn]
    }
}
