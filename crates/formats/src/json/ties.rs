//! The ties of a problem: intervals as columns, shares and pairs as lists of buffers.

use memo_malloc::{BufferIdx, Lifetime, Problem, Step};
use serde::{Deserialize, Serialize};

use super::columns::same_length;
use crate::Error;

/// What binds buffers beyond their lifetimes; what would say nothing is left out.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct TieFields {
    #[serde(default, skip_serializing_if = "IntervalColumns::is_empty")]
    intervals: IntervalColumns,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    share: Vec<Vec<u32>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    apart: Vec<(u32, u32)>,
}

/// All intervals of the buffers that have several.
#[derive(Debug, Default, Serialize, Deserialize)]
struct IntervalColumns {
    buffer: Vec<u32>,
    start: Vec<Step>,
    end: Vec<Step>,
}

impl TieFields {
    pub(super) fn of(problem: &Problem) -> TieFields {
        let ties = problem.ties();
        let numbers = |group: &Vec<BufferIdx>| group.iter().map(|idx| idx.0).collect();
        TieFields {
            intervals: IntervalColumns::of(problem),
            share: ties.groups().iter().map(numbers).collect(),
            apart: ties.apart().iter().map(|(first, second)| (first.0, second.0)).collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.intervals.is_empty() && self.share.is_empty() && self.apart.is_empty()
    }

    /// The problem with these ties. `prefix` is the path to the problem within its file.
    pub(super) fn bind(self, problem: Problem, prefix: &str) -> Result<Problem, Error> {
        let shares = self.share.into_iter().map(|group| group.into_iter().map(BufferIdx).collect());
        let shares: Vec<Vec<BufferIdx>> = shares.collect();
        let apart = self.apart.into_iter().map(|(a, b)| (BufferIdx(a), BufferIdx(b)));
        let rows = self.intervals.into_rows(prefix)?;
        let at = |field: &str| {
            let place = super::path(format!("{prefix}ties.{field}"));
            |error: memo_malloc::Error| Error::from(error).at(place)
        };
        let problem = problem.with_intervals(rows).map_err(at("intervals"))?;
        let problem = problem.with_shares(&shares).map_err(at("share"))?;
        problem.with_apart(apart.collect()).map_err(at("apart"))
    }
}

impl IntervalColumns {
    fn of(problem: &Problem) -> IntervalColumns {
        let mut columns = IntervalColumns::default();
        for (idx, intervals) in problem.ties().spanned() {
            for interval in intervals {
                columns.buffer.push(idx.0);
                columns.start.push(interval.start);
                columns.end.push(interval.end);
            }
        }
        columns
    }

    fn is_empty(&self) -> bool {
        self.buffer.is_empty() && self.start.is_empty() && self.end.is_empty()
    }

    fn into_rows(self, prefix: &str) -> Result<Vec<(BufferIdx, Lifetime)>, Error> {
        let (buffer, name) = (format!("{prefix}ties.intervals.buffer"), "ties.intervals.");
        let count = self.buffer.len();
        same_length(&format!("{prefix}{name}start"), self.start.len(), &buffer, count)?;
        same_length(&format!("{prefix}{name}end"), self.end.len(), &buffer, count)?;
        let lifetimes =
            self.start.into_iter().zip(self.end).map(|(start, end)| Lifetime { start, end });
        Ok(self.buffer.into_iter().map(BufferIdx).zip(lifetimes).collect())
    }
}
