//! What a map shows: a rectangle for each interval of a buffer that has bytes.

use memo_malloc::{BufferIdx, Bytes, Lifetime, Plan, Problem};

/// A rectangle: when, where, whose.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) buffer: BufferIdx,
    pub(super) life: Lifetime,
    pub(super) offset: Bytes,
    pub(super) size: Bytes,
    /// One more than the index of the op in the report; 0 where nobody knows.
    pub(super) op: u64,
}

/// The rectangles in the order of their starts, so that a viewer can stop early. O(n log n).
pub(super) fn rows(problem: &Problem, plan: &Plan, first_op: usize) -> Vec<Row> {
    let op_of = |op: usize| (first_op + op) as u64 + 1;
    let mut rows = Vec::with_capacity(problem.len());
    for (buffer, told) in problem.iter().filter(|(_, told)| told.size > 0) {
        let op = told.op.map_or(0, |op| op_of(op.usize()));
        let offset = plan.offsets[buffer.usize()];
        let row = |&life| Row { buffer, life, offset, size: told.size, op };
        rows.extend(problem.intervals(buffer).iter().map(row));
    }
    rows.sort_by_key(|row| row.life.start);
    rows
}
