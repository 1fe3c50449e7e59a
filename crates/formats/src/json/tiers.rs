//! Problems over several tiers, and their plans.

use memo_malloc::model::{CostCertificate, Tier, TierIdx, TierSet, TieredPlan, TieredProblem};
use memo_malloc::{BufferIdx, Bytes, Code, Problem, Step};
use serde::{Deserialize, Serialize};

use super::columns::same_length;
use super::problem::{self, ProblemColumns};
use super::{parse, path};
use crate::{Document, Error, TieredPlanDocument};

/// The tiers of a problem, one array for each field.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct TierColumns {
    name: Vec<String>,
    capacity: Vec<Option<Bytes>>,
    cost: Vec<u64>,
}

impl TierColumns {
    pub(super) fn of(problem: &TieredProblem) -> TierColumns {
        let tiers = problem.tiers();
        TierColumns {
            name: tiers.iter().map(|tier| tier.name.clone()).collect(),
            capacity: tiers.iter().map(|tier| tier.capacity).collect(),
            cost: tiers.iter().map(|tier| tier.cost).collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.name.is_empty() && self.capacity.is_empty() && self.cost.is_empty()
    }

    /// The problem spread over these tiers. `allowed` has the tiers of each buffer, null for any.
    pub(super) fn spread(
        self,
        problem: Problem,
        allowed: Vec<Option<Vec<u8>>>,
        prefix: &str,
    ) -> Result<TieredProblem, Error> {
        let (count, other) = (self.name.len(), format!("{prefix}tiers.name"));
        same_length(&format!("{prefix}tiers.capacity"), self.capacity.len(), &other, count)?;
        same_length(&format!("{prefix}tiers.cost"), self.cost.len(), &other, count)?;
        let columns = self.name.into_iter().zip(self.capacity).zip(self.cost);
        let tiers = columns.map(|((name, capacity), cost)| Tier { name, capacity, cost });
        let set = |tiers: Vec<u8>| tiers.into_iter().map(TierIdx).collect();
        let allowed = allowed.into_iter().map(|tiers| tiers.map_or(TierSet::ALL, set));
        let spread = TieredProblem::new(problem, tiers.collect(), allowed.collect());
        spread.map_err(|error| match error.buffer() {
            Some(idx) => Error::from(error).at(path(format!("{prefix}buffers.tiers[{idx}]"))),
            None => Error::from(error).at(path(format!("{prefix}tiers"))),
        })
    }
}

/// The tiers that each buffer may go to; nothing where all may go to any.
pub(super) fn allowed(problem: &TieredProblem) -> Vec<Option<Vec<u8>>> {
    let of_buffer = |idx: BufferIdx| {
        let has = |&(tier, _): &(TierIdx, &Tier)| problem.allowed(idx).has(tier);
        let tiers: Vec<u8> = problem.iter().filter(has).map(|(tier, _)| tier.0).collect();
        (tiers.len() < problem.tiers().len()).then_some(tiers)
    };
    let all: Vec<_> = problem.problem().iter().map(|(idx, _)| of_buffer(idx)).collect();
    if all.iter().all(Option::is_none) { Vec::new() } else { all }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TieredPlanColumns {
    cost: u64,
    lower_bound: u64,
    certificate: CertificateFields,
    peaks: Vec<Bytes>,
    tiers: Vec<u8>,
    offsets: Vec<Bytes>,
    problem: ProblemColumns,
}

/// How the lower bound was proven; `steps` with `spill` only.
#[derive(Debug, Serialize, Deserialize)]
struct CertificateFields {
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<Vec<Step>>>,
}

pub(super) fn read(text: &[u8]) -> Result<Document, Error> {
    let columns: TieredPlanColumns = parse(text)?;
    let problem = columns.problem.into_tiered("problem.")?;
    let plan = TieredPlan {
        tiers: columns.tiers.into_iter().map(TierIdx).collect(),
        offsets: columns.offsets,
        peaks: columns.peaks,
        cost: columns.cost,
        lower_bound: columns.lower_bound,
        certificate: columns.certificate.into_certificate()?,
    };
    Ok(Document::TieredPlan(TieredPlanDocument::new(problem, plan)?))
}

pub(super) fn columns(document: &TieredPlanDocument) -> TieredPlanColumns {
    let plan = document.plan();
    TieredPlanColumns {
        cost: plan.cost,
        lower_bound: plan.lower_bound,
        certificate: CertificateFields::of(&plan.certificate),
        peaks: plan.peaks.clone(),
        tiers: plan.tiers.iter().map(|tier| tier.0).collect(),
        offsets: plan.offsets.clone(),
        problem: problem::tiered_columns(document.problem()),
    }
}

impl CertificateFields {
    fn of(certificate: &CostCertificate) -> CertificateFields {
        let steps = match certificate {
            CostCertificate::Spill { steps } => Some(steps.clone()),
            _ => None,
        };
        CertificateFields { kind: certificate.name().to_owned(), steps }
    }

    fn into_certificate(self) -> Result<CostCertificate, Error> {
        let spill = self.steps.map(|steps| CostCertificate::Spill { steps });
        let mut known = spill.into_iter().chain([CostCertificate::FinishedSearch]);
        known.find(|known| known.name() == self.kind).ok_or_else(|| {
            let message = format!("`{}` is no certificate, or lacks its steps", self.kind);
            Error::new(Code::Malformed, message).at(path("certificate.kind"))
        })
    }
}
