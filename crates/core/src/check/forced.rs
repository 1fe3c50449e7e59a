//! What loads force out of some tiers, for the judge.
//!
//! Of what may stay in the tiers, some may also leave. At each step those that stay have no more bytes
//! than the tiers have room: of each its capacity, or the bytes that may go there. Summed up over
//! steps, what stays needs no more than all the room. What leaves has at least the lesser of its size
//! and its needs at the steps. So at least
//!
//! ```text
//! Σ_may leave min(size, needs at the steps) + Σ_must stay needs at the steps − Σ room at the steps
//! ```
//! bytes leave, whatever the steps are. Counted unit by unit and step by step.

use crate::model::{BufferIdx, Bytes, Lifetime, Problem, Step, TierIdx, TieredProblem};

/// What has one place: a buffer, or those that share an offset.
pub(super) struct Unit {
    members: Vec<BufferIdx>,
}

impl Unit {
    pub(super) fn all(problem: &Problem) -> impl Iterator<Item = Unit> {
        let alone = problem.iter().map(|(idx, _)| idx);
        let alone = alone.filter(|&idx| problem.ties().group_of(idx).is_none());
        let groups = problem.ties().groups().iter().cloned();
        alone.map(|idx| vec![idx]).chain(groups).map(|members| Unit { members })
    }

    pub(super) fn first(&self) -> BufferIdx {
        self.members[0]
    }

    pub(super) fn size(&self, problem: &Problem) -> Bytes {
        self.largest(problem, |_| true)
    }

    fn largest(&self, problem: &Problem, counts: impl Fn(BufferIdx) -> bool) -> Bytes {
        let counted = self.members.iter().filter(|&&idx| counts(idx));
        counted.map(|idx| problem.buffers()[idx.usize()].size).max().unwrap_or(0)
    }

    /// The positions of the steps at which it is live, and what it needs there.
    fn needs(&self, problem: &Problem, steps: &[Step]) -> Vec<(usize, Bytes)> {
        let lives = || self.members.iter().map(|idx| problem.buffers()[idx.usize()].lifetime);
        let start = lives().map(|life| life.start).min().unwrap_or(0);
        let end = lives().map(|life| life.end).max().unwrap_or(0);
        let before = |step: Step| steps.partition_point(|&other| other < step);
        let need = |at: usize| {
            let is_at = |life: &Lifetime| life.start <= steps[at] && steps[at] < life.end;
            let is_live = |idx| problem.intervals(idx).iter().any(is_at);
            (at, self.largest(problem, is_live))
        };
        (before(start)..before(end)).map(need).collect()
    }
}

/// The bytes that these steps force out of these tiers.
pub(super) fn forced(problem: &TieredProblem, tiers: &[TierIdx], steps: &[Step]) -> Bytes {
    // For each step and tier the bytes that may go there.
    let mut wanted = vec![0_u128; steps.len() * tiers.len()];
    let mut counted = 0_u128;
    for unit in Unit::all(problem.problem()) {
        let set = problem.allowed(unit.first());
        if !tiers.iter().any(|&tier| set.has(tier)) {
            continue;
        }
        let mut needed = 0_u128;
        for (at, bytes) in unit.needs(problem.problem(), steps) {
            needed += u128::from(bytes);
            for (to, &tier) in wanted[at * tiers.len()..].iter_mut().zip(tiers) {
                *to += if set.has(tier) { bytes.into() } else { 0 };
            }
        }
        let mut all = problem.iter().map(|(tier, _)| tier);
        let may_leave = all.any(|tier| set.has(tier) && !tiers.contains(&tier));
        let size = unit.size(problem.problem()).into();
        counted += if may_leave { needed.min(size) } else { needed };
    }
    let room = |(at, wanted): (usize, &u128)| {
        let capacity = problem.tier(tiers[at % tiers.len()]).capacity;
        capacity.map_or(*wanted, |capacity| (*wanted).min(capacity.into()))
    };
    let room: u128 = wanted.iter().enumerate().map(room).sum();
    counted.saturating_sub(room).try_into().unwrap_or(Bytes::MAX)
}
