//! Sweep: best fit in the order of time, from the peak outwards.
//!
//! An allocator that sees a run as it comes leaves holes, and has most of them when it can afford
//! them least: at the largest load. So the sweep begins there. The buffers live at that step are
//! stacked without holes; those that start later are placed in the order of their starts, those
//! that end before in the reverse order of their ends, each into the smallest hole that is large
//! enough at that step. No two of the two kinds are ever live together, so each half is a sweep by
//! itself, and as the load falls on both sides, so does the harm that holes can do.
//!
//! ```text
//!   by start, latest lowest    ┌──┤       the stack at the peak: what ends soon after lies on top,
//!                           ┌──┤  ├──┐    by end; what started shortly before lies at the bottom,
//!       ◀── sweep ──     ┌──┤  │  │  ├──┐ by start: on either side the holes open at one end and
//!                        └──┴──┤  ├──┴──┘ stay one
//!                              └──┤  ── sweep ──▶      by end, latest lowest
//! ```
//!
//! It asks for nothing but the live buffers: O(n log n) time for the sorts and the free list,
//! O(live) memory beside the starts and ends of both halves in their orders. Bytes of pinned buffers
//! are left out for good, whenever they are live. When a limit is reached the rest goes to [`blocks`]
//! above all else. Source: the free list ordered by size is Knuth's (*The Art of Computer
//! Programming* 1, 2.5); to begin at the peak is ours.

mod blocks;
mod holes;

use std::cmp::Reverse;

use self::blocks::Blocks;
use self::holes::Holes;
use super::Planner;
use super::fit::plan_of;
use super::tied;
use crate::analysis::{max_load, refute};
use crate::limits::{Deadline, Limits};
use crate::model::{
    Buffer, BufferIdx, Bytes, Error, Lifetime, Outcome, Problem, Reason, Step, gcd,
};

/// Best fit over time, from the peak outwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sweep;

impl Planner for Sweep {
    fn name(&self) -> &'static str {
        "sweep"
    }

    fn plan(&self, problem: &Problem, limits: &Limits) -> Result<Outcome, Error> {
        if !problem.ties().is_empty() {
            return tied::guided(self, problem, limits);
        }
        let deadline = limits.start();
        if let Some(refutation) = refute(problem) {
            return Ok(Outcome::Infeasible(refutation));
        }
        let peak = max_load(problem).step;
        let mut offsets: Vec<Bytes> =
            problem.buffers().iter().map(|buffer| buffer.pin.unwrap_or(0)).collect();
        let at_peak = AtPeak::of(problem, peak, &mut offsets);
        let halves = [Half::after(peak), Half::before(peak)];
        // Sorted before anything is placed: little is left to do when a limit is reached.
        let halves = halves.map(|half| half.events(problem, &at_peak.live));
        let [after, before] =
            halves.map(|events| events.sweep(problem, &at_peak.holes, &mut offsets, &deadline));
        let plan = plan_of(problem, offsets);
        Ok(Outcome::stopped(plan, problem.capacity(), after.or(before)))
    }
}

/// Whether the sweep decides where it lies.
fn is_free(buffer: &Buffer) -> bool {
    buffer.pin.is_none() && buffer.size > 0
}

/// The buffers live at the peak, where they lie, and what they leave.
struct AtPeak {
    live: Vec<BufferIdx>,
    holes: Holes,
}

impl AtPeak {
    fn of(problem: &Problem, peak: Step, offsets: &mut [Bytes]) -> AtPeak {
        let pins = problem.buffers().iter().filter_map(|b| Some((b.pin?, b.pin? + b.size)));
        let grain = problem.buffers().iter().fold(0, |grain, b| gcd(grain, b.alignment));
        let mut holes = Holes::between(pins.collect(), grain.max(1));
        let live = stack_order(problem, peak);
        for idx in &live {
            let Buffer { size, alignment, .. } = problem.buffers()[idx.usize()];
            offsets[idx.usize()] = holes.take(size, alignment);
        }
        AtPeak { live, holes }
    }
}

/// The free buffers live at a step: first those that started shortly before it, the latest first;
/// then those that end shortly after it, the latest first.
fn stack_order(problem: &Problem, peak: Step) -> Vec<BufferIdx> {
    let is_live = |life: Lifetime| life.start <= peak && peak < life.end;
    let live = problem.iter().filter(|(_, b)| is_free(b) && is_live(b.lifetime));
    let mut order: Vec<BufferIdx> = live.map(|(idx, _)| idx).collect();
    order.sort_unstable_by_key(|idx| {
        let Lifetime { start, end } = problem.buffers()[idx.usize()].lifetime;
        let ends_soon = end - peak < peak - start;
        (ends_soon, Reverse(if ends_soon { end } else { start }), *idx)
    });
    order
}

/// One side of the peak, with time running away from it.
struct Half {
    peak: Step,
    turned: bool,
}

impl Half {
    fn after(peak: Step) -> Half {
        Half { peak, turned: false }
    }

    fn before(peak: Step) -> Half {
        // The last step is `MAX - 1`, as every lifetime ends after it starts.
        Half { peak: Step::MAX - 1 - peak, turned: true }
    }

    /// A lifetime as this half sees it.
    fn lifetime(&self, Lifetime { start, end }: Lifetime) -> Lifetime {
        if self.turned {
            Lifetime { start: Step::MAX - end, end: Step::MAX - start }
        } else {
            Lifetime { start, end }
        }
    }

    /// What happens in this half.
    fn events(&self, problem: &Problem, at_peak: &[BufferIdx]) -> Events {
        let starts = self.starts(problem);
        let ends = self.ends(problem, &starts, at_peak);
        Events { starts, ends }
    }

    /// The free buffers of this half by their starts; largest first of those that start together,
    /// since a large one has the least choice.
    fn starts(&self, problem: &Problem) -> Vec<(Step, BufferIdx)> {
        let free = problem.iter().filter(|(_, buffer)| is_free(buffer));
        let starts = free.map(|(idx, buffer)| (self.lifetime(buffer.lifetime).start, idx));
        let mut starts: Vec<_> = starts.filter(|&(start, _)| start > self.peak).collect();
        let size = |idx: BufferIdx| Reverse(problem.buffers()[idx.usize()].size);
        starts.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| (size(a.1), a.1).cmp(&(size(b.1), b.1)))
        });
        starts
    }

    /// The buffers of this half and those at the peak by their ends.
    fn ends(
        &self,
        problem: &Problem,
        starts: &[(Step, BufferIdx)],
        at_peak: &[BufferIdx],
    ) -> Vec<(Step, BufferIdx)> {
        let all = starts.iter().map(|&(_, idx)| idx).chain(at_peak.iter().copied());
        let end = |idx: BufferIdx| self.lifetime(problem.buffers()[idx.usize()].lifetime).end;
        let mut ends: Vec<_> = all.map(|idx| (end(idx), idx)).collect();
        ends.sort_unstable();
        ends
    }
}

/// The starts of a half, and the ends of these buffers and of those at the peak, in their orders.
struct Events {
    starts: Vec<(Step, BufferIdx)>,
    ends: Vec<(Step, BufferIdx)>,
}

impl Events {
    /// Places the buffers of a half. When a limit is reached the rest is kept apart, above all else.
    fn sweep(
        self,
        problem: &Problem,
        at_peak: &Holes,
        offsets: &mut [Bytes],
        deadline: &Deadline,
    ) -> Option<Reason> {
        let mut holes = at_peak.clone();
        let mut ends = self.ends.into_iter().peekable();
        for (at, &(start, idx)) in self.starts.iter().enumerate() {
            if let Some(reason) = deadline.reached() {
                let rest = &self.starts[at..];
                let blocks = Blocks::above(holes.top(), stacked(problem, rest));
                Rest { problem, blocks, offsets }.place(rest, ends);
                return Some(reason);
            }
            while let Some((_, ended)) = ends.next_if(|&(end, _)| end <= start) {
                holes.give(offsets[ended.usize()], problem.buffers()[ended.usize()].size);
            }
            let Buffer { size, alignment, .. } = problem.buffers()[idx.usize()];
            offsets[idx.usize()] = holes.take(size, alignment);
        }
        None
    }
}

/// The most bytes that buffers take on top of each other.
fn stacked(problem: &Problem, buffers: &[(Step, BufferIdx)]) -> Bytes {
    let buffer = |idx: BufferIdx| problem.buffers()[idx.usize()];
    buffers.iter().map(|&(_, idx)| buffer(idx).size + buffer(idx).alignment).sum()
}

/// What is left of a half when there is no more time for it.
struct Rest<'a> {
    problem: &'a Problem,
    blocks: Blocks,
    offsets: &'a mut [Bytes],
}

impl Rest<'_> {
    fn place(
        mut self,
        starts: &[(Step, BufferIdx)],
        ends: impl Iterator<Item = (Step, BufferIdx)>,
    ) {
        let base = self.blocks.top();
        let mut ends = ends.peekable();
        for &(start, idx) in starts {
            while let Some((_, ended)) = ends.next_if(|&(end, _)| end <= start) {
                let Buffer { size, alignment, .. } = self.problem.buffers()[ended.usize()];
                let offset = self.offsets[ended.usize()];
                if offset >= base {
                    self.blocks.give(offset, size, alignment);
                }
            }
            let Buffer { size, alignment, .. } = self.problem.buffers()[idx.usize()];
            self.offsets[idx.usize()] = self.blocks.take(size, alignment);
        }
    }
}
