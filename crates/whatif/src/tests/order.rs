//! Every order there is.

use memo_formats::Graph;

use super::{Random, graph};
use crate::draft::Draft;
use crate::order::reordered;
use crate::run::Run;

fn load(graph: &Graph) -> u64 {
    Draft::of(&Run::of(graph.clone())).load().expect("small sizes")
}

/// The least load of all orders in which everything is made before it is read.
fn least(graph: &Graph, order: &mut Vec<usize>) -> u64 {
    if order.len() == graph.nodes.len() {
        let nodes = order.iter().map(|&node| graph.nodes[node].clone()).collect();
        return load(&Graph { nodes, ..graph.clone() });
    }
    let mut best = u64::MAX;
    for node in 0..graph.nodes.len() {
        let is_made = |tensor| {
            graph.inputs.contains(tensor)
                || order.iter().any(|&done| graph.nodes[done].outputs.contains(tensor))
        };
        if !order.contains(&node) && graph.nodes[node].inputs.iter().all(is_made) {
            order.push(node);
            best = best.min(least(graph, order));
            order.pop();
        }
    }
    best
}

#[test]
fn no_order_of_all_needs_less() {
    let mut random = Random(1);
    let mut better = 0;
    for _ in 0..300 {
        let mut graph = graph(&mut random, 6, &["Op"], 20, 6);
        // Some nodes make constants, which need no bytes.
        for tensor in &mut graph.tensors[1..6] {
            tensor.is_constant = random.below(4) == 0;
        }
        let (given, least) = (load(&graph), least(&graph, &mut Vec::new()));
        let found = reordered(&Run::of(graph), given);
        better += usize::from(found.is_some());
        let found = found.map_or(given, |run| Draft::of(&run).load().expect("small sizes"));
        assert_eq!(found, least);
    }
    assert!(better > 20, "{better}");
}
