//! A problem as columns.

use memo_malloc::model::{OpIdx, TieredProblem};
use memo_malloc::{Buffer, Bytes, Code, Lifetime, Problem, Step};
use serde::{Deserialize, Serialize};

use super::columns::{OpColumns, optional_length, same_length};
use super::tiers::{self, TierColumns};
use super::ties::TieFields;
use super::{parse, path};
use crate::{Document, Error};

/// A problem, as a file of its own or within a plan.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ProblemColumns {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    capacity: Option<Bytes>,
    buffers: BufferColumns,
    #[serde(default, skip_serializing_if = "OpColumns::is_empty")]
    ops: OpColumns,
    #[serde(default, skip_serializing_if = "TieFields::is_empty")]
    ties: TieFields,
    #[serde(default, skip_serializing_if = "TierColumns::is_empty")]
    tiers: TierColumns,
}

/// Buffers, one array for each field; an array that would say nothing is left out.
#[derive(Debug, Serialize, Deserialize)]
struct BufferColumns {
    size: Vec<Bytes>,
    start: Vec<Step>,
    end: Vec<Step>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    alignment: Vec<Bytes>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pin: Vec<Option<Bytes>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    op: Vec<Option<u32>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    id: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tiers: Vec<Option<Vec<u8>>>,
}

pub(super) fn read(text: &[u8]) -> Result<Document, Error> {
    let columns: ProblemColumns = parse(text)?;
    if columns.tiers.is_empty() {
        columns.into_problem("").map(Document::Problem)
    } else {
        columns.into_tiered("").map(Document::TieredProblem)
    }
}

pub(super) fn columns(problem: &Problem) -> ProblemColumns {
    ProblemColumns {
        capacity: problem.capacity(),
        buffers: BufferColumns::of(problem),
        ops: OpColumns::of(problem.ops()),
        ties: TieFields::of(problem),
        tiers: TierColumns::default(),
    }
}

pub(super) fn tiered_columns(problem: &TieredProblem) -> ProblemColumns {
    let mut columns = columns(problem.problem());
    columns.tiers = TierColumns::of(problem);
    columns.buffers.tiers = tiers::allowed(problem);
    columns
}

impl ProblemColumns {
    /// `prefix` is the path to the problem within its file.
    pub(super) fn into_problem(self, prefix: &str) -> Result<Problem, Error> {
        if !self.tiers.is_empty() {
            let message = "a plan of one arena for a problem of several";
            return Err(Error::new(Code::Malformed, message).at(path(format!("{prefix}tiers"))));
        }
        self.into_untiered(prefix)
    }

    pub(super) fn into_tiered(mut self, prefix: &str) -> Result<TieredProblem, Error> {
        let tiers = std::mem::take(&mut self.tiers);
        let allowed = std::mem::take(&mut self.buffers.tiers);
        tiers.spread(self.into_untiered(prefix)?, allowed, prefix)
    }

    fn into_untiered(self, prefix: &str) -> Result<Problem, Error> {
        let (buffers, ids) = self.buffers.into_buffers(prefix)?;
        let at_buffer = |error: memo_malloc::Error| locate(error, prefix);
        let problem = Problem::with_ops(buffers, self.ops.into_ops()?).map_err(at_buffer)?;
        let problem = problem.with_ids(ids).map_err(at_buffer)?;
        self.ties.bind(problem.with_capacity(self.capacity), prefix)
    }
}

/// Puts an error of the core at the buffer it is about.
fn locate(error: memo_malloc::Error, prefix: &str) -> Error {
    match error.buffer() {
        Some(buffer) => Error::from(error).at(path(format!("{prefix}buffers[{buffer}]"))),
        None => error.into(),
    }
}

impl BufferColumns {
    fn of(problem: &Problem) -> BufferColumns {
        let buffers = problem.buffers();
        BufferColumns {
            size: buffers.iter().map(|buffer| buffer.size).collect(),
            start: buffers.iter().map(|buffer| buffer.lifetime.start).collect(),
            end: buffers.iter().map(|buffer| buffer.lifetime.end).collect(),
            alignment: unless_all(buffers, &1, |buffer| buffer.alignment),
            pin: unless_all(buffers, &None, |buffer| buffer.pin),
            op: unless_all(buffers, &None, |buffer| buffer.op.map(|op| op.0)),
            id: problem.ids().to_vec(),
            tiers: Vec::new(),
        }
    }

    fn lengths_match(&self, prefix: &str) -> Result<(), Error> {
        let count = self.size.len();
        let other = format!("{prefix}buffers.size");
        let name = |column| format!("{prefix}buffers.{column}");
        same_length(&name("start"), self.start.len(), &other, count)?;
        same_length(&name("end"), self.end.len(), &other, count)?;
        optional_length(&name("alignment"), self.alignment.len(), &other, count)?;
        optional_length(&name("pin"), self.pin.len(), &other, count)?;
        optional_length(&name("op"), self.op.len(), &other, count)?;
        optional_length(&name("id"), self.id.len(), &other, count)
    }

    fn into_buffers(self, prefix: &str) -> Result<(Vec<Buffer>, Vec<String>), Error> {
        self.lengths_match(prefix)?;
        let buffer = |idx: usize| Buffer {
            size: self.size[idx],
            alignment: self.alignment.get(idx).copied().unwrap_or(1),
            lifetime: Lifetime { start: self.start[idx], end: self.end[idx] },
            pin: self.pin.get(idx).copied().flatten(),
            op: self.op.get(idx).copied().flatten().map(OpIdx),
        };
        Ok(((0..self.size.len()).map(buffer).collect(), self.id))
    }
}

/// A column, or nothing when all its values are the usual one.
fn unless_all<T: PartialEq>(buffers: &[Buffer], usual: &T, field: impl Fn(&Buffer) -> T) -> Vec<T> {
    let says_something = buffers.iter().any(|buffer| field(buffer) != *usual);
    if says_something { buffers.iter().map(field).collect() } else { Vec::new() }
}
