//! The head of a report: all that is not a column.

use std::borrow::Cow;
use std::ops::Range;

use memo_malloc::analysis::needs;
use memo_malloc::{Buffer, BufferIdx, Bytes, Problem, Step, draw};
use serde::Serialize;

use super::colorings::{Coloring, colorings};
use super::columns::Widths;
use super::names::Ops;
use super::rows::{Row, rows};
use super::{Names, Pane};
use crate::groups::{COLORS, Color};

/// Everything a viewer needs to know before it reads the columns.
#[derive(Debug, Serialize)]
pub(super) struct Head<'a> {
    title: &'a str,
    generator: &'static str,
    /// What buffers may be filled with, the last for all the rest.
    palette: &'static [Color],
    ops: Ops,
    colorings: Vec<Coloring>,
    panes: Vec<PaneHead<'a>>,
    /// Whether all panes place the same buffers.
    same_buffers: bool,
}

#[derive(Debug, Serialize)]
struct PaneHead<'a> {
    name: &'a str,
    buffers: usize,
    rows: usize,
    widths: Widths,
    /// The bytes that are needed when, as further columns, where ties make that less than what the
    /// buffers have.
    needs: Option<NeedsHead>,
    steps: Range<Step>,
    peak: Bytes,
    lower_bound: Bytes,
    certificate: String,
    capacity: Option<Bytes>,
    /// Empty when buffers go by their index.
    ids: &'a [String],
}

#[derive(Debug, Serialize)]
struct NeedsHead {
    rows: usize,
    widths: Widths,
}

impl<'a> Head<'a> {
    /// The head of a report; the columns it tells of are appended.
    pub(super) fn of(
        title: &'a str,
        panes: &'a [Pane<'a>],
        names: Names,
        columns: &mut Vec<u8>,
    ) -> Head<'a> {
        let ops = Ops::of(panes, names);
        let mut first_op = 0;
        let mut heads = Vec::with_capacity(panes.len());
        for pane in panes {
            heads.push(pane_head(pane, first_op, names, columns));
            first_op += pane.problem.ops().len();
        }
        Head {
            title,
            generator: concat!("memo ", env!("CARGO_PKG_VERSION")),
            palette: COLORS,
            colorings: colorings(panes, &ops),
            ops,
            same_buffers: panes.windows(2).all(|two| is_same(two[0].problem, two[1].problem)),
            panes: heads,
        }
    }
}

fn pane_head<'a>(
    pane: &'a Pane<'a>,
    first_op: usize,
    names: Names,
    columns: &mut Vec<u8>,
) -> PaneHead<'a> {
    let Pane { problem, plan, .. } = *pane;
    let rows = rows(problem, plan, first_op);
    PaneHead {
        name: &pane.name,
        buffers: problem.buffers().iter().filter(|buffer| buffer.size > 0).count(),
        rows: rows.len(),
        widths: Widths::write(columns, &rows),
        needs: needs_head(problem, columns),
        steps: draw::steps(problem),
        peak: plan.peak,
        lower_bound: plan.lower_bound,
        certificate: plan.certificate.to_string(),
        capacity: problem.capacity(),
        ids: if names == Names::Shown { problem.ids() } else { &[] },
    }
}

fn needs_head(problem: &Problem, columns: &mut Vec<u8>) -> Option<NeedsHead> {
    let Cow::Owned(needs) = needs(problem) else { return None };
    let row = |(idx, need): (u32, &Buffer)| Row {
        buffer: BufferIdx(idx),
        life: need.lifetime,
        offset: 0,
        size: need.size,
        op: 0,
    };
    let mut rows: Vec<Row> = (0..).zip(&needs).map(row).collect();
    rows.sort_by_key(|row| row.life.start);
    Some(NeedsHead { rows: rows.len(), widths: Widths::write(columns, &rows) })
}

/// Whether an index means the same buffer in both.
fn is_same(a: &Problem, b: &Problem) -> bool {
    let alike = |(a, b): (&Buffer, &Buffer)| a.lifetime == b.lifetime && a.size == b.size;
    a.len() == b.len() && a.buffers().iter().zip(b.buffers()).all(alike)
}
