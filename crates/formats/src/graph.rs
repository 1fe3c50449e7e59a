//! The graph of a model, whatever format it came in: what is planned of a run that did not happen.
//!
//! A step is the index of a node in the order of the file, which is the order in which runtimes run
//! it. A tensor lives from the step of the node that makes it to that of the last one that reads it;
//! an input of the model from step 0, an output to the end. Constants are not planned: they lie in
//! the file. A view (a tensor with the bytes of another) is no buffer of its own.

use memo_malloc::model::{OpIdx, OpTag};
use memo_malloc::{Buffer, Bytes, Code, Lifetime, Problem, Step};

use crate::{Document, Error, Read, Warning};

/// The position of a tensor in its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TensorIdx(pub u32);

impl TensorIdx {
    /// The index as a slice position.
    pub fn usize(self) -> usize {
        self.0 as usize
    }
}

/// A value that nodes pass on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tensor {
    /// Its name; not always given, nor unique.
    pub name: String,
    /// The lengths of its dimensions, outermost first.
    pub shape: Vec<u64>,
    /// All its bytes.
    pub size: Bytes,
    /// Whether it lies in the file.
    pub is_constant: bool,
    /// The tensor whose bytes it has, which is no view itself.
    pub view_of: Option<TensorIdx>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node {
    /// What it does, for example `Conv`.
    pub op: String,
    /// Its name; not always given.
    pub name: String,
    /// What it reads.
    pub inputs: Vec<TensorIdx>,
    /// What it makes.
    pub outputs: Vec<TensorIdx>,
    /// How far apart its windows are, height and width, if it has windows.
    pub strides: Option<[u64; 2]>,
    /// The height and width of its windows, if it has them.
    pub kernel: Option<[u64; 2]>,
    /// How far apart the elements of a window are, height and width, where they are apart.
    pub dilations: Option<[u64; 2]>,
}

/// Where the channels of an image of four dimensions stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// Batch, channels, height, width; weights by output channel, input channel, height, width.
    #[default]
    ChannelsFirst,
    /// Batch, height, width, channels; weights by output channel, height, width, input channel.
    ChannelsLast,
}

/// The nodes of a model in the order in which they run.
///
/// Invariant, held by the readers: every index is in range, and no view is one of a view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Graph {
    /// All values.
    pub tensors: Vec<Tensor>,
    /// All operations.
    pub nodes: Vec<Node>,
    /// What a run is given.
    pub inputs: Vec<TensorIdx>,
    /// What a run results in.
    pub outputs: Vec<TensorIdx>,
    /// Where the channels stand.
    pub layout: Layout,
    /// The alignment the runtime wants.
    pub alignment: Bytes,
    /// What was passed over.
    pub warnings: Vec<Warning>,
}

impl Graph {
    /// The tensor that has the bytes of this one.
    pub fn root(&self, tensor: TensorIdx) -> TensorIdx {
        self.tensors[tensor.usize()].view_of.unwrap_or(tensor)
    }

    /// The tensors that have a buffer, in the order of the buffers.
    pub fn planned(&self) -> Vec<TensorIdx> {
        self.planned_lives().into_iter().map(|(idx, _)| idx).collect()
    }

    /// When each tensor is live; `None` for constants, views and what nobody makes.
    pub fn lifetimes(&self) -> Vec<Option<Lifetime>> {
        let lifetime = |life: Life| Lifetime { start: life.start, end: life.end };
        self.lives().into_iter().map(|life| life.map(lifetime)).collect()
    }

    /// What stands for each node in problems.
    pub fn ops(&self) -> Vec<OpTag> {
        let tag = |(ordinal, node): (u32, &Node)| OpTag {
            name: node.op.clone(),
            place: node.name.clone(),
            ordinal,
        };
        (0..).zip(&self.nodes).map(tag).collect()
    }

    /// A buffer for each tensor that is neither constant nor a view.
    ///
    /// # Errors
    /// When sizes are beyond what can be planned.
    pub fn problem(&self) -> Result<Problem, memo_malloc::Error> {
        let planned = self.planned_lives();
        let mut ids = Vec::with_capacity(planned.len());
        let mut buffers = Vec::with_capacity(planned.len());
        for (idx, life) in planned {
            let tensor = &self.tensors[idx.usize()];
            let buffer = Buffer::new(tensor.size, life.start, life.end).aligned(self.alignment);
            buffers.push(Buffer { op: life.op, ..buffer });
            ids.push(tensor.name.clone());
        }
        Problem::with_ops(buffers, self.ops())?.with_ids(ids)
    }

    fn planned_lives(&self) -> Vec<(TensorIdx, Life)> {
        let all = (0..).map(TensorIdx).zip(&self.tensors).zip(self.lives());
        let sized = all.filter(|((_, tensor), _)| tensor.size > 0);
        sized.filter_map(|((idx, _), life)| Some((idx, life?))).collect()
    }

    fn lives(&self) -> Vec<Option<Life>> {
        let mut lives = vec![None; self.tensors.len()];
        for &input in &self.inputs {
            self.live(&mut lives, input, Life { start: 0, end: 1, op: None });
        }
        for (step, node) in (0..).zip(&self.nodes) {
            for &input in &node.inputs {
                self.extend(&mut lives, input, step + 1);
            }
            for &output in &node.outputs {
                let life = Life { start: step, end: step + 1, op: Some(OpIdx(step)) };
                self.live(&mut lives, output, life);
            }
        }
        let end = Step::try_from(self.nodes.len()).unwrap_or(Step::MAX).max(1);
        for &output in &self.outputs {
            self.extend(&mut lives, output, end);
        }
        lives
    }

    fn live(&self, lives: &mut [Option<Life>], tensor: TensorIdx, life: Life) {
        let root = self.root(tensor);
        if self.tensors[root.usize()].is_constant {
            return;
        }
        match &mut lives[root.usize()] {
            Some(known) => known.end = known.end.max(life.end),
            unknown => *unknown = Some(life),
        }
    }

    fn extend(&self, lives: &mut [Option<Life>], tensor: TensorIdx, end: Step) {
        if let Some(life) = &mut lives[self.root(tensor).usize()] {
            life.end = life.end.max(end);
        }
    }

    pub(crate) fn into_read(mut self) -> Result<Read, Error> {
        let warnings = std::mem::take(&mut self.warnings);
        Ok(Read::new(Document::Problem(self.problem()?), warnings))
    }
}

#[derive(Debug, Clone, Copy)]
struct Life {
    start: Step,
    end: Step,
    op: Option<OpIdx>,
}

/// How many elements a shape has, if that can be counted.
pub(crate) fn element_count(shape: &[u64]) -> Option<u64> {
    shape.iter().try_fold(1_u64, |product, &length| product.checked_mul(length))
}

/// The bytes of so many elements of so many bits; what is begun counts as a byte.
pub(crate) fn tensor_bytes(shape: &[u64], bits: u64) -> Result<Bytes, Error> {
    let all_bits = element_count(shape).and_then(|count| count.checked_mul(bits));
    let bytes = all_bits.map(|bits| bits.div_ceil(8));
    bytes.ok_or_else(|| {
        Error::new(
            Code::TooLarge,
            format!("a tensor of the shape {shape:?} has more than 2^61 bytes"),
        )
    })
}
