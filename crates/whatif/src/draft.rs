//! A run that differs from the file: what each tensor needs, and when.

use memo_formats::TensorIdx;
use memo_malloc::analysis::max_load;
use memo_malloc::{Buffer, BufferIdx, Bytes, Error, Lifetime, Problem, Step};

use crate::run::Run;

/// A run as it would be planned.
#[derive(Debug, Clone)]
pub(crate) struct Draft<'a> {
    pub(crate) run: &'a Run,
    pub(crate) sizes: Vec<Bytes>,
    /// When each tensor is live; `None` where it has no buffer.
    pub(crate) lives: Vec<Option<Lifetime>>,
    /// Results, and what they are made in the place of.
    pub(crate) shares: Vec<[TensorIdx; 2]>,
    /// What a node needs besides tensors.
    pub(crate) scratch: Vec<(Bytes, Step)>,
    pub(crate) work: u64,
}

impl Draft<'_> {
    /// The run as it is.
    pub(crate) fn of(run: &Run) -> Draft<'_> {
        Draft {
            run,
            sizes: run.graph.tensors.iter().map(|tensor| tensor.size).collect(),
            lives: run.lives.clone(),
            shares: Vec::new(),
            scratch: Vec::new(),
            work: run.work(),
        }
    }

    /// Leaves the inputs of the model where the caller has them.
    pub(crate) fn without_inputs(&mut self) {
        for &input in &self.run.graph.inputs {
            self.lives[self.run.graph.root(input).usize()] = None;
        }
    }

    /// The buffers of all tensors, then those of what nodes need besides.
    pub(crate) fn problem(&self) -> Result<Problem, Error> {
        let alignment = self.run.graph.alignment.max(1);
        let mut at = vec![None; self.lives.len()];
        let mut buffers = Vec::with_capacity(self.lives.len());
        for (tensor, life) in self.lives.iter().enumerate() {
            let Some(life) = life.filter(|_| self.sizes[tensor] > 0) else { continue };
            at[tensor] = u32::try_from(buffers.len()).ok().map(BufferIdx);
            let buffer = Buffer::new(self.sizes[tensor], life.start, life.end);
            buffers.push(buffer.aligned(alignment));
        }
        let scratch = self.scratch.iter().map(|&(size, step)| Buffer::new(size, step, step + 1));
        buffers.extend(scratch.map(|buffer| buffer.aligned(alignment)));
        let group = |pair: &[TensorIdx; 2]| pair.iter().filter_map(|idx| at[idx.usize()]).collect();
        let groups: Vec<Vec<BufferIdx>> = self.shares.iter().map(group).collect();
        Problem::new(buffers)?.with_shares(&groups)
    }

    /// The most bytes that are live at once.
    pub(crate) fn load(&self) -> Result<Bytes, Error> {
        Ok(max_load(&self.problem()?).bytes)
    }
}
