//! How much a node has to do: multiplications that are added up; elsewhere elements that are made.

use memo_formats::{Graph, Node, TensorIdx};

use crate::{image, kinds};

/// The work of a node. What is too much to be counted is as much as can be.
pub(crate) fn work(graph: &Graph, node: &Node) -> u64 {
    let made = || node.outputs.iter().map(|&output| elements(graph, output));
    let convolved = || {
        let weights = product(&kinds::weights(graph, node)?.shape);
        let &tensor =
            if kinds::is_transposed(node) { &node.inputs } else { &node.outputs }.first()?;
        let places = elements(graph, tensor) / image::image(graph, tensor)?.channels;
        Some(places.saturating_mul(weights))
    };
    let multiplied = || {
        let of = |nth: usize| Some(&graph.tensors[node.inputs.get(nth)?.usize()]);
        // The weights of a fully connected layer have the common length last, products the first.
        let nth = usize::from(node.op == "FULLY_CONNECTED");
        Some(made().next()?.saturating_mul(*of(nth)?.shape.last()?))
    };
    let counted = if kinds::is_convolution(node) || kinds::is_transposed(node) {
        convolved()
    } else if kinds::is_product(node) {
        multiplied()
    } else {
        None
    };
    counted.unwrap_or_else(|| made().fold(0, u64::saturating_add))
}

fn elements(graph: &Graph, tensor: TensorIdx) -> u64 {
    product(&graph.tensors[tensor.usize()].shape)
}

fn product(lengths: &[u64]) -> u64 {
    lengths.iter().fold(1, |product, &length| product.saturating_mul(length))
}
