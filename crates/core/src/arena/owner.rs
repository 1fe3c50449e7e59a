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
use super::stats::{Stats, Tally};
use super::words;

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
    /// Invariants: `starts` are of it, the slab has its bytes; `cursor` is at most its end, and
    /// there if there is no slab.
    layout: Layout,
    ledger: Ledger,
    starts: Starts,
    shared: Arc<Shared>,
    slab: Option<Slab>,
    cursor: usize,
    /// Where the cursor was when it left the last run.
    passed: usize,
    phase: Phase,
    misses: u32,
    missed_at: usize,
    tally: Tally,
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
        let mut arena = Arena::vacant(run_plan)?;
        let slab = Slab::new(arena.bytes())?;
        arena.seat(slab);
        Ok(arena)
    }

    /// An arena without a slab: until it gets one, every request falls back.
    ///
    /// # Errors
    /// As [`Arena::new`], but for memory.
    pub fn vacant(run_plan: &RunPlan) -> Result<Arena, Error> {
        let mut layout = Layout::new(run_plan)?;
        let starts = layout.place()?;
        Ok(Arena {
            ledger: Ledger::new(layout.end()),
            shared: Arc::new(Shared::new(starts.clone(), &layout)),
            starts,
            slab: None,
            cursor: layout.end(),
            passed: layout.end(),
            layout,
            phase: Phase::Outside,
            misses: 0,
            missed_at: 0,
            tally: Tally::default(),
        })
    }

    /// The bytes of the slab it needs.
    pub fn bytes(&self) -> usize {
        self.layout.bytes
    }

    /// Gives the slab away, to be used by another arena. `None` if there is none, in a run, or
    /// while a block is live: then it stays.
    pub fn take_slab(&mut self) -> Option<Slab> {
        if self.phase == Phase::Run || self.shared.is_live() {
            return None;
        }
        self.slab.take().inspect(shared::leave)
    }

    /// Gets a slab to serve from.
    ///
    /// # Errors
    /// Gives the slab back if it is too small, or there is one already.
    pub fn put_slab(&mut self, slab: Slab) -> Result<(), Slab> {
        if self.slab.is_some() || slab.bytes() < self.bytes() {
            return Err(slab);
        }
        self.seat(slab);
        Ok(())
    }

    fn seat(&mut self, slab: Slab) {
        shared::enter(&self.shared, &slab);
        self.slab = Some(slab);
    }

    /// A new run. The blocks of the run before stay valid until they are freed.
    #[inline]
    pub fn begin(&mut self) {
        self.leave(if self.slab.is_some() { Phase::Run } else { Phase::Off });
        self.tally.counts.scopes += 1;
        if self.phase == Phase::Run {
            self.ledger.begin(&self.layout, &self.starts, self.passed);
            self.cursor = 0;
            self.misses = 0;
        }
    }

    /// Ends the run: until the next, every request falls back.
    #[inline]
    pub fn end(&mut self) {
        self.leave(Phase::Outside);
    }

    /// A run that ends when the guard is dropped.
    pub fn scope(&mut self) -> Scope<'_> {
        Scope::new(self)
    }

    /// The block planned for this request, or `None`: ask another allocator. None for 0 bytes,
    /// which is no request.
    #[inline]
    pub fn alloc(&mut self, size: usize) -> Option<NonNull<u8>> {
        let idx = self.cursor;
        // SAFETY: the cursor is at most the end.
        let turn = unsafe { self.layout.turn_unchecked(idx) };
        // SAFETY: the starts are of this layout.
        if turn.size == size && unsafe { self.ledger.few_free(&self.starts, idx, turn) } {
            self.cursor = idx + 1;
            return Some(self.hand_out(idx, turn));
        }
        self.alloc_any(size)
    }

    /// What it has done so far.
    pub fn stats(&self) -> Stats {
        let (double_frees, strays) = self.shared.faults();
        Stats { double_frees, strays, ..self.tally_here().stats() }
    }

    /// The addresses of the slab; empty if there is none.
    pub fn range(&self) -> Range<usize> {
        self.slab.as_ref().map_or(0..0, Slab::range)
    }

    /// Whether a block of it is live.
    pub fn is_live(&self) -> bool {
        self.shared.is_live()
    }

    /// Hands the slot of a turn out. The ledger has agreed.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "at most 2^28 turns")]
    fn hand_out(&self, idx: usize, turn: &Turn) -> NonNull<u8> {
        // SAFETY: the starts are of this layout.
        let word = unsafe { self.starts.word_unchecked(turn.start as usize) };
        words::hand_out(word, idx as u32);
        // SAFETY: only in a run is there a turn with a slot, so there is a slab.
        let slab = unsafe { self.slab.as_ref().unwrap_unchecked() };
        // SAFETY: the slab has at least the largest top of all slots.
        let block = unsafe { slab.base().add(turn.offset) };
        #[cfg(poison)]
        super::poison::clear(block, turn.size);
        block
    }

    /// Any request, however many starts its turn waits for. A call, so that the few need no stack.
    #[inline(never)]
    fn alloc_any(&mut self, size: usize) -> Option<NonNull<u8>> {
        let idx = self.cursor;
        let turn = &self.layout.turns()[idx];
        let planned = size > 0 && turn.size == size;
        if planned && self.ledger.all_free(&self.layout, &self.starts, idx) {
            self.cursor = idx + 1;
            return Some(self.hand_out(idx, turn));
        }
        self.deviate(size)
    }

    /// Leaves the run if in one: the cursor goes to the end, for this reason.
    fn leave(&mut self, phase: Phase) {
        self.tally = self.tally_here();
        if self.phase == Phase::Run {
            self.passed = self.cursor;
        }
        self.cursor = self.layout.end();
        self.phase = phase;
    }

    /// The tally with the turns that the cursor has passed in this run.
    fn tally_here(&self) -> Tally {
        let passed = if self.phase == Phase::Run { self.cursor } else { 0 };
        self.tally.passed(passed, self.layout.bytes_before(passed))
    }

    /// Any request that is not served at once.
    #[cold]
    fn deviate(&mut self, size: usize) -> Option<NonNull<u8>> {
        if size == 0 {
            return None;
        }
        if self.cursor == self.layout.end() {
            *self.nothing_planned() += 1;
            return None;
        }
        let Some(idx) = self.planned_for(size) else {
            self.miss();
            return None;
        };
        self.skip_to(idx);
        self.cursor = idx + 1;
        let served = self.take(idx, size);
        self.tally.unserved += (self.layout.turns()[idx].size - served.map_or(0, |_| size)) as u64;
        served
    }

    /// The turns from the cursor up to this one are left out.
    fn skip_to(&mut self, idx: usize) {
        self.tally.counts.skipped += (idx - self.cursor) as u64;
        self.tally.unserved +=
            self.layout.bytes_before(idx) - self.layout.bytes_before(self.cursor);
        for skipped in self.cursor..idx {
            if !self.ledger.nothing_live_overlaps(&self.layout, &self.starts, skipped) {
                self.ledger.not_clear(skipped);
            }
        }
    }

    /// The slot of a turn if there is one and no live block has a byte of it.
    fn take(&mut self, idx: usize, size: usize) -> Option<NonNull<u8>> {
        let turn = &self.layout.turns()[idx];
        if turn.size == 0 {
            self.tally.counts.escapes += 1;
            return None;
        }
        if !self.ledger.nothing_live_overlaps(&self.layout, &self.starts, idx) {
            self.tally.counts.occupied += 1;
            self.ledger.not_clear(idx);
            return None;
        }
        self.tally.counts.smaller += u64::from(size < turn.size);
        Some(self.hand_out(idx, turn))
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
            Phase::Outside => &mut self.tally.counts.outside,
            Phase::Run => &mut self.tally.counts.past_end,
            Phase::Off => &mut self.tally.counts.off,
        }
    }

    /// A miss leaves the cursor where it is, so misses in a row are misses at one cursor.
    fn miss(&mut self) {
        self.tally.counts.unexpected += 1;
        self.misses = if self.missed_at == self.cursor { self.misses + 1 } else { 1 };
        self.missed_at = self.cursor;
        if self.misses == MISSES_MAX {
            self.leave(Phase::Off);
        }
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        if let Some(slab) = self.slab.take() {
            shared::retire(Arc::clone(&self.shared), slab);
        }
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
        self.layout.end()
    }

    /// The requested bytes of a turn.
    pub(super) fn planned_size(&self, turn: usize) -> usize {
        self.layout.planned()[turn]
    }
}
