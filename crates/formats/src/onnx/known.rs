//! The tensors that exist when a node runs.

use std::collections::BTreeMap;

use memo_malloc::Code;

use super::infer::Shaped;
use super::shape::Shapes;
use crate::error::shown;
use crate::graph::tensor_bytes;
use crate::{Error, Options, Tensor, TensorIdx, Warning};

/// What constants, inputs and the nodes before have made, by name.
#[derive(Debug)]
pub(super) struct Known<'a> {
    shapes: &'a Shapes<'a>,
    options: &'a Options,
    tensors: Vec<Tensor>,
    /// What rules for the next nodes know of each tensor.
    facts: Vec<Option<Shaped>>,
    by_name: BTreeMap<&'a str, TensorIdx>,
    body_count: usize,
}

impl<'a> Known<'a> {
    pub(super) fn new(shapes: &'a Shapes<'a>, options: &'a Options) -> Known<'a> {
        let (tensors, facts, by_name) = (Vec::new(), Vec::new(), BTreeMap::new());
        Known { shapes, options, tensors, facts, by_name, body_count: 0 }
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

    /// A value that lies in the file.
    pub(super) fn constant(&mut self, name: &'a str) -> TensorIdx {
        self.constant_of(name, self.shapes.of_constant(name))
    }

    /// A value that lies in the file, and what is known of it.
    pub(super) fn constant_of(&mut self, name: &'a str, shaped: Option<Shaped>) -> TensorIdx {
        let shape = shaped.as_ref().map(|shaped| shaped.shape.clone()).unwrap_or_default();
        self.push(name, Tensor { shape, is_constant: true, ..Tensor::default() }, shaped)
    }

    /// A value that a run makes, or is given. What the file tells of it counts; where it tells
    /// nothing, what was inferred.
    pub(super) fn make(
        &mut self,
        name: &'a str,
        inferred: Option<Shaped>,
    ) -> Result<TensorIdx, Error> {
        if self.has(name) {
            let message = format!("`{}` is made twice", shown(name));
            return Err(Error::new(Code::Malformed, message));
        }
        let shaped = match (self.shapes.resolve(name, self.options), inferred) {
            (Ok(told), inferred) => {
                let inferred = inferred.filter(|inferred| inferred.shape == told.shape);
                Shaped { values: inferred.and_then(|inferred| inferred.values), ..told }
            }
            (Err(_), Some(inferred)) => inferred,
            (Err(error), None) => return Err(error),
        };
        let (shape, size) = (shaped.shape.clone(), tensor_bytes(&shaped.shape, shaped.bits)?);
        Ok(self.push(name, Tensor { shape, size, ..Tensor::default() }, Some(shaped)))
    }

    /// What is known of a tensor, if there is one of the name.
    pub(super) fn shaped(&self, name: &str) -> Option<Shaped> {
        self.facts[self.by_name.get(name)?.usize()].clone()
    }

    fn push(&mut self, name: &'a str, tensor: Tensor, shaped: Option<Shaped>) -> TensorIdx {
        let idx = TensorIdx(u32::try_from(self.tensors.len()).unwrap_or(u32::MAX));
        self.tensors.push(Tensor { name: name.to_owned(), ..tensor });
        self.facts.push(shaped);
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
