//! The search for the changes that lower a bound most.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::changed::within;
use super::{BufferChange, OpChange, live_at, with_mates, without};
use crate::analysis::pins::pin_tops;
use crate::analysis::profile::Profile;
use crate::analysis::{lower_bound, needs};
use crate::model::{Buffer, BufferIdx, Bytes, Lifetime, OpIdx, Problem, Step};

/// So many changes are tried for each that is to be shown, …
const TRIED_PER_SHOWN: usize = 8;

/// … and at least so many.
const TRIED_MIN: usize = 32;

/// A problem whose bound is explained.
pub(super) struct Case<'a> {
    pub(super) problem: &'a Problem,
    /// The same without ops.
    pub(super) bare: Problem,
    pub(super) bound: Bytes,
    /// What is left of the bound whatever is done to the holders.
    pub(super) floor: Bytes,
    pub(super) step: Step,
    pub(super) end: Step,
    /// The load.
    pub(super) profile: Profile,
    pub(super) holders: Vec<BufferIdx>,
    /// The buffers with which the bound can be above the floor.
    pub(super) near: Near,
    pub(super) shown: usize,
}

/// A part of a problem.
pub(super) struct Near {
    /// The buffers, in their order, …
    kept: Vec<BufferIdx>,
    /// … and these alone.
    part: Problem,
}

impl Near {
    /// The buffers that are live where more than so many bytes may be needed, alignment included, or
    /// pinned beyond these, with all that share an offset with them.
    pub(super) fn above(problem: &Problem, floor: Bytes) -> Near {
        // More than any aligned load: no grain is above the alignment itself.
        let padded = Profile::of(&needs(problem), |b| b.size.next_multiple_of(b.alignment));
        let high = padded.above(floor);
        let is_high = |lifetime: &Lifetime| {
            let after = high.partition_point(|interval| interval.end <= lifetime.start);
            high.get(after).is_some_and(|interval| interval.overlaps(*lifetime))
        };
        let all = problem.iter().map(|(idx, _)| idx);
        let live = all.filter(|&idx| problem.intervals(idx).iter().any(is_high));
        let pinned = pin_tops(problem).filter(|&(_, top)| top > floor).map(|(idx, _)| idx);
        let kept = with_mates(problem, live.chain(pinned));
        Near { part: problem.part(&kept), kept }
    }

    fn position(&self, idx: BufferIdx) -> Option<BufferIdx> {
        let position = self.kept.binary_search(&idx).ok()?;
        u32::try_from(position).ok().map(BufferIdx)
    }

    /// The bound without a buffer.
    fn bound_without(&self, idx: BufferIdx) -> Bytes {
        let gone: Vec<BufferIdx> = self.position(idx).into_iter().collect();
        lower_bound(&without(&self.part, &gone)).0
    }

    /// The bound with a buffer live within a time only.
    fn bound_within(&self, idx: BufferIdx, time: Lifetime) -> Bytes {
        match self.position(idx) {
            Some(position) => lower_bound(&within(&self.part, position, time)).0,
            None => lower_bound(&self.part).0,
        }
    }
}

impl Case<'_> {
    pub(super) fn buffers(&self) -> Vec<BufferChange> {
        let crowds = self.crowds();
        let estimated = self.holders.iter().map(|&idx| {
            let Buffer { size, lifetime, .. } = *self.buffer(idx);
            let bytes = match self.bare.ties().group_of(idx) {
                Some(group) => self.own(&crowds[group], |other| other == idx),
                None => size,
            };
            // Of two that gain the same, the smaller is the smaller change.
            ((self.estimate(bytes, lifetime), size), idx)
        });
        let gone = |idx| self.near.bound_without(idx).max(self.floor);
        let best = self.best(estimated.collect(), gone);
        best.into_iter().map(|(gone, buffer)| self.told(gone, buffer)).collect()
    }

    fn told(&self, gone: Bytes, buffer: BufferIdx) -> BufferChange {
        let Lifetime { start, end } = self.buffer(buffer).lifetime;
        let side = |step: Step, time: Lifetime| {
            let is_within = start < step && step < end;
            is_within.then(|| self.near.bound_within(buffer, time).max(self.floor))
        };
        BufferChange {
            buffer,
            gone,
            freed_by: side(self.step, Lifetime { start, end: self.step }),
            made_at: side(self.end, Lifetime { start: self.end, end }),
        }
    }

    pub(super) fn ops(&self) -> Vec<OpChange> {
        let spans = self.spans();
        let estimated =
            spans.iter().map(|(&op, &(span, live))| ((self.estimate(live, span), live), op));
        let gone = |op| {
            let all = self.problem.iter().filter(|(_, buffer)| buffer.op == Some(op));
            lower_bound(&without(&self.bare, &all.map(|(idx, _)| idx).collect::<Vec<_>>())).0
        };
        let best = self.best(estimated.collect(), gone);
        best.into_iter().map(|(gone, op)| OpChange { op, live: spans[&op].1, gone }).collect()
    }

    /// For each op with a holder the time from the first to the last of its buffers, the step
    /// included, and what these have at the step.
    fn spans(&self) -> BTreeMap<OpIdx, (Lifetime, Bytes)> {
        let at = Lifetime { start: self.step, end: self.step.saturating_add(1) };
        let ops = self.holders.iter().filter_map(|&idx| self.buffer(idx).op);
        let mut spans: BTreeMap<_, _> = ops.map(|op| (op, (at, 0))).collect();
        for Buffer { lifetime, op, .. } in self.problem.buffers() {
            let Some((span, _)) = op.and_then(|op| spans.get_mut(&op)) else { continue };
            span.start = span.start.min(lifetime.start);
            span.end = span.end.max(lifetime.end);
        }
        for (op, bytes) in self.bytes_of_ops() {
            if let Some((_, live)) = spans.get_mut(&op) {
                *live += bytes;
            }
        }
        spans
    }

    /// What ops have at the step, piece by piece.
    fn bytes_of_ops(&self) -> Vec<(OpIdx, Bytes)> {
        let ties = self.bare.ties();
        let alone = live_at(&self.bare, self.step);
        let alone = alone.into_iter().filter(|&idx| ties.group_of(idx).is_none());
        let alone = alone.filter_map(|idx| Some((self.buffer(idx).op?, self.buffer(idx).size)));
        let shared = self.crowds().into_iter().filter_map(|crowd| {
            let op = self.buffer(*crowd.first()?).op?;
            Some((op, self.own(&crowd, |idx| self.buffer(idx).op == Some(op))))
        });
        alone.chain(shared).collect()
    }

    /// Of each group those that are live at the step, the largest first.
    fn crowds(&self) -> Vec<Vec<BufferIdx>> {
        let ties = self.bare.ties();
        let mut crowds = vec![Vec::new(); ties.groups().len()];
        for idx in live_at(&self.bare, self.step) {
            if let Some(group) = ties.group_of(idx) {
                crowds[group].push(idx);
            }
        }
        for crowd in &mut crowds {
            crowd.sort_by_key(|&idx| Reverse(self.buffer(idx).size));
        }
        crowds
    }

    /// By how much the largest of a crowd would shrink without some of it.
    fn own(&self, crowd: &[BufferIdx], is_gone: impl Fn(BufferIdx) -> bool) -> Bytes {
        let size = |&idx: &BufferIdx| self.buffer(idx).size;
        let largest = crowd.first().map_or(0, size);
        largest - crowd.iter().find(|&&idx| !is_gone(idx)).map_or(0, size)
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
}
