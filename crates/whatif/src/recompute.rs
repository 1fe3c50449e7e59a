//! Results made twice instead of kept: a tensor that lies idle at the worst step is dropped after its
//! last use before, and its node runs again for the first use after.
//!
//! One after the other, the one that lowers the load most is taken, of equal ones that of the least
//! work, until none lowers it. What the node reads must be there again, which each try takes into
//! account, as it is a graph like any other.

use memo_formats::{Graph, Tensor, TensorIdx};
use memo_malloc::Error;
use memo_malloc::analysis::max_load;
use memo_malloc::model::OpTag;

use crate::draft::Draft;
use crate::run::Run;

/// More results are not made twice: each costs a look at all candidates.
const RECOMPUTED_MAX: usize = 8;

/// So many candidates are tried each time, the largest first.
const CANDIDATES_MAX: usize = 128;

/// The runs with one, two, … results made twice, each with the nodes that make them.
pub(crate) fn recomputed(run: &Run) -> Result<Vec<(Run, Vec<OpTag>)>, Error> {
    let mut found: Vec<(Run, Vec<OpTag>)> = Vec::new();
    while found.len() < RECOMPUTED_MAX {
        let (last, tags) = found.last().map_or((run, &[][..]), |(run, tags)| (run, tags));
        let Some((next, tag)) = best(last)? else { break };
        let tags = tags.iter().cloned().chain([tag]).collect();
        found.push((next, tags));
    }
    Ok(found)
}

fn best(run: &Run) -> Result<Option<(Run, OpTag)>, Error> {
    let problem = Draft::of(run).problem()?;
    let load = max_load(&problem);
    let mut least = (load.bytes, 0);
    let mut best = None;
    for (tensor, maker, reader) in candidates(run, load.step as usize) {
        let next = repeated(run, tensor, maker, reader);
        let cost = (Draft::of(&next).load()?, next.work());
        if cost.0 < load.bytes && (best.is_none() || cost < least) {
            least = cost;
            best = Some((next, run.tags[maker].clone()));
        }
    }
    Ok(best)
}

/// The tensors that are live at a step but not used: each with its maker and its next reader.
fn candidates(run: &Run, step: usize) -> Vec<(TensorIdx, usize, usize)> {
    let is_viewed: Vec<bool> = {
        let mut viewed = vec![false; run.graph.tensors.len()];
        run.graph.tensors.iter().filter_map(|t| t.view_of).for_each(|of| viewed[of.usize()] = true);
        viewed
    };
    let mut found = Vec::new();
    for (tensor, makers) in (0..).map(TensorIdx).zip(&run.makers) {
        let at = tensor.usize();
        let (&[maker], Some(life)) = (&**makers, run.lives[at]) else { continue };
        let readers = &run.readers[at];
        let next = readers.iter().find(|&&reader| reader > step);
        let is_idle = maker < step && life.end as usize > step && !readers.contains(&step);
        let is_alone = run.graph.nodes[maker].outputs.len() == 1 && !is_viewed[at];
        if let (Some(&next), true, true) = (next, is_idle, is_alone) {
            found.push((tensor, maker, next));
        }
    }
    found.sort_by_key(|&(tensor, ..)| std::cmp::Reverse(run.graph.tensors[tensor.usize()].size));
    found.truncate(CANDIDATES_MAX);
    found
}

/// The run in which the maker of a tensor runs again just before a reader.
fn repeated(run: &Run, tensor: TensorIdx, maker: usize, reader: usize) -> Run {
    let mut graph = run.graph.clone();
    let again = TensorIdx(u32::try_from(graph.tensors.len()).unwrap_or(u32::MAX));
    let copy = graph.tensors[tensor.usize()].clone();
    graph.tensors.push(Tensor { name: format!("{} again", copy.name), ..copy });
    let renamed = |idx: &mut TensorIdx| {
        if *idx == tensor {
            *idx = again;
        }
    };
    graph.nodes[reader..].iter_mut().flat_map(|node| &mut node.inputs).for_each(renamed);
    graph.outputs.iter_mut().for_each(renamed);
    let mut node = graph.nodes[maker].clone();
    node.outputs = vec![again];
    insert(graph, run, reader, node, maker)
}

fn insert(mut graph: Graph, run: &Run, at: usize, node: memo_formats::Node, of: usize) -> Run {
    let mut tags = run.tags.clone();
    tags.insert(at, tags[of].clone());
    graph.nodes.insert(at, node);
    Run::with_tags(graph, tags)
}
