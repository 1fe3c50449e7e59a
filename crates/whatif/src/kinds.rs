//! What the names of operations say of ONNX and of TensorFlow Lite.

use memo_formats::{Graph, Layout, Node, Tensor};

/// Each element of the result comes from the elements at its place.
#[rustfmt::skip]
const POINTWISE: &[&str] = &[
    "Abs", "Add", "BatchNormalization", "Cast", "Ceil", "Celu", "Clip", "Cos", "DequantizeLinear",
    "Div", "Elu", "Erf", "Exp", "Floor", "Gelu", "HardSigmoid", "HardSwish", "LeakyRelu", "Log",
    "Max", "Mean", "Min", "Mish", "Mul", "Neg", "PRelu", "Pow", "QuantizeLinear", "Reciprocal",
    "Relu", "Round", "Selu", "Sigmoid", "Sign", "Sin", "Softplus", "Softsign", "Sqrt", "Sub", "Sum",
    "Tanh", "ThresholdedRelu", "Where",
    "ABS", "ADD", "ADD_N", "CAST", "CEIL", "COS", "DEQUANTIZE", "DIV", "ELU", "EXP", "FLOOR", "GELU",
    "HARD_SWISH", "LEAKY_RELU", "LOG", "LOGISTIC", "MAXIMUM", "MINIMUM", "MUL", "NEG", "POW",
    "PRELU", "QUANTIZE", "RELU", "RELU6", "RELU_0_TO_1", "RELU_N1_TO_1", "ROUND", "RSQRT", "SELECT",
    "SELECT_V2", "SIGN", "SIN", "SQRT", "SQUARE", "SQUARED_DIFFERENCE", "SUB", "TANH",
];

const ADDITIONS: &[&str] = &["Add", "ADD"];
const CONVOLUTIONS: &[&str] =
    &["Conv", "ConvInteger", "QLinearConv", "CONV_2D", "DEPTHWISE_CONV_2D"];
const POOLS: &[&str] = &["AveragePool", "MaxPool", "AVERAGE_POOL_2D", "MAX_POOL_2D"];
const PADS: &[&str] = &["Pad", "PAD", "PADV2"];
const JOINS: &[&str] = &["Concat", "CONCATENATION"];
const PRODUCTS: &[&str] = &["MatMul", "Gemm", "MatMulInteger", "FULLY_CONNECTED", "BATCH_MATMUL"];
const TRANSPOSED: &[&str] = &["ConvTranspose", "TRANSPOSE_CONV"];

pub(crate) fn is_pointwise(node: &Node) -> bool {
    POINTWISE.contains(&&*node.op)
}

pub(crate) fn is_addition(node: &Node) -> bool {
    ADDITIONS.contains(&&*node.op)
}

pub(crate) fn is_convolution(node: &Node) -> bool {
    CONVOLUTIONS.contains(&&*node.op)
}

/// Whether each place of the result comes from a window of places.
pub(crate) fn has_windows(node: &Node) -> bool {
    is_convolution(node) || POOLS.contains(&&*node.op)
}

/// Whether the result is the same image with a frame.
pub(crate) fn is_pad(node: &Node) -> bool {
    PADS.contains(&&*node.op)
}

pub(crate) fn is_join(node: &Node) -> bool {
    JOINS.contains(&&*node.op)
}

/// Whether each element of the result is a sum of products over a common length.
pub(crate) fn is_product(node: &Node) -> bool {
    PRODUCTS.contains(&&*node.op)
}

pub(crate) fn is_transposed(node: &Node) -> bool {
    TRANSPOSED.contains(&&*node.op)
}

/// The weights of a convolution.
pub(crate) fn weights<'a>(graph: &'a Graph, node: &Node) -> Option<&'a Tensor> {
    let mut inputs = node.inputs.iter().map(|idx| &graph.tensors[idx.usize()]);
    inputs.find(|tensor| tensor.is_constant && tensor.shape.len() == 4)
}

/// Whether each channel of the result comes from one channel.
pub(crate) fn is_depthwise(graph: &Graph, node: &Node) -> bool {
    match graph.layout {
        Layout::ChannelsLast => node.op == "DEPTHWISE_CONV_2D",
        Layout::ChannelsFirst => {
            let weights = weights(graph, node).map(|weights| &*weights.shape);
            is_convolution(node) && matches!(weights, Some(&[made, 1, _, _]) if made > 1)
        }
    }
}
