//! TensorFlow Lite models: a FlatBuffer of subgraphs, whose operators stand in the order in which
//! they run.
//!
//! Planned is the first subgraph, as TensorFlow Lite for Microcontrollers plans it: tensors with
//! data lie in the file, variables stay from run to run, all else goes into the arena at multiples of
//! 16 bytes; there are no views.

mod flat;
mod offline;
mod ops;

use memo_malloc::Code;

use crate::graph::tensor_bytes;
use crate::{Error, Graph, Layout, Node, Tensor, TensorIdx, Warning};
use flat::{Table, Vector};

pub use offline::with_offsets;

/// What TensorFlow Lite for Microcontrollers aligns tensors to.
const ALIGNMENT: u64 = 16;

/// A tensor of another subgraph, or none, where an optional one is not given.
const NO_TENSOR: i32 = -1;

/// The numbers of the fields that are read, table by table.
mod field {
    pub(super) mod model {
        pub(crate) const OPERATOR_CODES: usize = 1;
        pub(crate) const SUBGRAPHS: usize = 2;
        pub(crate) const BUFFERS: usize = 4;
        pub(crate) const METADATA: usize = 6;
        pub(crate) const COUNT: usize = 8;
    }
    pub(super) mod operator_code {
        pub(crate) const BUILTIN_BYTE: usize = 0;
        pub(crate) const CUSTOM: usize = 1;
        pub(crate) const BUILTIN: usize = 3;
    }
    pub(super) mod subgraph {
        pub(crate) const TENSORS: usize = 0;
        pub(crate) const INPUTS: usize = 1;
        pub(crate) const OUTPUTS: usize = 2;
        pub(crate) const OPERATORS: usize = 3;
    }
    pub(super) mod tensor {
        pub(crate) const SHAPE: usize = 0;
        pub(crate) const TYPE: usize = 1;
        pub(crate) const BUFFER: usize = 2;
        pub(crate) const NAME: usize = 3;
        pub(crate) const IS_VARIABLE: usize = 5;
    }
    pub(super) mod operator {
        pub(crate) const CODE: usize = 0;
        pub(crate) const INPUTS: usize = 1;
        pub(crate) const OUTPUTS: usize = 2;
        pub(crate) const OPTIONS: usize = 4;
        pub(crate) const INTERMEDIATES: usize = 8;
    }
    pub(super) mod buffer {
        pub(crate) const DATA: usize = 0;
        pub(crate) const OFFSET: usize = 1;
    }
    pub(super) mod metadata {
        pub(crate) const NAME: usize = 0;
        pub(crate) const BUFFER: usize = 1;
    }
    /// Of convolutions and pools.
    pub(super) mod window {
        pub(crate) const STRIDE_WIDTH: usize = 1;
        pub(crate) const STRIDE_HEIGHT: usize = 2;
        pub(crate) const FILTER_WIDTH: usize = 3;
        pub(crate) const FILTER_HEIGHT: usize = 4;
    }
    /// How far apart the elements of windows are.
    pub(super) mod dilation {
        pub(crate) const CONV_WIDTH: usize = 4;
        pub(crate) const CONV_HEIGHT: usize = 5;
        pub(crate) const DEPTHWISE_WIDTH: usize = 5;
        pub(crate) const DEPTHWISE_HEIGHT: usize = 6;
    }
}

/// Reads the first subgraph of a model.
pub(crate) fn read(bytes: &[u8]) -> Result<Graph, Error> {
    let model = Table::root(bytes)?;
    let mut subgraphs = model.vector(field::model::SUBGRAPHS)?.tables();
    let first = subgraphs.next().ok_or_else(|| model.broken("a model without a subgraph"))??;
    let others = subgraphs.count();
    let message = format!("{others} more subgraphs are not planned");
    let warnings = if others > 0 { vec![Warning::of_file(message)] } else { Vec::new() };
    let mut reader = Reader {
        has_data: has_data(model)?,
        names: names(model)?,
        tensor_count: first.vector(field::subgraph::TENSORS)?.len(),
        // Tables of a file that a tool wrote share little; those of a hostile one may share all.
        left: bytes.len().saturating_mul(4),
    };
    Ok(Graph {
        tensors: reader.tensors(first)?,
        nodes: reader.nodes(first)?,
        inputs: reader.indices(first.vector(field::subgraph::INPUTS)?)?,
        outputs: reader.indices(first.vector(field::subgraph::OUTPUTS)?)?,
        layout: Layout::ChannelsLast,
        alignment: ALIGNMENT,
        warnings,
    })
}

/// Which buffers hold data.
fn has_data(model: Table) -> Result<Vec<bool>, Error> {
    let buffers = model.vector(field::model::BUFFERS)?.tables();
    let buffers = buffers.map(|buffer| {
        let buffer = buffer?;
        Ok(!buffer.slice(field::buffer::DATA)?.is_empty() || is_beyond(buffer)?)
    });
    buffers.collect()
}

/// Whether the data lie after the FlatBuffer, as those of very large models do.
fn is_beyond(buffer: Table) -> Result<bool, Error> {
    Ok(buffer.u64(field::buffer::OFFSET)? > 1)
}

/// The names of the operator codes.
fn names(model: Table) -> Result<Vec<String>, Error> {
    let codes = model.vector(field::model::OPERATOR_CODES)?.tables();
    let codes = codes.map(|code| {
        let code = code?;
        // Numbers beyond 127 have their own field; older files have the byte only.
        let number = code.u32(field::operator_code::BUILTIN)?;
        let byte = u32::from(code.byte(field::operator_code::BUILTIN_BYTE)?);
        Ok(ops::name(number.max(byte), code.text(field::operator_code::CUSTOM)?))
    });
    codes.collect()
}

struct Reader {
    has_data: Vec<bool>,
    names: Vec<String>,
    tensor_count: usize,
    /// How many bytes may still be copied.
    left: usize,
}

impl Reader {
    fn spend(&mut self, bytes: usize) -> Result<(), Error> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| {
            Error::new(Code::Malformed, "its tables refer to the same bytes again and again")
        })?;
        Ok(())
    }

    fn tensors(&mut self, subgraph: Table) -> Result<Vec<Tensor>, Error> {
        let tables = subgraph.vector(field::subgraph::TENSORS)?.tables().enumerate();
        let tensors = tables.map(|(idx, table)| {
            let tensor = self.tensor(table?);
            tensor.map_err(|error| error.within(&format!("subgraphs[0].tensors[{idx}]")))
        });
        tensors.collect()
    }

    fn tensor(&mut self, table: Table) -> Result<Tensor, Error> {
        let name = table.text(field::tensor::NAME)?;
        let lengths = table.vector(field::tensor::SHAPE)?;
        self.spend(name.len() + 4 * lengths.len() + 4)?;
        let length = |number: Result<i32, Error>| {
            u64::try_from(number?).map_err(|_| table.broken("a shape with negative lengths"))
        };
        let shape = lengths.numbers().map(length).collect::<Result<Vec<u64>, Error>>()?;
        let buffer = self.has_data.get(table.u32(field::tensor::BUFFER)? as usize);
        let buffer = *buffer.ok_or_else(|| table.broken("a tensor of an unknown buffer"))?;
        let is_constant = buffer || table.byte(field::tensor::IS_VARIABLE)? != 0;
        let size = if is_constant {
            0
        } else {
            tensor_bytes(&shape, bits(table.byte(field::tensor::TYPE)?, name)?)?
        };
        Ok(Tensor { name: name.to_owned(), shape, size, is_constant, view_of: None })
    }

    fn nodes(&mut self, subgraph: Table) -> Result<Vec<Node>, Error> {
        let tables = subgraph.vector(field::subgraph::OPERATORS)?.tables();
        tables.map(|table| self.node(table?)).collect()
    }

    fn node(&mut self, table: Table) -> Result<Node, Error> {
        let name = self.names.get(table.u32(field::operator::CODE)? as usize);
        let op = name.ok_or_else(|| table.broken("an operator of an unknown kind"))?.clone();
        self.spend(op.len())?;
        let mut outputs = self.indices(table.vector(field::operator::OUTPUTS)?)?;
        outputs.extend(self.indices(table.vector(field::operator::INTERMEDIATES)?)?);
        let mut node = Node {
            op,
            inputs: self.indices(table.vector(field::operator::INPUTS)?)?,
            outputs,
            ..Node::default()
        };
        if let Some(options) = table.table(field::operator::OPTIONS)? {
            windows(&mut node, options)?;
        }
        Ok(node)
    }

    fn indices(&mut self, vector: Vector) -> Result<Vec<TensorIdx>, Error> {
        self.spend(4 * vector.len())?;
        let mut indices = Vec::with_capacity(vector.len());
        for number in vector.numbers() {
            let number = number?;
            if number == NO_TENSOR {
                continue;
            }
            let known =
                u32::try_from(number).ok().filter(|&idx| (idx as usize) < self.tensor_count);
            let message = format!("tensor {number} of {}", self.tensor_count);
            indices.push(TensorIdx(known.ok_or_else(|| Error::new(Code::Malformed, message))?));
        }
        Ok(indices)
    }
}

/// The windows of a convolution or pool; those of a convolution have the shape of its weights.
fn windows(node: &mut Node, options: Table) -> Result<(), Error> {
    let pair = |height, width| -> Result<[u64; 2], Error> {
        Ok([options.u32(height)?.into(), options.u32(width)?.into()])
    };
    // Lengths that are 1 are not written.
    let apart = |height, width| pair(height, width).map(|apart| Some(apart.map(|gap| gap.max(1))));
    match &*node.op {
        "CONV_2D" => {
            node.strides = Some(pair(field::window::STRIDE_HEIGHT, field::window::STRIDE_WIDTH)?);
            node.dilations = apart(field::dilation::CONV_HEIGHT, field::dilation::CONV_WIDTH)?;
        }
        "DEPTHWISE_CONV_2D" => {
            node.strides = Some(pair(field::window::STRIDE_HEIGHT, field::window::STRIDE_WIDTH)?);
            node.dilations =
                apart(field::dilation::DEPTHWISE_HEIGHT, field::dilation::DEPTHWISE_WIDTH)?;
        }
        "AVERAGE_POOL_2D" | "MAX_POOL_2D" => {
            node.strides = Some(pair(field::window::STRIDE_HEIGHT, field::window::STRIDE_WIDTH)?);
            node.kernel = Some(pair(field::window::FILTER_HEIGHT, field::window::FILTER_WIDTH)?);
        }
        _ => {}
    }
    Ok(())
}

/// Bits of an element, by the number of its type in `TensorType`.
fn bits(number: u8, name: &str) -> Result<u64, Error> {
    match number {
        3 | 6 | 9 => Ok(8),
        1 | 7 | 16 | 18 => Ok(16),
        0 | 2 | 15 => Ok(32),
        4 | 8 | 10 | 12 => Ok(64),
        11 => Ok(128),
        17 => Ok(4),
        19 => Ok(2),
        other => {
            let name = crate::error::shown(name);
            let message = format!("the elements of `{name}` have no fixed size (type {other})");
            Err(Error::new(Code::Unsupported, message))
        }
    }
}
