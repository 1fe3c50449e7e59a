//! Sweep: best fit in the order of time, from the peak outwards.
//!
//! An allocator that sees a run as it comes leaves holes, and has most of them when it can afford
//! them least: at the largest load. So the sweep begins there. The buffers live at that step are
//! stacked without holes; those that start later are placed in the order of their starts, those
//! that end before in the reverse order of their ends, each into a small hole beside what ends
//! when it does. No two of the two kinds are ever live together, so each half is a sweep by
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
//! A sweep with a ceiling moves what has just started out of the way of what would lie above it
//! ([`holes`]).
//!
//! It asks for nothing but the live buffers: O(n log n) time for the sorts and the free list,
//! O(live) memory beside the starts and ends of both halves in their orders. Bytes of pinned buffers
//! are left out for good, whenever they are live. When a limit is reached the rest goes to [`blocks`]
//! above all else. Source: the free list ordered by size is Knuth's (*The Art of Computer
//! Programming* 1, 2.5); to begin at the peak, and to go by the ends, is ours.

mod blocks;
mod half;
mod holes;
mod stream;

pub(super) use self::holes::{MANNERS, Manner};
pub use self::stream::Stream;

use std::cmp::Reverse;

use self::half::Half;
use self::holes::{Holes, Request};
use super::Planner;
use super::fit::plan_by;
use super::tied;
use crate::analysis::{bound, refute_by};
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
        let bound = bound(problem);
        if let Some(refutation) = refute_by(problem, &bound) {
            return Ok(Outcome::Infeasible(refutation));
        }
        let way = Way { from: bound.load.step, manner: None, ceiling: Bytes::MAX };
        let (offsets, stopped) = swept(problem, way, &deadline);
        let plan = plan_by(problem, offsets, (bound.bytes, bound.certificate));
        Ok(Outcome::stopped(plan, problem.capacity(), stopped))
    }
}

/// How a problem is swept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// The step that it begins with.
    pub(super) from: Step,
    /// The usual manner, if none is given.
    pub(super) manner: Option<Manner>,
    /// Others make way for what would lie above it.
    pub(super) ceiling: Bytes,
}

/// A sweep outwards from a step: offsets, and the limit that it reached.
pub(super) fn swept(
    problem: &Problem,
    way: Way,
    deadline: &Deadline,
) -> (Vec<Bytes>, Option<Reason>) {
    let mut offsets: Vec<Bytes> =
        problem.buffers().iter().map(|buffer| buffer.pin.unwrap_or(0)).collect();
    let at_peak = AtPeak::of(problem, way, &mut offsets);
    let halves = [Half::after(way.from), Half::before(way.from)];
    // Sorted before anything is placed: little is left to do when a limit is reached.
    let halves = halves.map(|half| half.events(problem, &at_peak));
    let [after, before] =
        halves.map(|events| events.sweep(&at_peak, way.ceiling, &mut offsets, deadline));
    (offsets, after.or(before))
}

/// Whether the sweep decides where it lies.
fn is_free(buffer: &Buffer) -> bool {
    buffer.pin.is_none() && buffer.size > 0
}

/// The buffers live at the peak, where they lie, and what they leave.
struct AtPeak {
    live: Vec<BufferIdx>,
    holes: Holes,
    /// The block of each of them.
    blocks: Vec<u32>,
}

impl AtPeak {
    fn of(problem: &Problem, way: Way, offsets: &mut [Bytes]) -> AtPeak {
        let Way { from: peak, manner, .. } = way;
        let pins = problem.buffers().iter().filter_map(|b| Some((b.pin?, b.pin? + b.size)));
        let grain = problem.buffers().iter().fold(0, |grain, b| gcd(grain, b.alignment));
        let live = stack_order(problem, peak);
        let manner = manner.unwrap_or_else(|| Manner::usual(live.len()));
        let mut holes = Holes::between(pins.collect(), grain.max(1), manner);
        let mut blocks = Vec::with_capacity(live.len());
        for idx in &live {
            let Buffer { size, alignment, .. } = problem.buffers()[idx.usize()];
            let request = Request { size, alignment, start: 0, end: peak, owner: 0 };
            let (offset, block) = holes.take(request);
            offsets[idx.usize()] = offset;
            blocks.push(block);
        }
        AtPeak { live, holes, blocks }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;
    use crate::planners::fit::plan_of;
    use crate::planners::random::Random;

    fn problem(random: &mut Random) -> Problem {
        let buffers = (0..2_000).map(|_| {
            let start = Step::try_from(random.below(2_000)).unwrap();
            let duration = Step::try_from(1 + random.below(200)).unwrap();
            let alignment = 1 << random.below(4);
            Buffer { alignment, ..Buffer::new(1 << random.below(12), start, start + duration) }
        });
        Problem::new(buffers.collect()).unwrap()
    }

    #[test]
    fn a_sweep_below_a_ceiling_is_a_plan_and_lower_as_a_rule() {
        let (mut random, deadline) = (Random::new(3), Limits::default().start());
        let peaks = (0..16).map(|_| {
            let problem = problem(&mut random);
            let bound = bound(&problem);
            [Bytes::MAX, bound.bytes].map(|ceiling| {
                let way = Way { from: bound.load.step, manner: None, ceiling };
                let (offsets, stopped) = swept(&problem, way, &deadline);
                let plan = plan_of(&problem, offsets);
                assert_eq!((check(&problem, &plan), stopped), (Ok(()), None));
                plan.peak
            })
        });
        let [freely, below] = peaks.fold([0, 0], |sum, [a, b]| [sum[0] + a, sum[1] + b]);
        assert!(below < freely, "{below} {freely}");
    }
}
