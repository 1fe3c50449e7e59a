//! Windows: a sweep, then sweeps and skylines where its plan is highest.
//!
//! Where lifetimes are short, the load comes near its maximum in a few stretches of time only, and
//! a sweep that wastes some bytes everywhere is too high only there. So time is cut into
//! [`cells`] where little is live, and the highest cell is planned again with its neighbours:
//!
//! ```text
//!              │  ┌───┐           │   the buffers that are live at the cuts stay where they are,
//!   ───────────┼──┘   │   ┌───────┼─  those between are taken away and placed anew by passes of a
//!   ─────┐  ┌──┼────┐ └───┘  ┌────┼─  skyline in several ways, around those that stay; the best
//!        └──┘  │    └────────┘    │   is kept if it is lower than before
//!             cut                cut
//! ```
//! Before that, [the sweep](crest) is tried again from a peak that is far from where it began, and
//! after it sweeps of the whole in other manners.
//!
//! The target of a round is half way from the peak to the lower bound, and a cell that is as low as
//! that is left. Where nothing helps, more cells are taken together, and more ways are tried. So the
//! work is where the gap is, however large the problem: a window costs some microseconds for each of
//! its buffers, O(n log n) comes before. Problems with pins are left to the sweep.
//!
//! Source: large neighbourhood search, Shaw 1998; windows of time over a sweep are ours.

mod cells;
mod crest;

use std::cmp::Reverse;
use std::iter::Skip;
use std::mem::replace;
use std::slice::Iter;

use self::cells::Cells;
use super::fit::plan_by;
use super::random::Random;
use super::skyline::{Attempt, End, Pass, Strip, Style, Window, random_style};
use super::sweep::{MANNERS, Manner, Way, swept};
use super::tied;
use super::{Planner, Sweep};
use crate::analysis::max_load;
use crate::limits::{Deadline, Limits};
use crate::model::{BufferIdx, Bytes, Error, Outcome, Plan, Problem, Reason};

/// A sweep, then sweeps and skylines where its plan is highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows;

/// Without a limit each buffer is placed so many times, …
const PASSES_MAX: u64 = 64;

/// … and all together so many times: a second or two.
const NODES_MAX: u64 = 1 << 20;

/// A cell and its neighbours, and one more.
const CELLS_MIN: usize = 4;

impl Planner for Windows {
    fn name(&self) -> &'static str {
        "windows"
    }

    fn plan(&self, problem: &Problem, limits: &Limits) -> Result<Outcome, Error> {
        if !problem.ties().is_empty() {
            return tied::guided(self, problem, limits);
        }
        let deadline = limits.start();
        let swept = Sweep.plan(problem, &deadline.limits())?;
        swept.plan().into_iter().for_each(|plan| deadline.tell(plan.peak, plan.lower_bound));
        let is_pinned = problem.buffers().iter().any(|buffer| buffer.pin.is_some());
        match swept {
            Outcome::Feasible(plan) if !is_pinned => Ok(improved(problem, plan, &deadline)),
            Outcome::GaveUp(gave_up) if !is_pinned && gave_up.reason == Reason::Heuristic => {
                let Some(plan) = gave_up.best else { unreachable!("a sweep ends with a plan") };
                Ok(improved(problem, plan, &deadline))
            }
            swept => Ok(swept),
        }
    }
}

/// Goes on from a plan.
fn improved(problem: &Problem, plan: Plan, deadline: &Deadline) -> Outcome {
    let Plan { offsets, lower_bound, certificate, .. } = plan;
    let budget = (problem.len() as u64 * PASSES_MAX).min(NODES_MAX);
    let budget = deadline.limits().nodes_or(budget);
    let (offsets, ended) = match Cells::of(problem, deadline) {
        Err(reason) => (offsets, Some(reason)),
        // One window would be all there is, which the skyline is for.
        Ok(cells) if cells.len() < CELLS_MIN => (offsets, None),
        Ok(cells) => {
            let mut search = Search::of(problem, cells, offsets, budget, deadline);
            let ended = search.run(lower_bound);
            (search.offsets, ended.err())
        }
    };
    let plan = plan_by(problem, offsets, (lower_bound, certificate));
    Outcome::stopped(plan, problem.capacity(), ended)
}

/// What is done for what is highest.
#[derive(Debug, Clone, Copy)]
enum Effort {
    /// A [sweep around a peak](crest) of its own.
    Crest(crest::Effort),
    /// Skylines in a window.
    Window {
        /// So many cells on either side are planned with it.
        radius: usize,
        /// In so many ways.
        attempts: u32,
    },
    /// All of it is swept in another manner.
    Anew,
}

/// Each is tried where the one before has not helped, and the first again after the last.
const EFFORTS: [Effort; 10] = [
    Effort::Crest(crest::Effort { reach: 160, room: 9, sweeps: 3, attempts: 8 }),
    Effort::Crest(crest::Effort { reach: 96, room: 14, sweeps: 3, attempts: 8 }),
    Effort::Crest(crest::Effort { reach: 320, room: 6, sweeps: 12, attempts: 16 }),
    Effort::Anew,
    Effort::Anew,
    Effort::Anew,
    Effort::Window { radius: 1, attempts: 2 },
    Effort::Crest(crest::Effort { reach: 128, room: 12, sweeps: 12, attempts: 16 }),
    Effort::Window { radius: 2, attempts: 8 },
    Effort::Window { radius: 4, attempts: 16 },
];

/// The first ways, which are best most often; the others are random.
const FIXED: [Style; 2] = [
    Style { breadth: 32, duration: 2, size: 1, noise: 0, care: 10 },
    Style { breadth: 1024, duration: 2, size: 1, noise: 0, care: 10 },
];

/// The plan so far.
struct Search<'a> {
    problem: &'a Problem,
    deadline: &'a Deadline,
    cells: Cells,
    /// The highest top of all that is live in each cell.
    tops: Vec<Bytes>,
    offsets: Vec<Bytes>,
    /// Those in which not all was swept yet; the usual ones come first.
    manners: Skip<Iter<'static, Manner>>,
    pass: Pass,
    random: Random,
    /// How many buffers may be placed, and how many were.
    budget: u64,
    nodes: u64,
}

impl<'a> Search<'a> {
    fn of(
        problem: &'a Problem,
        cells: Cells,
        offsets: Vec<Bytes>,
        budget: u64,
        deadline: &'a Deadline,
    ) -> Search<'a> {
        let mut search = Search {
            problem,
            deadline,
            tops: vec![0; cells.len()],
            cells,
            offsets,
            manners: MANNERS.iter().skip(2),
            pass: Pass::default(),
            random: Random::new(deadline.limits().seed),
            budget,
            nodes: 0,
        };
        search.note_tops(0, search.cells.len());
        search
    }

    /// Lowers the highest cells until they are at the bound or the budget is spent.
    fn run(&mut self, bound: Bytes) -> Result<(), Reason> {
        let mut peak = self.peak();
        let (mut next, mut placed) = (0, self.nodes);
        while peak > bound && self.nodes < self.budget {
            self.round(bound + (peak - bound) / 2, EFFORTS[next])?;
            let lower = self.peak();
            next = if lower < peak { 0 } else { next + 1 };
            peak = lower;
            self.deadline.tell(peak, bound);
            if next == EFFORTS.len() {
                if self.nodes == placed {
                    // What is highest is live across all cuts, however much is taken together.
                    break;
                }
                (next, placed) = (0, self.nodes);
            }
        }
        Ok(())
    }

    /// Plans the cells above the target again, the highest first. What the others need not be
    /// below one of them, which stays higher, is left.
    fn round(&mut self, mut target: Bytes, effort: Effort) -> Result<(), Reason> {
        let mut high: Vec<usize> = (0..self.tops.len()).collect();
        high.retain(|&cell| self.tops[cell] > target);
        high.sort_by_key(|&cell| Reverse(self.tops[cell]));
        for cell in high {
            if self.tops[cell] > target && self.nodes < self.budget {
                match effort {
                    Effort::Crest(effort) => self.lower(cell, target, effort)?,
                    Effort::Window { radius, attempts } => {
                        self.replan(cell, target, radius, attempts)?;
                    }
                    Effort::Anew => return self.anew(target),
                }
                target = target.max(self.tops[cell]);
            }
        }
        Ok(())
    }

    /// Plans the window around a cell again, until it is as low as the target.
    fn replan(
        &mut self,
        cell: usize,
        target: Bytes,
        radius: usize,
        attempts: u32,
    ) -> Result<(), Reason> {
        let from = cell.saturating_sub(radius);
        let to = (cell + radius + 1).min(self.cells.len());
        let free = self.within(from, to);
        let top = self.top_of(&free);
        if top <= target {
            return Ok(());
        }
        let strip = self.strip(&free, from, to);
        self.place(&strip, attempts, top, target)?;
        self.note_tops(from, to + 1);
        Ok(())
    }

    /// Passes over a strip until one is as low as the target; what is lower than before is kept. Returns
    /// how high it is then.
    fn place(
        &mut self,
        strip: &Strip,
        attempts: u32,
        before: Bytes,
        target: Bytes,
    ) -> Result<Bytes, Reason> {
        let mirrored = strip.mirrored();
        let mut best = before;
        for attempt in 0..attempts {
            // In the fixed ways in both directions of time, then by chance.
            let chosen = FIXED.get(attempt as usize / 2).copied();
            let style = chosen.unwrap_or_else(|| random_style(&mut self.random));
            let strip = if attempt % 2 == 0 { strip } else { &mirrored };
            best = best.min(self.attempt(strip, style, best - 1)?);
            if best <= target {
                break;
            }
        }
        Ok(best)
    }

    /// Sweeps everything in the next manner; what is lower is kept.
    fn anew(&mut self, target: Bytes) -> Result<(), Reason> {
        let Some(manner) = self.manners.next() else { return Ok(()) };
        let from = max_load(self.problem).step;
        let way = Way { from, manner: Some(*manner), ceiling: target };
        let (offsets, stopped) = swept(self.problem, way, self.deadline);
        self.nodes += offsets.len() as u64;
        if let Some(reason) = stopped {
            return Err(reason);
        }
        let peak = self.peak();
        let before = replace(&mut self.offsets, offsets);
        self.note_tops(0, self.cells.len());
        if self.peak() >= peak {
            self.offsets = before;
            self.note_tops(0, self.cells.len());
        }
        Ok(())
    }

    /// A pass that keeps its offsets if they are at most as high as the target; returns how high.
    fn attempt(&mut self, strip: &Strip, style: Style, target: Bytes) -> Result<Bytes, Reason> {
        let seed = self.random.next();
        let end = self.pass.run(strip, Attempt { style, target, seed }, self.deadline);
        self.nodes += self.pass.placed.max(1) as u64;
        match end {
            End::Stopped(reason) => Err(reason),
            End::TooHigh => Ok(Bytes::MAX),
            End::Placed(peak) => {
                self.pass.write(strip, &mut self.offsets);
                Ok(peak)
            }
        }
    }

    /// The buffers that are live in the cells `from..to` only.
    fn within(&self, from: usize, to: usize) -> Vec<BufferIdx> {
        let end = self.cells.start(to);
        let is_within = |idx: &&BufferIdx| self.problem.buffers()[idx.usize()].lifetime.end <= end;
        self.cells.starting(from, to).iter().filter(is_within).copied().collect()
    }

    /// What is free between two cuts, and what is live across them.
    fn strip(&self, free: &[BufferIdx], from: usize, to: usize) -> Strip {
        let start = self.cells.start(from);
        let starts_within =
            |idx: &&BufferIdx| self.problem.buffers()[idx.usize()].lifetime.start >= start;
        let after: Vec<BufferIdx> =
            self.cells.crossing(to).iter().filter(starts_within).copied().collect();
        let window = Window { free, before: self.cells.crossing(from), after: &after };
        Strip::within(self.problem, window, &self.offsets)
    }

    fn peak(&self) -> Bytes {
        self.tops.iter().copied().max().unwrap_or(0)
    }

    fn top_of<'i>(&self, buffers: impl IntoIterator<Item = &'i BufferIdx>) -> Bytes {
        let size = |idx: &BufferIdx| self.problem.buffers()[idx.usize()].size;
        let tops = buffers.into_iter().map(|idx| self.offsets[idx.usize()] + size(idx));
        tops.max().unwrap_or(0)
    }

    /// The tops of the cells `from..to` have changed.
    fn note_tops(&mut self, from: usize, to: usize) {
        for cell in from..to.min(self.cells.len()) {
            self.tops[cell] = self.top_of(self.cells.live_in(cell, cell + 1));
        }
    }
}
