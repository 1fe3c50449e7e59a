//! The judge of plans over several tiers.
//!
//! Each tier is judged as a plan of its buffers, with all others shrunk to nothing, so that faults
//! name the buffers of the whole problem. The cost is summed up anew, and so is what the certificate
//! of its bound says. O(n log n) for each tier, O(n) for each step of the certificate.

use super::{check, shared_offset};
use crate::model::{
    Buffer, BufferIdx, Bytes, Certificate, CostCertificate, Error, Lifetime, Plan, Problem, Step,
    TierIdx, TieredPlan, TieredProblem,
};

/// Judges a plan over tiers: where each buffer lies, the peaks, the cost, and the lower bound as far
/// as its certificate tells.
///
/// # Errors
/// The first fault found, with the buffers and both values.
pub fn check_tiered(problem: &TieredProblem, plan: &TieredPlan) -> Result<(), Error> {
    let (buffers, count) = (problem.problem(), plan.tiers.len().min(plan.offsets.len()));
    if count != buffers.len() || plan.tiers.len() != plan.offsets.len() {
        return Err(Error::OffsetCount { offsets: count, buffers: buffers.len() });
    }
    if plan.peaks.len() != problem.tiers().len() {
        let (names, count) = (plan.peaks.len(), problem.tiers().len());
        return Err(Error::BadTiers { count, names });
    }
    tiers_are_allowed(problem, &plan.tiers)?;
    for (tier, _) in problem.iter() {
        tier_holds(problem, plan, tier)?;
    }
    let found = cost(problem, |idx| problem.tier(plan.tiers[idx.usize()]).cost);
    if plan.cost != found {
        return Err(Error::CostWrong { stated: plan.cost, found });
    }
    bound_is_possible(problem, plan)
}

fn tiers_are_allowed(problem: &TieredProblem, tiers: &[TierIdx]) -> Result<(), Error> {
    for (buffer, &tier) in (0..).map(BufferIdx).zip(tiers) {
        let with = shared_offset(problem.problem(), buffer).map_or(tier, |idx| tiers[idx.usize()]);
        if !problem.allowed(buffer).has(tier) || with != tier {
            return Err(Error::TierWrong { buffer, tier });
        }
    }
    Ok(())
}

/// Judges what lies in a tier as a plan of its own.
fn tier_holds(problem: &TieredProblem, plan: &TieredPlan, tier: TierIdx) -> Result<(), Error> {
    let is_here = |idx: BufferIdx| plan.tiers[idx.usize()] == tier;
    let whole = problem.problem();
    let nothing = |b: &Buffer| Buffer { size: 0, pin: None, ..*b };
    let buffers = whole.iter().map(|(idx, b)| if is_here(idx) { *b } else { nothing(b) });
    let spanned = whole.ties().spanned();
    let intervals = spanned.flat_map(|(idx, all)| all.iter().map(move |life| (idx, *life)));
    let here = Problem::with_ops(buffers.collect(), whole.ops().to_vec())?
        .with_intervals(intervals.collect())?
        .with_shares(whole.ties().groups())?
        .with_apart(whole.ties().apart().to_vec())?
        .with_capacity(problem.tier(tier).capacity);
    let offset = |idx: BufferIdx| if is_here(idx) { plan.offsets[idx.usize()] } else { 0 };
    let offsets = whole.iter().map(|(idx, _)| offset(idx)).collect();
    let (peak, certificate) = (plan.peaks[tier.usize()], Certificate::FinishedSearch);
    check(&here, &Plan { offsets, peak, lower_bound: 0, certificate })
}

/// What has one place: a buffer, or those that share an offset.
struct Unit {
    members: Vec<BufferIdx>,
}

impl Unit {
    fn all(problem: &Problem) -> impl Iterator<Item = Unit> {
        let alone = problem.iter().map(|(idx, _)| idx);
        let alone = alone.filter(|&idx| problem.ties().group_of(idx).is_none());
        let groups = problem.ties().groups().iter().cloned();
        alone.map(|idx| vec![idx]).chain(groups).map(|members| Unit { members })
    }

    fn size_if(&self, problem: &Problem, counts: impl Fn(BufferIdx) -> bool) -> Bytes {
        let counted = self.members.iter().filter(|&&idx| counts(idx));
        counted.map(|idx| problem.buffers()[idx.usize()].size).max().unwrap_or(0)
    }

    fn size_at(&self, problem: &Problem, step: Step) -> Bytes {
        let at = |&Lifetime { start, end }: &Lifetime| start <= step && step < end;
        self.size_if(problem, |idx| problem.intervals(idx).iter().any(at))
    }

    /// Whether it is needed at the step, or both before and after it.
    fn spans(&self, problem: &Problem, step: Step) -> bool {
        let lives = || self.members.iter().map(|idx| problem.buffers()[idx.usize()].lifetime);
        lives().any(|life| life.start <= step) && lives().any(|life| step < life.end)
    }
}

fn cost(problem: &TieredProblem, cost_of: impl Fn(BufferIdx) -> u64) -> u64 {
    let units = Unit::all(problem.problem());
    units.map(|unit| unit.size_if(problem.problem(), |_| true) * cost_of(unit.members[0])).sum()
}

fn bound_is_possible(problem: &TieredProblem, plan: &TieredPlan) -> Result<(), Error> {
    let stated = plan.lower_bound;
    if stated > plan.cost {
        return Err(Error::BoundWrong { stated, found: plan.cost });
    }
    let CostCertificate::Spill { steps } = &plan.certificate else { return Ok(()) };
    let order = problem.by_cost();
    let costs = |idx: BufferIdx| {
        let allowed = order.iter().filter(move |&&tier| problem.allowed(idx).has(tier));
        allowed.map(|&tier| problem.tier(tier).cost)
    };
    let has_choice = |idx: BufferIdx| costs(idx).min() != costs(idx).max();
    let base = cost(problem, |idx| costs(idx).min().unwrap_or(0));
    let spilled = steps.iter().map(|&step| spill(problem, &order, step));
    let found = spilled.fold(base, u64::saturating_add);
    let is_counted_twice = |unit: Unit| {
        let spanned = steps.iter().filter(|&&step| unit.spans(problem.problem(), step));
        has_choice(unit.members[0]) && spanned.count() > 1
    };
    if found != stated || Unit::all(problem.problem()).any(is_counted_twice) {
        return Err(Error::BoundWrong { stated, found });
    }
    Ok(())
}

/// What the bytes of a step cost beyond the cheapest tiers, as these are full: for each step up in
/// cost the bytes that could stay below it, but for the capacities.
fn spill(problem: &TieredProblem, order: &[TierIdx], step: Step) -> u64 {
    let forced = |count: usize| {
        let below = &order[..count];
        let may_stay =
            |unit: &Unit| below.iter().any(|&tier| problem.allowed(unit.members[0]).has(tier));
        let stays: Vec<(Unit, Bytes)> = Unit::all(problem.problem())
            .filter(may_stay)
            .map(|unit| {
                let size = unit.size_at(problem.problem(), step);
                (unit, size)
            })
            .collect();
        let room = |&tier: &TierIdx| {
            let fits = |unit: &Unit| problem.allowed(unit.members[0]).has(tier);
            let bytes = stays.iter().filter(|(unit, _)| fits(unit)).map(|&(_, size)| size).sum();
            problem.tier(tier).capacity.map_or(bytes, |capacity| capacity.min(bytes))
        };
        let bytes: Bytes = stays.iter().map(|&(_, size)| size).sum();
        bytes.saturating_sub(below.iter().map(room).fold(0, Bytes::saturating_add))
    };
    let cost = |at: usize| problem.tier(order[at]).cost;
    (1..order.len()).map(|count| (cost(count) - cost(count - 1)) * forced(count)).sum()
}
