//! From who goes where to plans of the tiers, by the planner of single problems.
//!
//! It decides whether a tier has room for one item more: so each spilled item is offered the cheaper
//! tiers, the one that saves most first. And it finds lower peaks than a first fit, once it is
//! decided who goes where.

use std::cmp::Reverse;

use super::spread::Spread;
use super::units::Units;
use crate::limits::{Deadline, Limits};
use crate::model::{
    BufferIdx, Bytes, CostCertificate, Error, Outcome, Reason, TierIdx, TieredPlan, TieredProblem,
};
use crate::planners::{Auto, Planner};

/// Moves of a search that decides about one tier, where nobody set a limit: some hundredths of a
/// second.
const NODES_MAX: u64 = 1 << 14;

/// So many spilled items are offered a cheaper tier: each offer plans a tier anew, …
const OFFERS_MAX: usize = 64;

/// … and more items than these are taken as first fit spread them.
const RETURNING_MAX: usize = 2_000;

/// What is known of a problem over tiers.
pub(super) struct Settled<'a> {
    problem: &'a TieredProblem,
    pub(super) units: &'a Units,
    deadline: &'a Deadline,
    best: Option<Spread>,
}

/// What a tier says of some items.
#[derive(Debug)]
pub(super) enum Tenancy {
    /// Where they lie, and the largest top.
    Room(Vec<Bytes>, Bytes),
    /// Proven.
    NoRoom,
    Unknown,
}

impl<'a> Settled<'a> {
    pub(super) fn of(
        problem: &'a TieredProblem,
        units: &'a Units,
        best: Option<Spread>,
        deadline: &'a Deadline,
    ) -> Settled<'a> {
        Settled { problem, units, deadline, best }
    }

    pub(super) fn cost(&self) -> Option<u64> {
        self.best.as_ref().map(|best| best.cost)
    }

    pub(super) fn keep(&mut self, better: Spread) {
        self.deadline.tell(better.cost, 0);
        self.best = Some(better);
    }

    pub(super) fn reached(&self) -> Option<Reason> {
        self.deadline.reached()
    }

    /// Offers spilled items the cheaper tiers until the cost is the goal.
    pub(super) fn bring_back(&mut self, goal: u64) -> Result<(), Error> {
        let Some(mut best) = self.best.take() else { return Ok(()) };
        let units = self.units;
        let mut spilled: Vec<usize> = (0..units.len()).collect();
        let saving =
            |best: &Spread, item| units.cost(item, best.ranks[item]) - units.cost_min(item);
        spilled.retain(|&item| saving(&best, item) > 0);
        spilled.sort_by_key(|&item| Reverse(saving(&best, item)));
        for item in spilled.into_iter().take(OFFERS_MAX) {
            let is_done = best.cost <= goal || self.deadline.reached().is_some();
            if is_done || units.len() > RETURNING_MAX {
                break;
            }
            self.offer(item, &mut best)?;
        }
        self.best = Some(best);
        Ok(())
    }

    /// Moves an item to the cheapest tier that has room for it, if that is cheaper.
    fn offer(&self, item: usize, best: &mut Spread) -> Result<(), Error> {
        let own = best.ranks[item];
        let cheaper = |&rank: &usize| self.units.costs[rank] < self.units.costs[own];
        for rank in self.units.ranks(item).filter(cheaper) {
            let mut items = members(&best.ranks, rank);
            items.push(item);
            items.sort_unstable();
            let capacity = self.units.capacities[rank];
            if let Tenancy::Room(offsets, _) = self.tenancy(&items, capacity)? {
                items.iter().zip(offsets).for_each(|(&item, at)| best.offsets[item] = at);
                best.ranks[item] = rank;
                best.cost -= self.units.cost(item, own) - self.units.cost(item, rank);
                self.deadline.tell(best.cost, 0);
                return Ok(());
            }
        }
        Ok(())
    }

    /// Plans each tier by itself for its smallest peak.
    pub(super) fn lower_peaks(&mut self) -> Result<(), Error> {
        let Some(mut best) = self.best.take() else { return Ok(()) };
        for rank in 0..self.units.order.len() {
            let items = members(&best.ranks, rank);
            let top = |&item: &usize| best.offsets[item] + self.units.item(item).size;
            let peak = items.iter().map(top).max().unwrap_or(0);
            if let Tenancy::Room(offsets, lower) = self.tenancy(&items, None)?
                && lower < peak
            {
                items.iter().zip(offsets).for_each(|(&item, at)| best.offsets[item] = at);
            }
        }
        self.best = Some(best);
        Ok(())
    }

    /// Whether a tier of some capacity has room for these items, and where.
    pub(super) fn tenancy(
        &self,
        items: &[usize],
        capacity: Option<Bytes>,
    ) -> Result<Tenancy, Error> {
        let mut is_in = vec![false; self.units.len()];
        for &item in items {
            is_in[item] = true;
        }
        let item_of = &self.units.reduced.item_of;
        let whole = self.problem.problem();
        let kept: Vec<BufferIdx> =
            whole.iter().map(|(idx, _)| idx).filter(|idx| is_in[item_of[idx.usize()]]).collect();
        let part = whole.part(&kept).with_capacity(capacity);
        let given = self.deadline.limits();
        let nodes = Some(given.nodes.unwrap_or(NODES_MAX).min(NODES_MAX));
        let outcome = Auto.plan(&part, &Limits { nodes, ..given })?;
        Ok(match outcome {
            Outcome::Infeasible(_) => Tenancy::NoRoom,
            outcome => match outcome.into_plan() {
                Some(plan) if part.capacity().is_none_or(|capacity| plan.peak <= capacity) => {
                    let mut offsets = vec![0; self.units.len()];
                    kept.iter().zip(plan.offsets).for_each(|(idx, at)| {
                        offsets[item_of[idx.usize()]] = at;
                    });
                    Tenancy::Room(items.iter().map(|&item| offsets[item]).collect(), plan.peak)
                }
                _ => Tenancy::Unknown,
            },
        })
    }

    /// The plan with this bound, if there is one.
    pub(super) fn into_plan(
        self,
        lower_bound: u64,
        certificate: CostCertificate,
    ) -> Option<TieredPlan> {
        let Spread { ranks, offsets, cost, .. } = self.best?;
        let item_of = &self.units.reduced.item_of;
        let tier_of = |item: usize| self.units.order[ranks[item]];
        let tiers: Vec<TierIdx> = item_of.iter().map(|&item| tier_of(item)).collect();
        let offsets = self.units.reduced.offsets_of_buffers(&offsets);
        let mut peaks = vec![0; self.units.order.len()];
        for ((buffer, tier), offset) in
            self.problem.problem().buffers().iter().zip(&tiers).zip(&offsets)
        {
            let peak = &mut peaks[tier.usize()];
            *peak = (offset + buffer.size).max(*peak);
        }
        let plan = TieredPlan { tiers, offsets, peaks, cost, lower_bound, certificate };
        debug_assert_eq!(crate::check::check_tiered(self.problem, &plan), Ok(()));
        Some(plan)
    }
}

/// The items at a rank.
fn members(ranks: &[usize], rank: usize) -> Vec<usize> {
    (0..ranks.len()).filter(|&item| ranks[item] == rank).collect()
}
