//! Results in the place of what they are made from.
//!
//! *In place*: an op on single elements, or a depthwise convolution channel by channel with room for
//! one more channel, may write over the input that nobody reads any more. *Taken up*: of an addition
//! of what a node has just made to something older, the node may add to the older as it goes, so that
//! what it makes never lies anywhere.

use memo_formats::TensorIdx;
use memo_malloc::{Lifetime, Step};

use crate::draft::Draft;
use crate::{image, kinds};

/// Ops that can add to what is there as they go, since they finish one element after the other.
fn finishes_elements(draft: &Draft, node: usize) -> bool {
    let node = &draft.run.graph.nodes[node];
    kinds::is_convolution(node) || kinds::is_product(node)
}

/// Makes results in place wherever that is possible; returns how many.
pub(crate) fn in_place(draft: &mut Draft) -> usize {
    let graph = &draft.run.graph;
    let before = draft.shares.len();
    for (step, node) in (0..).zip(&graph.nodes) {
        let is_depthwise = kinds::is_depthwise(graph, node);
        let Some(&output) = node.outputs.first() else { continue };
        if !is_depthwise && !kinds::is_pointwise(node) || !is_made_at(draft, output, step) {
            continue;
        }
        let inputs = node.inputs.iter().map(|&input| graph.root(input));
        let Some(input) = inputs.into_iter().find(|&input| may_give(draft, input, output, step))
        else {
            continue;
        };
        draft.shares.push([input, output]);
        if let (true, Some(image)) = (is_depthwise, image::image(graph, output)) {
            draft.scratch.push((draft.sizes[output.usize()].div_ceil(image.channels), step));
        }
    }
    draft.shares.len() - before
}

/// Whether a tensor has a buffer of its own, which is needed from this step on.
fn is_made_at(draft: &Draft, tensor: TensorIdx, step: Step) -> bool {
    draft.lives[tensor.usize()].is_some_and(|life| life.start == step)
}

/// Whether a result may take the place of an input.
fn may_give(draft: &Draft, input: TensorIdx, output: TensorIdx, step: Step) -> bool {
    let ends = |life: Lifetime| life.start < step && life.end == step + 1;
    draft.lives[input.usize()].is_some_and(ends)
        && draft.sizes[output.usize()] <= draft.sizes[input.usize()]
        && !draft.run.is_callers(input)
}

/// Lets nodes add to what their results would be added to; returns how many.
pub(crate) fn take_up(draft: &mut Draft) -> usize {
    let before = draft.shares.len();
    for step in 0..draft.run.graph.nodes.len() {
        let node = &draft.run.graph.nodes[step];
        let (&[a, b], &[sum]) = (&*node.inputs, &*node.outputs) else { continue };
        if !kinds::is_addition(node) {
            continue;
        }
        let graph = &draft.run.graph;
        let pairs = [(a, b), (b, a)].map(|(made, older)| (graph.root(made), graph.root(older)));
        let maker = |&(made, older): &(TensorIdx, TensorIdx)| maker(draft, made, older, sum, step);
        let found = pairs.iter().find_map(|pair| Some((*pair, maker(pair)?)));
        if let Some(((made, older), maker)) = found {
            draft.lives[made.usize()] = None;
            if let Some(life) = &mut draft.lives[sum.usize()] {
                life.start = maker;
            }
            draft.shares.push([older, sum]);
        }
    }
    draft.shares.len() - before
}

/// When `made` is made, if that node may add to `older` as it goes: both end in their sum, and
/// nobody reads the older in between.
fn maker(
    draft: &Draft,
    made: TensorIdx,
    older: TensorIdx,
    sum: TensorIdx,
    step: usize,
) -> Option<Step> {
    let run = draft.run;
    let (&[maker], &[_]) = (&*run.makers[made.usize()], &*run.readers[made.usize()]) else {
        return None;
    };
    let maker_step = Step::try_from(maker).ok()?;
    let end = Step::try_from(step + 1).ok()?;
    let ends = |idx: TensorIdx| draft.lives[idx.usize()].filter(|life| life.end == end);
    let (new, old) = (ends(made)?, ends(older)?);
    let readers = &run.readers[older.usize()];
    let is_read_between = readers.iter().any(|&reader| (maker..step).contains(&reader));
    let size = run.graph.tensors[sum.usize()].size;
    let is_as_large = [made, older].iter().all(|idx| run.graph.tensors[idx.usize()].size == size);
    let is_possible = finishes_elements(draft, maker)
        && new.start == maker_step
        && old.start < maker_step
        && is_made_at(draft, sum, end - 1)
        && is_as_large
        && !is_read_between
        && !run.is_callers(made)
        && !run.is_callers(older);
    is_possible.then_some(maker_step)
}
