//! A plan joined with the requests of the run it was made from: what an arena serves.

use super::{BufferIdx, Bytes, Error, Key, Plan, Problem};

/// One request of a run, in the order of the run. Zero-size requests are left out: they need no
/// bytes, so nothing is planned for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Request {
    /// Requested bytes, more than 0.
    pub size: Bytes,
    /// Its buffer in the problem; `None` for an escape, which the general allocator serves.
    pub slot: Option<BufferIdx>,
}

/// A plan, the problem it solves, the requests it expects, and the key it is valid for.
///
/// Invariant: each buffer of the problem is the slot of exactly one request, of the same size, and
/// `plan.offsets` has one entry for each buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunPlan {
    key: Key,
    problem: Problem,
    plan: Plan,
    requests: Vec<Request>,
}

impl RunPlan {
    /// Joins a plan with the requests of its run.
    ///
    /// # Errors
    /// When requests and buffers, or offsets and buffers, do not correspond.
    pub fn new(
        key: Key,
        problem: Problem,
        plan: Plan,
        requests: Vec<Request>,
    ) -> Result<RunPlan, Error> {
        if plan.offsets.len() != problem.len() {
            return Err(Error::OffsetCount { offsets: plan.offsets.len(), buffers: problem.len() });
        }
        requests_match(&problem, &requests)?;
        Ok(RunPlan { key, problem, plan, requests })
    }

    /// What it is valid for.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The problem the plan solves.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The offsets.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The requests in the order of the run.
    pub fn requests(&self) -> &[Request] {
        &self.requests
    }
}

fn requests_match(problem: &Problem, requests: &[Request]) -> Result<(), Error> {
    let mut served = vec![false; problem.len()];
    for (position, request) in requests.iter().enumerate() {
        let Some(slot) = request.slot else { continue };
        let fits = problem.buffers().get(slot.usize()).is_some_and(|b| b.size == request.size);
        if !fits || std::mem::replace(&mut served[slot.usize()], true) {
            return Err(Error::RequestMismatch { position, size: request.size, buffer: slot });
        }
    }
    match served.iter().position(|served| !served) {
        Some(_) => Err(Error::RequestCount { requests: requests.len(), buffers: problem.len() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Buffer, Certificate};

    fn joined(slots: &[(Bytes, Option<u32>)]) -> Result<RunPlan, Error> {
        let problem = Problem::new(vec![Buffer::new(4, 0, 1), Buffer::new(8, 1, 2)]).unwrap();
        let plan = Plan {
            offsets: vec![0, 0],
            peak: 8,
            lower_bound: 8,
            certificate: Certificate::MaxLoad { step: 1 },
        };
        let requests =
            slots.iter().map(|&(size, slot)| Request { size, slot: slot.map(BufferIdx) }).collect();
        RunPlan::new(Key::default(), problem, plan, requests)
    }

    #[test]
    fn each_buffer_is_served_once_by_a_request_of_its_size() {
        assert!(joined(&[(4, Some(0)), (3, None), (8, Some(1))]).is_ok());
        assert!(joined(&[(4, Some(0))]).is_err());
        assert!(joined(&[(4, Some(0)), (8, Some(1)), (8, Some(1))]).is_err());
        assert!(joined(&[(4, Some(0)), (9, Some(1))]).is_err());
        assert!(joined(&[(4, Some(0)), (8, Some(2))]).is_err());
    }
}
