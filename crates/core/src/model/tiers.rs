//! Several arenas for the buffers of one problem: fast and small, slow and large.

use std::collections::BTreeSet;

use super::{BYTES_MAX, BufferIdx, Bytes, Error, Problem, Step};

/// The position of a tier in its problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TierIdx(pub u8);

impl TierIdx {
    /// The index as a slice position.
    #[inline]
    pub fn usize(self) -> usize {
        usize::from(self.0)
    }
}

/// One of several arenas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// What people call it.
    pub name: String,
    /// Most bytes that may be used of it, if that is limited.
    pub capacity: Option<Bytes>,
    /// What a byte in it costs.
    pub cost: u64,
}

/// The most tiers of a problem: so many that a set of them is one word.
const TIERS_MAX: usize = 64;

/// A set of tiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TierSet(u64);

impl TierSet {
    /// All tiers there can be.
    pub const ALL: TierSet = TierSet(u64::MAX);

    /// Whether a tier is in it.
    #[inline]
    pub fn has(self, tier: TierIdx) -> bool {
        // A file may name a tier beyond all.
        self.0.checked_shr(tier.0.into()).is_some_and(|bits| bits & 1 == 1)
    }

    /// What is in both.
    #[inline]
    #[must_use]
    pub fn and(self, other: TierSet) -> TierSet {
        TierSet(self.0 & other.0)
    }
}

impl FromIterator<TierIdx> for TierSet {
    fn from_iter<T: IntoIterator<Item = TierIdx>>(tiers: T) -> TierSet {
        TierSet(
            tiers
                .into_iter()
                .fold(0, |set, tier| set | 1_u64.checked_shl(tier.0.into()).unwrap_or(0)),
        )
    }
}

/// A problem whose buffers are to be spread over several tiers, each an arena of its own.
///
/// Invariants, held by construction:
/// * there are 1 to 64 tiers, of different names;
/// * every buffer may go to one of them at least, and buffers that share an offset to a common one;
/// * the sum of all sizes times the highest cost is at most `BYTES_MAX`;
/// * the problem has no capacity of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TieredProblem {
    problem: Problem,
    tiers: Vec<Tier>,
    /// Where each buffer may go: of those that share an offset, where all of them may.
    allowed: Vec<TierSet>,
}

impl TieredProblem {
    /// Spreads a problem over tiers; a capacity of the problem itself is dropped. `allowed` says for
    /// each buffer which tiers it may go to, or is empty: any.
    ///
    /// # Errors
    /// When there are no tiers or too many, two have one name, a buffer may go to none, or costs
    /// could overflow.
    pub fn new(
        problem: Problem,
        tiers: Vec<Tier>,
        allowed: Vec<TierSet>,
    ) -> Result<TieredProblem, Error> {
        let names: BTreeSet<&str> = tiers.iter().map(|tier| tier.name.as_str()).collect();
        if tiers.is_empty() || tiers.len() > TIERS_MAX || names.len() < tiers.len() {
            return Err(Error::BadTiers { count: tiers.len(), names: names.len() });
        }
        let cost_max = tiers.iter().map(|tier| tier.cost).max().unwrap_or(0);
        // The problem keeps the sum of sizes from overflowing.
        let bytes: Bytes = problem.buffers().iter().map(|buffer| buffer.size).sum();
        if bytes.checked_mul(cost_max).is_none_or(|cost| cost > BYTES_MAX) {
            return Err(Error::CostTooLarge { bytes, cost: cost_max });
        }
        let existing: TierSet =
            (0..tiers.len()).filter_map(|at| Some(TierIdx(at.try_into().ok()?))).collect();
        let any = || vec![TierSet::ALL; problem.len()];
        let mut allowed = if allowed.is_empty() { any() } else { allowed };
        if allowed.len() != problem.len() {
            return Err(Error::IdCount { ids: allowed.len(), buffers: problem.len() });
        }
        for group in problem.ties().groups() {
            let common =
                group.iter().fold(existing, |common, idx| common.and(allowed[idx.usize()]));
            for idx in group {
                allowed[idx.usize()] = common;
            }
        }
        for (idx, set) in (0..).map(BufferIdx).zip(&mut allowed) {
            *set = set.and(existing);
            if set.0 == 0 {
                return Err(Error::NoTier { buffer: idx });
            }
        }
        Ok(TieredProblem { problem: problem.with_capacity(None), tiers, allowed })
    }

    /// The buffers and their ties.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The tiers, in the order of their [`TierIdx`].
    pub fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// Each tier with its index.
    pub fn iter(&self) -> impl Iterator<Item = (TierIdx, &Tier)> {
        (0..).map(TierIdx).zip(&self.tiers)
    }

    /// A tier.
    pub fn tier(&self, idx: TierIdx) -> &Tier {
        &self.tiers[idx.usize()]
    }

    /// Where a buffer may go.
    pub fn allowed(&self, idx: BufferIdx) -> TierSet {
        self.allowed[idx.usize()]
    }

    /// What goes to a tier as a problem of its own, within its capacity: all other buffers are there,
    /// but without bytes, so that each keeps its index.
    pub fn held_by(&self, tier: TierIdx, tiers: &[TierIdx]) -> Problem {
        let held = self.problem.clone().with_bytes_of(|idx| tiers[idx.usize()] == tier);
        held.with_capacity(self.tier(tier).capacity)
    }

    /// The tiers by cost, the cheapest first; of equal ones in their order.
    pub fn by_cost(&self) -> Vec<TierIdx> {
        let mut order: Vec<TierIdx> = self.iter().map(|(idx, _)| idx).collect();
        order.sort_by_key(|&idx| self.tier(idx).cost);
        order
    }
}

/// A tier and an offset for each buffer, with a proven bound on how small the cost can be.
///
/// Invariants, judged by [`check_tiered`](crate::check::check_tiered):
/// * the buffers of each tier make a plan of these buffers within its capacity;
/// * buffers that share an offset share a tier;
/// * `cost` is the sum of size × cost of the tier, where buffers that share an offset count once, by
///   the largest; `peaks` has the largest top of each tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TieredPlan {
    /// Where each buffer goes.
    pub tiers: Vec<TierIdx>,
    /// Bytes from the start of its tier.
    pub offsets: Vec<Bytes>,
    /// The largest top of each tier.
    pub peaks: Vec<Bytes>,
    /// What all bytes cost.
    pub cost: u64,
    /// No plan costs less.
    pub lower_bound: u64,
    /// How that was proven.
    pub certificate: CostCertificate,
}

impl TieredPlan {
    /// Whether no plan can cost less.
    pub fn is_optimal(&self) -> bool {
        self.cost == self.lower_bound
    }

    /// How many buffers go to a tier.
    pub fn buffer_count(&self, tier: TierIdx) -> usize {
        self.tiers.iter().filter(|&&other| other == tier).count()
    }
}

/// Why no plan can cost less than a lower bound.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CostCertificate {
    /// Every buffer in the cheapest tier that it may go to, and what the loads at these steps force
    /// out of full tiers: each buffer once, however many of the steps it is live at.
    Spill {
        /// The steps, in their order, that tell what is forced out of the cheapest tier, of the
        /// cheapest two, and so on to all but the dearest.
        steps: Vec<Vec<Step>>,
    },
    /// All that could cost less was tried.
    FinishedSearch,
}

impl CostCertificate {
    /// The name used in files and at language edges.
    pub fn name(&self) -> &'static str {
        match self {
            CostCertificate::Spill { .. } => "spill",
            CostCertificate::FinishedSearch => "finished-search",
        }
    }
}

/// The answer to a problem over tiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TieredOutcome {
    /// A plan whose cost equals its lower bound.
    Optimal(TieredPlan),
    /// A plan; a smaller cost may exist.
    Feasible(TieredPlan),
    /// Proven: there is no plan.
    Infeasible(TieredRefutation),
    /// Neither a plan nor a proof that there is none, within the limits.
    GaveUp(super::Reason),
}

impl TieredOutcome {
    /// The plan, if there is one.
    pub fn plan(&self) -> Option<&TieredPlan> {
        match self {
            TieredOutcome::Optimal(plan) | TieredOutcome::Feasible(plan) => Some(plan),
            TieredOutcome::Infeasible(_) | TieredOutcome::GaveUp(_) => None,
        }
    }

    /// Which of the four it is.
    pub fn status(&self) -> super::Status {
        match self {
            TieredOutcome::Optimal(_) => super::Status::Optimal,
            TieredOutcome::Feasible(_) => super::Status::Feasible,
            TieredOutcome::Infeasible(_) => super::Status::Infeasible,
            TieredOutcome::GaveUp(_) => super::Status::GaveUp,
        }
    }
}

/// What makes a plan over tiers impossible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TieredRefutation {
    /// This buffer is too large, or pinned too high, for every tier that it may go to.
    NoRoom {
        /// The buffer.
        buffer: BufferIdx,
    },
    /// At this step more bytes are live than the tiers hold that these may go to.
    Overfull {
        /// The step.
        step: Step,
    },
    /// Whatever the tiers, there is no plan of the buffers.
    Untenable(super::RefutationCause),
    /// All ways to spread the buffers were tried.
    FinishedSearch,
}
