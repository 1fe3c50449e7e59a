//! A plan with its problem and, when it was made from a trace, the run it is for.

use memo_malloc::{BufferIdx, Bytes, Certificate, Code, Plan, Request, RunPlan, Step};
use serde::{Deserialize, Serialize};

use super::columns::{KeyFields, same_length};
use super::problem::{self, ProblemColumns};
use super::{parse, path};
use crate::{Document, Error, PlanDocument};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PlanColumns {
    peak: Bytes,
    lower_bound: Bytes,
    certificate: CertificateFields,
    offsets: Vec<Bytes>,
    problem: ProblemColumns,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<RunColumns>,
}

/// How the lower bound was proven; `step` with `max-load` and `aligned-load` only.
#[derive(Debug, Serialize, Deserialize)]
struct CertificateFields {
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<Step>,
}

/// What the plan is valid for and the requests it expects, one array for each field.
#[derive(Debug, Serialize, Deserialize)]
struct RunColumns {
    key: KeyFields,
    requests: RequestColumns,
}

/// `slot` is the buffer of a request, null for an escape.
#[derive(Debug, Serialize, Deserialize)]
struct RequestColumns {
    size: Vec<Bytes>,
    slot: Vec<Option<u32>>,
}

pub(super) fn read(text: &[u8]) -> Result<Document, Error> {
    let columns: PlanColumns = parse(text)?;
    let problem = columns.problem.into_problem("problem.")?;
    let plan = Plan {
        offsets: columns.offsets,
        peak: columns.peak,
        lower_bound: columns.lower_bound,
        certificate: columns.certificate.into_certificate()?,
    };
    let document = match columns.run {
        None => PlanDocument::new(problem, plan),
        Some(run) => {
            let requests = run.requests.into_requests()?;
            RunPlan::new(run.key.into_key(), problem, plan, requests)
                .and_then(PlanDocument::for_run)
        }
    };
    document.map(Document::Plan).map_err(located)
}

/// Puts what the judge found at the field that is wrong.
fn located(fault: memo_malloc::Error) -> Error {
    use memo_malloc::Error as Fault;
    let at = match &fault {
        Fault::OffsetCount { .. } => "offsets".to_owned(),
        Fault::PeakWrong { .. } => "peak".to_owned(),
        Fault::BoundWrong { .. } => "lower_bound".to_owned(),
        Fault::RequestCount { .. } => "run.requests".to_owned(),
        Fault::RequestMismatch { position, .. } => format!("run.requests[{position}]"),
        other => match other.buffer() {
            Some(buffer) => format!("offsets[{buffer}]"),
            None => return fault.into(),
        },
    };
    Error::from(fault).at(path(at))
}

pub(super) fn columns(document: &PlanDocument) -> PlanColumns {
    let plan = document.plan();
    PlanColumns {
        peak: plan.peak,
        lower_bound: plan.lower_bound,
        certificate: CertificateFields::of(plan.certificate),
        offsets: plan.offsets.clone(),
        problem: problem::columns(document.problem()),
        run: document.run_plan().map(RunColumns::of),
    }
}

impl CertificateFields {
    fn of(certificate: Certificate) -> CertificateFields {
        let step = match certificate {
            Certificate::MaxLoad { step } | Certificate::AlignedLoad { step } => Some(step),
            _ => None,
        };
        CertificateFields { kind: certificate.name().to_owned(), step }
    }

    fn into_certificate(self) -> Result<Certificate, Error> {
        let usual = [Certificate::PinTop, Certificate::FinishedSearch];
        let at_step = |step| [Certificate::MaxLoad { step }, Certificate::AlignedLoad { step }];
        let stepped = self.step.map(at_step).into_iter().flatten();
        let known = usual.into_iter().chain(stepped).find(|known| known.name() == self.kind);
        known.ok_or_else(|| {
            let message = format!("`{}` is no certificate, or lacks its step", self.kind);
            Error::new(Code::Malformed, message).at(path("certificate.kind"))
        })
    }
}

impl RunColumns {
    fn of(run_plan: &RunPlan) -> RunColumns {
        let requests = run_plan.requests();
        RunColumns {
            key: KeyFields::of(run_plan.key()),
            requests: RequestColumns {
                size: requests.iter().map(|request| request.size).collect(),
                slot: requests.iter().map(|request| request.slot.map(|slot| slot.0)).collect(),
            },
        }
    }
}

impl RequestColumns {
    fn into_requests(self) -> Result<Vec<Request>, Error> {
        same_length("run.requests.slot", self.slot.len(), "run.requests.size", self.size.len())?;
        let fields = self.size.into_iter().zip(self.slot);
        Ok(fields.map(|(size, slot)| Request { size, slot: slot.map(BufferIdx) }).collect())
    }
}
