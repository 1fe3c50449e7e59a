//! A graph with what the changes ask of it again and again: who makes, who reads, who works how much.

use memo_formats::{Graph, TensorIdx};
use memo_malloc::Lifetime;
use memo_malloc::model::OpTag;

use crate::work::work;

/// A graph whose nodes run in their order.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) graph: Graph,
    /// What each node is called in the file, whatever its place now.
    pub(crate) tags: Vec<OpTag>,
    /// The work of each node.
    pub(crate) works: Vec<u64>,
    /// When each tensor is live; `None` for constants and views.
    pub(crate) lives: Vec<Option<Lifetime>>,
    /// The nodes that read each tensor, itself or a view of it, in their order.
    pub(crate) readers: Vec<Vec<usize>>,
    /// The nodes that make each tensor, itself or a view of it, in their order.
    pub(crate) makers: Vec<Vec<usize>>,
    /// Whether the caller gives each tensor, itself or a view of it.
    given: Vec<bool>,
    /// Whether the caller takes it.
    taken: Vec<bool>,
}

impl Run {
    /// A run in the order of the file.
    pub(crate) fn of(graph: Graph) -> Run {
        let tags = graph.ops();
        Run::with_tags(graph, tags)
    }

    /// A run of nodes that have names already.
    pub(crate) fn with_tags(graph: Graph, tags: Vec<OpTag>) -> Run {
        let works = graph.nodes.iter().map(|node| work(&graph, node)).collect();
        let mut readers = vec![Vec::new(); graph.tensors.len()];
        let mut makers = vec![Vec::new(); graph.tensors.len()];
        for (step, node) in graph.nodes.iter().enumerate() {
            push(&graph, &node.inputs, step, &mut readers);
            push(&graph, &node.outputs, step, &mut makers);
        }
        let given = roots(&graph, &graph.inputs);
        let taken = roots(&graph, &graph.outputs);
        Run { lives: graph.lifetimes(), works, tags, readers, makers, given, taken, graph }
    }

    /// All work.
    pub(crate) fn work(&self) -> u64 {
        self.works.iter().fold(0, |sum, &work| sum.saturating_add(work))
    }

    /// Whether the caller gives a tensor, or takes it.
    pub(crate) fn is_callers(&self, tensor: TensorIdx) -> bool {
        self.given[tensor.usize()] || self.is_taken(tensor)
    }

    /// Whether the caller takes a tensor, so that it stays to the end.
    pub(crate) fn is_taken(&self, tensor: TensorIdx) -> bool {
        self.taken[tensor.usize()]
    }
}

/// For each tensor whether one of these has its bytes.
fn roots(graph: &Graph, tensors: &[TensorIdx]) -> Vec<bool> {
    let mut is_root = vec![false; graph.tensors.len()];
    for &tensor in tensors {
        is_root[graph.root(tensor).usize()] = true;
    }
    is_root
}

fn push(graph: &Graph, tensors: &[TensorIdx], step: usize, lists: &mut [Vec<usize>]) {
    for &tensor in tensors {
        let list = &mut lists[graph.root(tensor).usize()];
        if list.last() != Some(&step) {
            list.push(step);
        }
    }
}
