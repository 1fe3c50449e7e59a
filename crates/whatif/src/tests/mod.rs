//! Each change against a naive twin, on networks made at random.

mod order;
mod patches;
mod reuse;

use memo_formats::{Graph, Node, Tensor, TensorIdx};

/// Numbers that look random, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn within(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).expect("a small number")
    }
}

/// So many nodes, each of which reads one or two of the `reach` tensors that were made last.
fn graph(random: &mut Random, node_count: u32, ops: &[&str], sizes: u64, reach: u64) -> Graph {
    let mut graph = Graph { alignment: 1, inputs: vec![TensorIdx(0)], ..Graph::default() };
    for idx in 0..=node_count {
        let size = 1 + random.below(sizes);
        graph.tensors.push(Tensor { name: format!("t{idx}"), size, ..Tensor::default() });
    }
    for idx in 0..node_count {
        let mut read =
            || TensorIdx(idx - u32::try_from(random.below(reach)).expect("few").min(idx));
        let inputs = vec![read(), read()];
        let op = ops[random.within(ops.len())].to_owned();
        graph.nodes.push(Node { op, inputs, outputs: vec![TensorIdx(idx + 1)], ..Node::default() });
    }
    graph.outputs = vec![TensorIdx(node_count)];
    graph
}
