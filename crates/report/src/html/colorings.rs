//! The ways to colour a report, the same in all of its panes.

use std::collections::BTreeMap;

use memo_malloc::Bytes;
use serde::Serialize;

use super::Pane;
use super::names::Ops;
use crate::groups::{Ranking, SIZE_CLASSES, area, size_labels};

/// What colours stand for.
#[derive(Debug, Serialize)]
pub(super) struct Coloring {
    title: &'static str,
    labels: Vec<String>,
    /// The group of each op; that of buffers whose op is unknown comes last. Empty for sizes.
    of_op: Vec<usize>,
    /// Sizes up to these are a group each, larger ones another. Empty for ops.
    classes: &'static [Bytes],
}

/// By op, by module and by size; those by op only where any is known.
pub(super) fn colorings(panes: &[Pane<'_>], ops: &Ops) -> Vec<Coloring> {
    let by_size =
        Coloring { title: "size", labels: size_labels(), of_op: Vec::new(), classes: SIZE_CLASSES };
    if ops.name.is_empty() {
        return vec![by_size];
    }
    let areas = areas(panes, ops.name.len());
    let by_op = ranked("op", "other ops", &ops.names, &ops.name, &areas);
    let by_module = ranked("module", "other modules", &ops.modules, &ops.module, &areas);
    vec![by_op, by_module, by_size]
}

/// Bytes times steps of each op, and of those that are unknown.
fn areas(panes: &[Pane<'_>], op_count: usize) -> Vec<u128> {
    let mut areas = vec![0; op_count + 1];
    let mut first = 0;
    for pane in panes {
        for buffer in pane.problem.buffers() {
            areas[buffer.op.map_or(op_count, |op| first + op.usize())] += area(buffer);
        }
        first += pane.problem.ops().len();
    }
    areas
}

fn ranked(
    title: &'static str,
    rest: &str,
    texts: &[String],
    of_op: &[usize],
    areas: &[u128],
) -> Coloring {
    let name = |op: usize| of_op.get(op).map_or("unknown", |&text| texts[text].as_str());
    let mut by_name: BTreeMap<&str, u128> = BTreeMap::new();
    for (op, &area) in areas.iter().enumerate().filter(|(_, area)| **area > 0) {
        *by_name.entry(name(op)).or_default() += area;
    }
    let ranking = Ranking::of(&by_name, rest);
    let of_op = (0..areas.len()).map(|op| ranking.rank(name(op))).collect();
    Coloring { title, labels: ranking.labels, of_op, classes: &[] }
}
