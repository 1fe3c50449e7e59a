//! ONNX models: a protocol buffer with a graph whose nodes stand in the order in which they run.
//!
//! Shapes are those the file holds (`value_info`), and what follows from them; dimensions it names,
//! such as `batch`, are given by the caller. Ops that only rename bytes make views. What an op's body
//! (of `If`, `Loop`, `Scan`) reads from outside counts as read by the op; what lives inside the body
//! only is not planned.

mod attributes;
mod infer;
mod known;
mod node;
mod shape;

use memo_malloc::Code;

use crate::wire::{Message, Value};
use crate::{Error, Graph, Layout, Options, Warning};
use known::Known;
use shape::Shapes;

/// What ONNX Runtime aligns tensors of the CPU to.
const ALIGNMENT: u64 = 64;

/// Most nodes. The largest published models have some ten thousand.
const NODES_MAX: usize = 1 << 20;

/// Reads the graph of a model.
pub(crate) fn read(bytes: &[u8], options: &Options) -> Result<Graph, Error> {
    let mut graph = None;
    for field in Message::of_file(bytes) {
        if let (7, Value::Nested(message)) = field? {
            graph = Some(message);
        }
    }
    let graph = graph.ok_or_else(|| {
        Error::new(Code::UnknownFormat, "this is no text, and no ONNX model: it has no graph")
    })?;
    Parts::of(graph)?.build(options)
}

/// The fields of a graph.
#[derive(Debug, Default)]
struct Parts<'a> {
    nodes: Vec<Message<'a>>,
    constants: Vec<&'a str>,
    inputs: Vec<&'a str>,
    outputs: Vec<&'a str>,
    shapes: Shapes<'a>,
}

impl<'a> Parts<'a> {
    fn of(graph: Message<'a>) -> Result<Parts<'a>, Error> {
        let mut parts = Parts::default();
        for field in graph {
            if let (number, Value::Nested(message)) = field? {
                parts.push(number, message)?;
            }
            if parts.nodes.len() > NODES_MAX {
                return Err(graph.broken(format!("more than {NODES_MAX} nodes")));
            }
        }
        Ok(parts)
    }

    fn push(&mut self, number: u64, message: Message<'a>) -> Result<(), Error> {
        match number {
            1 => self.nodes.push(message),
            5 => self.constants.push(self.shapes.push_constant(message)?),
            11 => self.inputs.push(self.shapes.push(message)?),
            12 => self.outputs.push(self.shapes.push(message)?),
            13 => drop(self.shapes.push(message)?),
            // A sparse constant holds its values, which have the name.
            15 => {
                for field in message {
                    if let (1, Value::Nested(values)) = field? {
                        self.constants.push(self.shapes.push_constant(values)?);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn build(self, options: &Options) -> Result<Graph, Error> {
        let mut known = Known::new(&self.shapes, options);
        for name in &self.constants {
            known.constant(name);
        }
        let mut inputs = Vec::new();
        for name in &self.inputs {
            // Before version 4 of the format constants were listed as inputs too.
            if !known.has(name) {
                inputs.push(known.make(name, None).map_err(|error| error.within("graph.input"))?);
            }
        }
        let mut nodes = Vec::with_capacity(self.nodes.len());
        for (idx, &message) in self.nodes.iter().enumerate() {
            let node = node::read(message, &mut known);
            nodes.push(node.map_err(|error| error.within(&format!("graph.node[{idx}]")))?);
        }
        let outputs: Result<_, Error> = self.outputs.iter().map(|name| known.get(name)).collect();
        let outputs = outputs.map_err(|error| error.within("graph.output"))?;
        let (tensors, mut warnings) = known.into_tensors();
        let unused = self.shapes.unnamed(options);
        let unused = unused.iter().map(|dim| format!("no shape has a dimension named `{dim}`"));
        warnings.extend(unused.map(Warning::of_file));
        let (alignment, layout) = (ALIGNMENT, Layout::ChannelsFirst);
        Ok(Graph { tensors, nodes, inputs, outputs, layout, alignment, warnings })
    }
}
