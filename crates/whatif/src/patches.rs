//! The first stage patch by patch: its result is made tile by tile, each from as much of every tensor
//! before as it needs, so that of those a tile with its surroundings is there at a time.
//!
//! ```text
//! rows of a tensor:   the largest need of any tile of what is made of it, found backwards
//! bytes of a tensor:  its bytes × rows/all × columns/all, for the largest tile
//! work of a node:     its work × (Σ rows of all tiles)/all × (Σ columns of all tiles)/all
//! ```
//! Rows and columns do not depend on each other, so that a grid of p × q tiles costs p + q walks. The
//! idea is that of [`MCUNetV2`](https://arxiv.org/abs/2110.15352); here the tiles at the border are
//! smaller, as there is nothing to be read outside.

use std::fmt;

use memo_formats::TensorIdx;
use memo_malloc::model::OpTag;
use memo_malloc::{Bytes, Lifetime, Step};

use crate::draft::Draft;
use crate::image::{AXES, Span, Window, image, windows};
use crate::run::Run;

/// A stage of more nodes is not looked for: what it recomputes would be more than the model.
const STAGE_NODES_MAX: usize = 256;

/// Into how many tiles, downwards and to the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Tiles one below the other.
    pub rows: u64,
    /// Tiles side by side.
    pub columns: u64,
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.rows, self.columns)
    }
}

/// The nodes that run patch by patch: from the first to this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The last of them.
    pub last: OpTag,
    /// How many they are.
    pub node_count: usize,
    /// The height and width of its result.
    pub lengths: [u64; 2],
    /// How its result is cut.
    pub grid: Grid,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [height, width] = self.lengths;
        write!(f, "{} patches up to {} of {height}×{width}", self.grid, self.last)
    }
}

/// All stages that a run may begin with, each cut in all ways.
pub(crate) fn stages(run: &Run) -> Vec<Stage> {
    let crossing = crossing(run);
    let local = (0..run.graph.nodes.len().min(STAGE_NODES_MAX))
        .take_while(|&node| windows(&run.graph, &run.graph.nodes[node]).is_some());
    let ends = local.filter(|&node| crossing[node] == 1 && is_kept(run, node));
    ends.flat_map(|node| cuts(run, node)).collect()
}

/// How many tensors are live after each node.
fn crossing(run: &Run) -> Vec<i64> {
    let mut changes = vec![0_i64; run.graph.nodes.len() + 2];
    for life in run.lives.iter().flatten() {
        // A tensor that a node reads last is there up to the end of that node only.
        if life.end > life.start + 1 {
            changes[life.start as usize] += 1;
            changes[life.end as usize - 1] -= 1;
        }
    }
    let sum = |sum: &mut i64, change| {
        *sum += change;
        Some(*sum)
    };
    changes.into_iter().scan(0, sum).collect()
}

/// Whether the result of a node is read later on.
fn is_kept(run: &Run, node: usize) -> bool {
    let output = run.graph.nodes[node].outputs.first();
    let life = output.and_then(|output| run.lives[output.usize()]);
    life.is_some_and(|life| life.end as usize > node + 1)
}

fn cuts(run: &Run, node: usize) -> Vec<Stage> {
    const BANDS: [u64; 4] = [2, 4, 8, 16];
    let image = run.graph.nodes[node].outputs.first().and_then(|&idx| image(&run.graph, idx));
    let Some(image) = image else { return Vec::new() };
    let squares = (2..=8).map(|count| Grid { rows: count, columns: count });
    let bands = BANDS.map(|rows| Grid { rows, columns: 1 });
    let fits = |grid: &Grid| grid.rows <= image.lengths[0] && grid.columns <= image.lengths[1];
    let stage = |grid| Stage {
        last: run.tags[node].clone(),
        node_count: node + 1,
        lengths: image.lengths,
        grid,
    };
    squares.chain(bands).filter(fits).map(stage).collect()
}

/// Runs a stage patch by patch.
pub(crate) fn apply(draft: &mut Draft, stage: &Stage) {
    let run = draft.run;
    let Some(needs) = Needs::of(run, stage) else { return };
    let end = Step::try_from(stage.node_count).unwrap_or(Step::MAX);
    for node in 0..stage.node_count {
        for &output in &run.graph.nodes[node].outputs {
            draft.sizes[output.usize()] = needs.bytes(run, output);
        }
        let extra = needs.work(run, node).saturating_sub(run.works[node]);
        draft.work = draft.work.saturating_add(extra);
    }
    for &input in &run.graph.inputs {
        if let Some(life) = &mut draft.lives[input.usize()] {
            life.end = life.end.max(end);
        }
    }
    if let Some(&result) = run.graph.nodes[stage.node_count - 1].outputs.first() {
        draft.sizes[result.usize()] = run.graph.tensors[result.usize()].size;
        let whole = |life: Lifetime| Lifetime { start: 0, ..life };
        draft.lives[result.usize()] = draft.lives[result.usize()].map(whole);
    }
}

/// What the tiles of a stage need, on both axes.
struct Needs {
    /// Of each tensor the places of the tile that needs most.
    most: [Vec<u64>; 2],
    /// Of each tensor the places of all tiles, as often as they are made.
    sums: [Vec<u64>; 2],
}

impl Needs {
    fn of(run: &Run, stage: &Stage) -> Option<Needs> {
        let nodes = &run.graph.nodes[..stage.node_count];
        let all = nodes.iter().map(|node| windows(&run.graph, node));
        let all: Vec<Vec<(TensorIdx, [Window; 2])>> = all.collect::<Option<_>>()?;
        let result = nodes.last()?.outputs.first()?;
        let cuts = [stage.grid.rows, stage.grid.columns];
        let mut needs = Needs { most: Default::default(), sums: Default::default() };
        for axis in AXES {
            let tensor_count = run.graph.tensors.len();
            needs.most[axis] = vec![0; tensor_count];
            needs.sums[axis] = vec![0; tensor_count];
            for tile in 0..cuts[axis] {
                let place = |tile| stage.lengths[axis] * tile / cuts[axis];
                let mut spans: Vec<Option<Span>> = vec![None; tensor_count];
                spans[result.usize()] = Some(Span { from: place(tile), to: place(tile + 1) });
                backwards(run, &all, axis, &mut spans);
                for (at, span) in spans.into_iter().enumerate() {
                    let places = span.map_or(0, Span::len);
                    needs.most[axis][at] = needs.most[axis][at].max(places);
                    needs.sums[axis][at] += places;
                }
            }
        }
        Some(needs)
    }

    /// The share of a tensor that these many rows and columns are, of a number.
    fn part(run: &Run, tensor: TensorIdx, places: [u64; 2], of: u64) -> u64 {
        let Some(image) = image(&run.graph, tensor) else { return of };
        let all = u128::from(image.lengths[0]) * u128::from(image.lengths[1]);
        let part = u128::from(places[0]) * u128::from(places[1]);
        u64::try_from((u128::from(of) * part).div_ceil(all)).unwrap_or(u64::MAX)
    }

    fn bytes(&self, run: &Run, tensor: TensorIdx) -> Bytes {
        let most = [self.most[0][tensor.usize()], self.most[1][tensor.usize()]];
        Needs::part(run, tensor, most, run.graph.tensors[tensor.usize()].size)
    }

    fn work(&self, run: &Run, node: usize) -> u64 {
        let Some(&output) = run.graph.nodes[node].outputs.first() else { return 0 };
        let sums = [self.sums[0][output.usize()], self.sums[1][output.usize()]];
        Needs::part(run, output, sums, run.works[node])
    }
}

/// Spreads what a tile of the result needs to all tensors before it.
fn backwards(
    run: &Run,
    windows: &[Vec<(TensorIdx, [Window; 2])>],
    axis: usize,
    spans: &mut [Option<Span>],
) {
    for (node, inputs) in run.graph.nodes.iter().zip(windows).rev() {
        let made = node.outputs.first().and_then(|output| spans[output.usize()]);
        let Some(made) = made else { continue };
        for &(input, window) in inputs {
            let span = &mut spans[input.usize()];
            *span = Some(window[axis].needs(made).and(*span));
        }
    }
}
