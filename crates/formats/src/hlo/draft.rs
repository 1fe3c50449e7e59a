//! The problem of a heap as it grows, buffer by buffer.

use memo_malloc::model::{OpIdx, OpTag};
use memo_malloc::{Buffer, BufferIdx, Bytes, Lifetime, Problem};

use crate::Error;

#[derive(Debug, Default)]
pub(super) struct Draft {
    alignment: Bytes,
    buffers: Vec<Buffer>,
    ids: Vec<String>,
    ops: Vec<OpTag>,
    /// Of the buffers that are live in several.
    intervals: Vec<(BufferIdx, Lifetime)>,
}

impl Draft {
    pub(super) fn aligned(alignment: Bytes) -> Draft {
        Draft { alignment, ..Draft::default() }
    }

    pub(super) fn op_count(&self) -> usize {
        self.ops.len()
    }

    /// Appends a buffer that is live in these intervals, one at least and in the order of time.
    pub(super) fn push(
        &mut self,
        id: String,
        op: Option<OpTag>,
        size: Bytes,
        intervals: &[Lifetime],
    ) {
        let (Some(first), Some(last)) = (intervals.first(), intervals.last()) else { return };
        if intervals.len() > 1 {
            let idx = BufferIdx(u32::try_from(self.buffers.len()).unwrap_or(u32::MAX));
            self.intervals.extend(intervals.iter().map(|&interval| (idx, interval)));
        }
        let of = op.is_some().then(|| OpIdx(u32::try_from(self.ops.len()).unwrap_or(u32::MAX)));
        let buffer = Buffer::new(size, first.start, last.end).aligned(self.alignment);
        self.buffers.push(Buffer { op: of, ..buffer });
        self.ids.push(id);
        self.ops.extend(op);
    }

    pub(super) fn into_problem(self) -> Result<Problem, Error> {
        let problem = Problem::with_ops(self.buffers, self.ops)?.with_ids(self.ids)?;
        Ok(problem.with_intervals(self.intervals)?)
    }
}
