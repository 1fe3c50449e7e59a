//! Changes that save something on graphs made for them.

use std::collections::BTreeSet;

use memo_formats::{Graph, Layout, Node, Tensor, TensorIdx};
use memo_whatif::{Change, Estimate, Exploration, Wanted, explore};

/// Tensors of these shapes, of bytes, and nodes that read and make them; the first is given.
fn graph(shapes: &[&[u64]], nodes: &[(&[u32], u32)], outputs: &[u32]) -> Graph {
    let tensor = |shape: &&[u64]| Tensor {
        shape: shape.to_vec(),
        size: shape.iter().fold(1, |product: u64, &length| product.saturating_mul(length)),
        ..Tensor::default()
    };
    let node = |&(inputs, output): &(&[u32], u32)| Node {
        op: "Op".into(),
        inputs: inputs.iter().map(|&idx| TensorIdx(idx)).collect(),
        outputs: vec![TensorIdx(output)],
        ..Node::default()
    };
    Graph {
        tensors: shapes.iter().map(tensor).collect(),
        nodes: nodes.iter().map(node).collect(),
        inputs: vec![TensorIdx(0)],
        outputs: outputs.iter().map(|&idx| TensorIdx(idx)).collect(),
        alignment: 1,
        ..Graph::default()
    }
}

fn found(graph: &Graph, change: Change) -> Exploration {
    let wanted =
        Wanted { changes: BTreeSet::from([change]), extra_work_max: 1000, ..Wanted::default() };
    explore(graph, &wanted).expect("small sizes")
}

fn only(found: &Exploration) -> &Estimate {
    let [only] = &*found.together else { panic!("{found:?}") };
    only
}

#[test]
fn a_batch_runs_in_chunks() {
    let wide: &[u64] = &[8, 100];
    let graph = graph(&[&[8, 10], wide, wide, &[8, 1]], &[(&[0], 1), (&[1], 2), (&[2], 3)], &[3]);
    let found = found(&graph, Change::Chunks);
    assert_eq!(found.as_is.peak, 1600);
    // One image at a time: input and output of all, two tensors of one.
    let best = only(&found);
    assert_eq!((best.way.chunks, best.peak, best.work), (Some(8), 80 + 8 + 200, found.as_is.work));
}

#[test]
fn a_tensor_without_the_batch_forbids_chunks() {
    let graph = graph(&[&[8, 10], &[800], &[8, 1]], &[(&[0], 1), (&[1], 2)], &[2]);
    assert!(found(&graph, Change::Chunks).together.is_empty());
}

#[test]
fn a_result_is_made_twice_where_it_lies_idle() {
    // The first result is large, cheap, and needed at the end again; the worst step is in between.
    let nodes: &[(&[u32], u32)] = &[(&[0], 1), (&[1], 2), (&[2], 3), (&[3], 4), (&[4, 1], 5)];
    let graph = graph(&[&[10], &[100], &[150], &[150], &[10], &[10]], nodes, &[5]);
    let found = found(&graph, Change::Recompute);
    assert_eq!(found.as_is.peak, 400);
    let best = only(&found);
    let again: Vec<String> = best.way.recomputed.iter().map(ToString::to_string).collect();
    // The input is kept for it.
    assert_eq!(
        (best.peak, best.work - found.as_is.work, &*again),
        (310, 100, &["Op#0".into()][..])
    );
}

#[test]
fn branches_run_one_after_the_other() {
    let nodes: &[(&[u32], u32)] = &[(&[0], 1), (&[0], 2), (&[1], 3), (&[2], 4), (&[3, 4], 5)];
    let graph = graph(&[&[1], &[100], &[100], &[1], &[1], &[1]], nodes, &[5]);
    let found = found(&graph, Change::Order);
    assert_eq!((found.as_is.peak, only(&found).peak, only(&found).way.reordered), (201, 102, true));
}

#[test]
fn lengths_beyond_all_measure_are_no_images() {
    let huge: &[u64] = &[0, u64::MAX, u64::MAX, 3];
    let mut graph = graph(&[huge, huge, &[1, 1]], &[(&[0], 1), (&[1], 2)], &[2]);
    graph.layout = Layout::ChannelsLast;
    for op in ["CONV_2D", "MAX_POOL_2D", "ADD", "PAD", "FULLY_CONNECTED"] {
        graph.nodes[0].op = op.into();
        graph.nodes[0].kernel = Some([u64::MAX, 0]);
        graph.nodes[0].strides = Some([u64::MAX, 1]);
        let found = explore(&graph, &Wanted::default()).expect("no bytes");
        assert!(found.together.iter().all(|estimate| estimate.way.stage.is_none()), "{op}");
    }
}

#[test]
fn nothing_to_change_is_nothing_to_tell() {
    let found = explore(&Graph::default(), &Wanted::default()).expect("nothing is small");
    assert!(found.together.is_empty() && found.alone.is_empty() && found.as_is.peak == 0);
}
