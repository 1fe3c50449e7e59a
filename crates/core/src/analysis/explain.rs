//! Why no plan can be smaller, and what would have to change.
//!
//! A bound by load or aligned load stands on the buffers live at one step, one by the top of a pin on
//! the buffers pinned there: whoever is not among these *holders* can go without lowering it. What a
//! change really gains is told by the lower bound of the changed problem. That is computed for few:
//! without a holder of size `s` the load alone is still
//!
//! ```text
//! max (max load − s, max load before its lifetime, max load after it)
//! ```
//! and no bound is below that. So the changes are tried in the order of these estimates, and once
//! the next estimate is no better than the worst bound that is still shown, no later one can be.
//! For an op, `s` is what its buffers have at the step, and the lifetime is from the first to the
//! last of them. Without alignments or pins the estimate of a buffer is exact, so that as many are
//! tried as are shown; otherwise a few times as many at most.
//!
//! Without any holder the bound is still what the others prove, the floor. So a changed holder is
//! weighed with those buffers only that are live where more than the floor may be needed, which near
//! a sharp peak are few. O(n log n), and O(m log m) for each change that is tried, where m are these
//! few, and all buffers for a change of an op.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::profile::Profile;
use super::{Load, lower_bound, max_load};
use crate::model::{Buffer, BufferIdx, Bytes, Certificate, Lifetime, OpIdx, Problem, Step};

/// So many changes are tried for each that is to be shown, …
const TRIED_PER_SHOWN: usize = 8;

/// … and at least so many.
const TRIED_MIN: usize = 32;

/// What a lower bound stands on, and the changes that would lower it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// No plan has a smaller peak.
    pub lower_bound: Bytes,
    /// How that is proven.
    pub certificate: Certificate,
    /// The largest load.
    pub load: Load,
    /// The step that is explained: the first at which the bound is reached, or the largest load where
    /// the bound is none of a step.
    pub step: Step,
    /// The step after the last of these.
    pub end: Step,
    /// The buffers with bytes that are live at that step, the largest first.
    pub live: Vec<BufferIdx>,
    /// The largest load of all other buffers: whatever is done to those that are live at the step,
    /// the bound stays at this.
    pub others: Load,
    /// The buffers whose change lowers the bound most, the best first.
    pub buffers: Vec<BufferChange>,
    /// The ops without whose buffers the bound is lowest, the best first.
    pub ops: Vec<OpChange>,
}

/// The lower bound after a change of one buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BufferChange {
    /// The buffer.
    pub buffer: BufferIdx,
    /// The bound without it.
    pub gone: Bytes,
    /// The bound if it ended at `step` of the explanation; none where that cannot shorten it.
    pub freed_by: Option<Bytes>,
    /// The bound if it started at `end` of the explanation; none where that cannot shorten it.
    pub made_at: Option<Bytes>,
}

/// The lower bound without the buffers of one op.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpChange {
    /// The op.
    pub op: OpIdx,
    /// What its buffers have at the step that is explained.
    pub live: Bytes,
    /// The bound without them.
    pub gone: Bytes,
}

/// Explains the lower bound of a problem without ties, with at most so many changes of buffers, and
/// of ops.
pub fn explain(problem: &Problem, shown: usize) -> Explanation {
    debug_assert!(problem.ties().is_empty(), "the changes are those of buffers by themselves");
    let (bound, certificate) = lower_bound(problem);
    let load = max_load(problem);
    let step = step_of(certificate, problem);
    let is_live = |b: &Buffer| b.size > 0 && b.lifetime.overlaps(at(step));
    let mut live = those(problem, is_live);
    live.sort_by_key(|idx| Reverse(problem.buffers()[idx.usize()].size));
    let holders = match certificate {
        Certificate::PinTop => those(problem, |b| b.pin.is_some_and(|pin| pin + b.size == bound)),
        _ => live.clone(),
    };
    let without_live = changed(problem, |_, b| if is_live(b) { gone(b) } else { *b });
    let floor = match certificate {
        Certificate::PinTop => 0,
        _ => lower_bound(&without_live).0,
    };
    let case = Case {
        problem,
        bound,
        floor,
        step,
        end: end_of(problem),
        profile: Profile::of(problem, |b| b.size),
        holders,
        high: those_above(problem, floor),
        shown,
    };
    Explanation {
        lower_bound: bound,
        certificate,
        load,
        step,
        end: case.end,
        live,
        others: max_load(&without_live),
        buffers: case.buffers(),
        ops: case.ops(),
    }
}

fn at(step: Step) -> Lifetime {
    Lifetime { start: step, end: step.saturating_add(1) }
}

fn those(problem: &Problem, wanted: impl Fn(&Buffer) -> bool) -> Vec<BufferIdx> {
    problem.iter().filter(|(_, buffer)| wanted(buffer)).map(|(idx, _)| idx).collect()
}

/// The buffers that are live where more than so many bytes may be needed, alignment included, or
/// pinned beyond these.
fn those_above(problem: &Problem, floor: Bytes) -> Vec<BufferIdx> {
    // More than any aligned load: no grain is above the alignment itself.
    let padded = Profile::of(problem, |b| b.size.next_multiple_of(b.alignment));
    let high = padded.above(floor);
    let is_high = |lifetime: Lifetime| {
        let after = high.partition_point(|interval| interval.end <= lifetime.start);
        high.get(after).is_some_and(|interval| interval.overlaps(lifetime))
    };
    let is_pinned = |b: &Buffer| b.pin.is_some_and(|pin| pin + b.size > floor);
    those(problem, |b| is_high(b.lifetime) || is_pinned(b))
}

/// A buffer without bytes is in nobody's way.
fn gone(buffer: &Buffer) -> Buffer {
    Buffer { size: 0, pin: None, ..*buffer }
}

/// The problem with other buffers: smaller, shorter, or all turned in time.
fn changed(problem: &Problem, change: impl Fn(BufferIdx, &Buffer) -> Buffer) -> Problem {
    problem_of(problem.iter().map(|(idx, buffer)| change(idx, buffer)))
}

fn problem_of(buffers: impl Iterator<Item = Buffer>) -> Problem {
    let buffers = buffers.map(|buffer| Buffer { op: None, ..buffer });
    let Ok(changed) = Problem::new(buffers.collect()) else {
        unreachable!("none of these changes breaks an invariant")
    };
    changed
}

/// A problem whose bound is explained.
struct Case<'a> {
    problem: &'a Problem,
    bound: Bytes,
    /// What is left of the bound whatever is done to the holders.
    floor: Bytes,
    step: Step,
    end: Step,
    profile: Profile,
    holders: Vec<BufferIdx>,
    /// The buffers with which the bound can be above the floor.
    high: Vec<BufferIdx>,
    shown: usize,
}

impl Case<'_> {
    fn buffers(&self) -> Vec<BufferChange> {
        let estimated = self.holders.iter().map(|&idx| {
            let Buffer { size, lifetime, .. } = *self.buffer(idx);
            // Of two that gain the same, the smaller is the smaller change.
            ((self.estimate(size, lifetime), size), idx)
        });
        let best = self.best(estimated.collect(), |idx| self.bound_if(idx, gone));
        let told = |(gone, buffer)| BufferChange {
            buffer,
            gone,
            freed_by: self
                .bound_if_split(buffer, self.step, |split, end| Lifetime { end, ..split }),
            made_at: self
                .bound_if_split(buffer, self.end, |split, start| Lifetime { start, ..split }),
        };
        best.into_iter().map(told).collect()
    }

    fn ops(&self) -> Vec<OpChange> {
        let spans = self.spans();
        let estimated =
            spans.iter().map(|(&op, &(span, live))| ((self.estimate(live, span), live), op));
        let without = |op| {
            let is_gone = |idx| self.buffer(idx).op == Some(op);
            let without = changed(self.problem, |idx, b| if is_gone(idx) { gone(b) } else { *b });
            lower_bound(&without).0
        };
        let best = self.best(estimated.collect(), without);
        best.into_iter().map(|(gone, op)| OpChange { op, live: spans[&op].1, gone }).collect()
    }

    /// For each op with a holder the time from the first to the last of its buffers, the step
    /// included, and what these have at the step.
    fn spans(&self) -> BTreeMap<OpIdx, (Lifetime, Bytes)> {
        let step = at(self.step);
        let ops = self.holders.iter().filter_map(|&idx| self.buffer(idx).op);
        let mut spans: BTreeMap<_, _> = ops.map(|op| (op, (step, 0))).collect();
        for Buffer { size, lifetime, op, .. } in self.problem.buffers() {
            let Some((span, live)) = op.and_then(|op| spans.get_mut(&op)) else { continue };
            span.start = span.start.min(lifetime.start);
            span.end = span.end.max(lifetime.end);
            *live += if lifetime.overlaps(step) { *size } else { 0 };
        }
        spans
    }

    fn buffer(&self, idx: BufferIdx) -> &Buffer {
        &self.problem.buffers()[idx.usize()]
    }

    /// The load that is left at least without so many bytes at the step, and nothing but them within
    /// a time.
    fn estimate(&self, bytes: Bytes, span: Lifetime) -> Bytes {
        let left = self.profile.at(self.step).saturating_sub(bytes);
        left.max(self.profile.before(span.start)).max(self.profile.from(span.end))
    }

    /// The changes with the lowest bounds below the one there is, from estimates that are no higher.
    fn best<T: Copy>(
        &self,
        mut estimated: Vec<((Bytes, Bytes), T)>,
        exact: impl Fn(T) -> Bytes,
    ) -> Vec<(Bytes, T)> {
        estimated.sort_by_key(|&(estimate, _)| estimate);
        let tried_max = TRIED_MIN.max(TRIED_PER_SHOWN * self.shown);
        let mut best: Vec<(Bytes, T)> = Vec::new();
        for ((estimate, _), change) in estimated.into_iter().take(tried_max) {
            let is_full = best.len() == self.shown;
            let worst = best.last().filter(|_| is_full).map_or(self.bound, |&(bound, _)| bound);
            if estimate >= worst {
                break;
            }
            let bound = exact(change);
            if bound < worst {
                best.insert(best.partition_point(|&(other, _)| other <= bound), (bound, change));
                best.truncate(self.shown);
            }
        }
        best
    }

    fn bound_if(&self, changing: BufferIdx, change: impl Fn(&Buffer) -> Buffer) -> Bytes {
        let one = |&idx: &BufferIdx| {
            if idx == changing { change(self.buffer(idx)) } else { *self.buffer(idx) }
        };
        lower_bound(&problem_of(self.high.iter().map(one))).0.max(self.floor)
    }

    /// The bound if a buffer kept only what is on one side of a step within its lifetime.
    fn bound_if_split(
        &self,
        idx: BufferIdx,
        step: Step,
        side: impl Fn(Lifetime, Step) -> Lifetime,
    ) -> Option<Bytes> {
        let Lifetime { start, end } = self.buffer(idx).lifetime;
        let shorter = |b: &Buffer| Buffer { lifetime: side(b.lifetime, step), ..*b };
        (start < step && step < end).then(|| self.bound_if(idx, shorter))
    }
}

/// The first step that a certificate is about, or else the first with the largest load.
fn step_of(certificate: Certificate, problem: &Problem) -> Step {
    match certificate {
        Certificate::MaxLoad { step } | Certificate::AlignedLoad { step } => step,
        Certificate::PinTop | Certificate::FinishedSearch => max_load(problem).step,
    }
}

/// As the first step, with time running backwards.
fn end_of(problem: &Problem) -> Step {
    let end = problem.buffers().iter().map(|b| b.lifetime.end).max().unwrap_or(0);
    let turned = |l: Lifetime| Lifetime { start: end - l.end, end: end - l.start };
    let backwards = changed(problem, |_, b| Buffer { lifetime: turned(b.lifetime), ..*b });
    end - step_of(lower_bound(&backwards).1, &backwards)
}
