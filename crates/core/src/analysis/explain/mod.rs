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
//! last of them. Without alignments, pins or ties the estimate of a buffer is exact, so that as many
//! are tried as are shown; otherwise a few times as many at most.
//!
//! Of buffers that share an offset only the largest that is live is part of the load, so that `s` is
//! by how much it exceeds the next. The others may hold the bound all the same, live or not: the
//! alignment of one is that of all.
//!
//! Without any holder the bound is still what the others prove, the floor. So a changed holder is
//! weighed with those buffers only that are live where more than the floor may be needed, which near
//! a sharp peak are few. O(n log n), and O(m log m) for each change that is tried, where m are these
//! few, and all buffers for a change of an op.

mod case;
mod changed;

use std::cmp::Reverse;

use self::case::{Case, Near};
use self::changed::{turned, without_ops};
use super::pins::pin_tops;
use super::profile::Profile;
use super::{Bound, Load, bound, lower_bound, max_load, needs};
use crate::model::{BufferIdx, Bytes, Certificate, Lifetime, OpIdx, Problem, Step};

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
    /// The load at that step: of those that share an offset, the largest counts.
    pub live_bytes: Bytes,
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
    /// What its buffers have at the step that is explained, and no other op's share with them.
    pub live: Bytes,
    /// The bound without them.
    pub gone: Bytes,
}

/// Explains the lower bound of a problem, with at most so many changes of buffers, and of ops.
pub fn explain(problem: &Problem, shown: usize) -> Explanation {
    let bare = without_ops(problem);
    let known = bound(&bare);
    let Bound { bytes, certificate, load } = known;
    let step = step_of(&known);
    let live = live_at(&bare, step);
    let holders = holders(&bare, &live, bytes, certificate);
    let floor = match certificate {
        Certificate::PinTop => 0,
        _ => lower_bound(&without(&bare, &holders)).0,
    };
    let others = max_load(&without(&bare, &live));
    let case = Case {
        problem,
        bound: bytes,
        floor,
        step,
        end: end_of(&bare),
        profile: Profile::of(&needs(&bare), |b| b.size),
        holders,
        near: Near::above(&bare, floor),
        bare,
        shown,
    };
    Explanation {
        lower_bound: bytes,
        certificate,
        load,
        step,
        end: case.end,
        live_bytes: case.profile.at(step),
        others,
        buffers: case.buffers(),
        ops: case.ops(),
        live: by_size(problem, live),
    }
}

/// The buffers with bytes that are live at a step, in their order.
fn live_at(problem: &Problem, step: Step) -> Vec<BufferIdx> {
    let at = Lifetime { start: step, end: step.saturating_add(1) };
    let sized = problem.iter().filter(|(_, buffer)| buffer.size > 0).map(|(idx, _)| idx);
    sized.filter(|&idx| problem.intervals(idx).iter().any(|life| life.overlaps(at))).collect()
}

fn by_size(problem: &Problem, mut buffers: Vec<BufferIdx>) -> Vec<BufferIdx> {
    buffers.sort_by_key(|idx| Reverse(problem.buffers()[idx.usize()].size));
    buffers
}

/// Those without whom the bound could be lower, in their order.
fn holders(
    problem: &Problem,
    live: &[BufferIdx],
    bound: Bytes,
    certificate: Certificate,
) -> Vec<BufferIdx> {
    match certificate {
        Certificate::PinTop => {
            let tops = pin_tops(problem).filter(|&(_, top)| top == bound);
            with_mates(problem, tops.map(|(idx, _)| idx))
        }
        _ => with_mates(problem, live.iter().copied()),
    }
}

/// These buffers, and those that share an offset with one of them.
fn with_mates(problem: &Problem, buffers: impl Iterator<Item = BufferIdx>) -> Vec<BufferIdx> {
    let ties = problem.ties();
    let mates = |idx| match ties.group_of(idx) {
        Some(group) => ties.groups()[group].clone(),
        None => vec![idx],
    };
    let mut all: Vec<BufferIdx> = buffers.flat_map(mates).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// All but these, which are in their order.
fn without(problem: &Problem, gone: &[BufferIdx]) -> Problem {
    let kept = problem.iter().map(|(idx, _)| idx);
    let kept: Vec<BufferIdx> = kept.filter(|idx| gone.binary_search(idx).is_err()).collect();
    problem.part(&kept)
}

/// The first step that a bound is about, or else the first with the largest load.
fn step_of(bound: &Bound) -> Step {
    match bound.certificate {
        Certificate::MaxLoad { step } | Certificate::AlignedLoad { step } => step,
        Certificate::PinTop | Certificate::FinishedSearch => bound.load.step,
    }
}

/// As the first step, with time running backwards.
fn end_of(problem: &Problem) -> Step {
    let end = problem.buffers().iter().map(|b| b.lifetime.end).max().unwrap_or(0);
    end - step_of(&bound(&turned(problem, end)))
}
