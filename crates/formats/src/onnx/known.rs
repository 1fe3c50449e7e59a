//! The tensors that exist when a node runs.

use std::collections::BTreeMap;

use memo_malloc::Code;

use super::shape::Shapes;
use crate::error::shown;
use crate::{Error, Options, Tensor, TensorIdx, Warning};

/// What constants, inputs and the nodes before have made, by name.
#[derive(Debug)]
pub(super) struct Known<'a> {
    shapes: &'a Shapes<'a>,
    options: &'a Options,
    tensors: Vec<Tensor>,
    by_name: BTreeMap<&'a str, TensorIdx>,
    body_count: usize,
}

impl<'a> Known<'a> {
    pub(super) fn new(shapes: &'a Shapes<'a>, options: &'a Options) -> Known<'a> {
        Known { shapes, options, tensors: Vec::new(), by_name: BTreeMap::new(), body_count: 0 }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// What a node or the result refers to.
    pub(super) fn get(&self, name: &str) -> Result<TensorIdx, Error> {
        self.by_name.get(name).copied().ok_or_else(|| {
            let message = format!("nothing before has made `{}`", shown(name));
            Error::new(Code::Malformed, message)
                .fix_by("sort the nodes in the order in which they run, and export the model again")
        })
    }

    /// A value that lies in the file. Its shape matters only for windows.
    pub(super) fn constant(&mut self, name: &'a str) -> TensorIdx {
        let shape = self.shapes.of_constant(name).unwrap_or_default();
        self.push(name, Tensor { shape, is_constant: true, ..Tensor::default() })
    }

    /// A value that a run makes, or is given.
    pub(super) fn make(&mut self, name: &'a str) -> Result<TensorIdx, Error> {
        if self.has(name) {
            let message = format!("`{}` is made twice", shown(name));
            return Err(Error::new(Code::Malformed, message));
        }
        let (shape, size) = self.shapes.resolve(name, self.options)?;
        Ok(self.push(name, Tensor { shape, size, ..Tensor::default() }))
    }

    fn push(&mut self, name: &'a str, tensor: Tensor) -> TensorIdx {
        let idx = TensorIdx(u32::try_from(self.tensors.len()).unwrap_or(u32::MAX));
        self.tensors.push(Tensor { name: name.to_owned(), ..tensor });
        self.by_name.insert(name, idx);
        idx
    }

    pub(super) fn tensor(&self, idx: TensorIdx) -> &Tensor {
        &self.tensors[idx.usize()]
    }

    pub(super) fn is_view(&mut self, view: TensorIdx, of: TensorIdx) {
        let root = self.tensors[of.usize()].view_of.unwrap_or(of);
        self.tensors[view.usize()].view_of = Some(root);
    }

    /// An op has a body, whose own tensors are not planned.
    pub(super) fn has_body(&mut self) {
        self.body_count += 1;
    }

    pub(super) fn into_tensors(self) -> (Vec<Tensor>, Vec<Warning>) {
        let count = self.body_count;
        let message = format!("what lives only within the bodies of {count} ops is not planned");
        let warnings = if count > 0 { vec![Warning::of_file(message)] } else { Vec::new() };
        (self.tensors, warnings)
    }
}
