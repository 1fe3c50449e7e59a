//! Networks of int8 images, put together layer by layer.

use memo_formats::{Graph, Layout, Node, Tensor, TensorIdx};

/// A network that grows. A layer goes by the number of its result.
pub(crate) struct Net {
    graph: Graph,
}

impl Net {
    /// A network whose input is a square image.
    pub(crate) fn new(length: u64, channels: u64) -> Net {
        let mut net =
            Net { graph: Graph { layout: Layout::ChannelsLast, alignment: 1, ..Graph::default() } };
        let input = net.tensor(&[1, length, length, channels]);
        net.graph.inputs.push(input);
        net
    }

    pub(crate) fn channels(&self, of: u32) -> u64 {
        self.shape(of)[3]
    }

    /// A convolution whose result is as large as its strides leave it.
    pub(crate) fn conv(&mut self, of: u32, channels: u64, kernel: u64, stride: u64) -> u32 {
        let weights = vec![channels, kernel, kernel, self.channels(of)];
        self.windows("CONV_2D", of, channels, weights, stride)
    }

    pub(crate) fn depthwise(&mut self, of: u32, kernel: u64, stride: u64) -> u32 {
        let channels = self.channels(of);
        let weights = vec![1, kernel, kernel, channels];
        self.windows("DEPTHWISE_CONV_2D", of, channels, weights, stride)
    }

    pub(crate) fn add(&mut self, a: u32, b: u32) -> u32 {
        let shape = self.shape(a).to_vec();
        self.node("ADD", &[a, b], &shape)
    }

    pub(crate) fn mean(&mut self, of: u32) -> u32 {
        let channels = self.channels(of);
        self.node("MEAN", &[of], &[1, channels])
    }

    pub(crate) fn dense(&mut self, of: u32, channels: u64) -> u32 {
        let weights = self.constant(vec![channels, self.shape(of)[1]]);
        self.node("FULLY_CONNECTED", &[of, weights], &[1, channels])
    }

    pub(crate) fn node(&mut self, op: &str, inputs: &[u32], shape: &[u64]) -> u32 {
        let output = self.tensor(shape);
        self.graph.nodes.push(Node {
            op: op.to_owned(),
            inputs: inputs.iter().map(|&idx| TensorIdx(idx)).collect(),
            outputs: vec![output],
            ..Node::default()
        });
        output.0
    }

    pub(crate) fn finish(mut self, output: u32) -> Graph {
        self.graph.outputs.push(TensorIdx(output));
        self.graph
    }

    fn shape(&self, of: u32) -> &[u64] {
        &self.graph.tensors[of as usize].shape
    }

    fn windows(&mut self, op: &str, of: u32, channels: u64, weights: Vec<u64>, stride: u64) -> u32 {
        let weights = self.constant(weights);
        let length = self.shape(of)[1].div_ceil(stride);
        let output = self.node(op, &[of, weights], &[1, length, length, channels]);
        if let Some(node) = self.graph.nodes.last_mut() {
            node.strides = Some([stride, stride]);
        }
        output
    }

    fn tensor(&mut self, shape: &[u64]) -> TensorIdx {
        let name = format!("t{}", self.graph.tensors.len());
        let size = shape.iter().product();
        self.push(Tensor { name, shape: shape.to_vec(), size, ..Tensor::default() })
    }

    fn constant(&mut self, shape: Vec<u64>) -> u32 {
        self.push(Tensor { shape, is_constant: true, ..Tensor::default() }).0
    }

    fn push(&mut self, tensor: Tensor) -> TensorIdx {
        self.graph.tensors.push(tensor);
        TensorIdx(u32::try_from(self.graph.tensors.len() - 1).expect("a small network"))
    }
}
