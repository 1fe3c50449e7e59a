//! What spreading costs at least, by the load alone.
//!
//! With every item in the cheapest tier that it may go to, some steps are overfull. Take the tiers by
//! cost, and a step. Of the bytes that may be in the first `k` tiers, these hold no more than their
//! capacities, and of a tier no more than may go there: the rest goes up, and pays the difference
//! from tier `k` to the next. Summed up over `k` that is what the step forces:
//!
//! ```text
//! spill(step) = Σ_k (cost_{k+1} − cost_k) · max(0, bytes_k − Σ_{j ≤ k} min(capacity_j, bytes that may go to j))
//! ```
//! Steps add up as long as no item that has a choice is live at two of them, and the best such steps
//! are found from the last to the first: spill of a step and the best of the steps that come after
//! all it has live, or the best without it. The bytes of all tiers together may not be enough, and
//! then there is no plan. O(n log n), times the kinds of choices that items have.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::units::Units;
use crate::analysis::Part;
use crate::model::{Bytes, Step, TierSet};

/// No plan costs less, as these steps show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) cost: u64,
    pub(super) steps: Vec<Step>,
}

/// The bound, or a step at which all tiers together are too small.
pub(super) fn bound(units: &Units) -> Result<Bound, Step> {
    let base: u64 = (0..units.len()).map(|item| units.cost_min(item)).sum();
    let spills = spills(units)?;
    let reaches = reaches(units, &spills);
    // The best cost from each spill on, and whether the spill is part of it.
    let mut best: Vec<(u64, bool)> = vec![(0, false); spills.len() + 1];
    let next = |at: usize| spills.partition_point(|&(step, _)| step < reaches[at]).max(at + 1);
    for at in (0..spills.len()).rev() {
        let with = spills[at].1 + best[next(at)].0;
        let without = best[at + 1].0;
        best[at] = (with.max(without), with >= without);
    }
    let (mut steps, mut at) = (Vec::new(), 0);
    while at < spills.len() {
        if best[at].1 {
            steps.push(spills[at].0);
            at = next(at);
        } else {
            at += 1;
        }
    }
    Ok(Bound { cost: base + best[0].0, steps })
}

/// The steps that force something up, and what that costs.
fn spills(units: &Units) -> Result<Vec<(Step, u64)>, Step> {
    let mut changes: Vec<(Step, bool, TierSet, Bytes)> = Vec::new();
    for (parts, &allowed) in units.reduced.parts.iter().zip(&units.allowed) {
        for &Part { interval, size } in parts {
            changes.push((interval.start, true, allowed, size));
            changes.push((interval.end, false, allowed, size));
        }
    }
    changes.sort_unstable();
    let mut live: BTreeMap<TierSet, Bytes> = BTreeMap::new();
    let mut spills = Vec::new();
    for at_step in changes.chunk_by(|a, b| a.0 == b.0) {
        for &(_, starts, allowed, size) in at_step {
            let bytes = live.entry(allowed).or_default();
            *bytes = if starts { *bytes + size } else { *bytes - size };
        }
        let step = at_step[0].0;
        let forced = |count: usize| forced(units, &live, count);
        if forced(units.order.len()) > 0 {
            return Err(step);
        }
        let ranks = 1..units.order.len();
        let spill = ranks.map(|k| (units.costs[k] - units.costs[k - 1]) * forced(k)).sum();
        if spill > 0 {
            spills.push((step, spill));
        }
    }
    Ok(spills)
}

/// The bytes that may be in the cheapest so many tiers, and for which these have no room.
fn forced(units: &Units, live: &BTreeMap<TierSet, Bytes>, count: usize) -> Bytes {
    let below = &units.order[..count];
    let may_stay = |set: &TierSet| below.iter().any(|&tier| set.has(tier));
    let bytes: Bytes = live.iter().filter(|(set, _)| may_stay(set)).map(|(_, bytes)| bytes).sum();
    let room = below.iter().zip(&units.capacities).map(|(&tier, capacity)| {
        let bytes = live.iter().filter(|(set, _)| set.has(tier)).map(|(_, bytes)| bytes).sum();
        capacity.map_or(bytes, |capacity| capacity.min(bytes))
    });
    bytes.saturating_sub(room.fold(0, Bytes::saturating_add))
}

/// For each spill the first step at which all items have ended that are live there and have a choice.
fn reaches(units: &Units, spills: &[(Step, u64)]) -> Vec<Step> {
    let items = (0..units.len()).filter(|&item| units.has_choice(item));
    let mut lifetimes: Vec<_> = items.map(|item| units.item(item).lifetime).collect();
    lifetimes.sort_unstable_by_key(|lifetime| Reverse(lifetime.start));
    let mut ends: BinaryHeap<Step> = BinaryHeap::new();
    let reach = |&(step, _): &(Step, u64)| {
        while let Some(begun) = lifetimes.pop_if(|lifetime| lifetime.start <= step) {
            ends.push(begun.end);
        }
        ends.peek().copied().unwrap_or(0)
    };
    spills.iter().map(reach).collect()
}
