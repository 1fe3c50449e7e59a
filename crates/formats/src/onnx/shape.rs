//! What the file says of the types of its tensors, resolved to bytes once they are needed.

use std::collections::BTreeMap;

use memo_malloc::Code;

use super::infer::{self, Shaped};
use crate::error::shown;
use crate::wire::{Message, Value};
use crate::{Error, Options};

/// The types by name, as they stand in the file.
#[derive(Debug, Default)]
pub(super) struct Shapes<'a> {
    types: BTreeMap<&'a str, Message<'a>>,
    constants: BTreeMap<&'a str, Message<'a>>,
}

/// A dimension of a shape.
enum Dim<'a> {
    Length(u64),
    Named(&'a str),
    Unknown,
}

impl<'a> Shapes<'a> {
    /// Takes a `ValueInfoProto` and returns its name.
    pub(super) fn push(&mut self, info: Message<'a>) -> Result<&'a str, Error> {
        let (mut name, mut of_type) = ("", None);
        for field in info {
            match field? {
                (1, Value::Nested(text)) => name = text.text()?,
                (2, Value::Nested(message)) => of_type = Some(message),
                _ => {}
            }
        }
        if let Some(of_type) = of_type {
            self.types.insert(name, of_type);
        }
        Ok(name)
    }

    /// Takes a `TensorProto` and returns its name.
    pub(super) fn push_constant(&mut self, tensor: Message<'a>) -> Result<&'a str, Error> {
        for field in tensor {
            if let (8, Value::Nested(text)) = field? {
                let name = text.text()?;
                self.constants.insert(name, tensor);
                return Ok(name);
            }
        }
        Err(tensor.broken("a constant without a name"))
    }

    pub(super) fn of_constant(&self, name: &str) -> Option<Shaped> {
        infer::of_constant(*self.constants.get(name)?)
    }

    /// What the file tells of a tensor that a run makes.
    pub(super) fn resolve(&self, name: &str, options: &Options) -> Result<Shaped, Error> {
        let unknown = || {
            Error::new(Code::Unsupported, format!("the file tells no shape of `{}`", shown(name)))
                .fix_by("infer the shapes first: onnx.shape_inference.infer_shapes(model)")
        };
        let of_type = self.types.get(name).ok_or_else(unknown)?;
        let Some(tensor) = nested(*of_type, 1)? else {
            let message = format!("`{}` is no tensor but a sequence, map or option", shown(name));
            return Err(Error::new(Code::Unsupported, message));
        };
        let Some(dims) = nested(tensor, 2)? else { return Err(unknown()) };
        let mut shape = Vec::new();
        for dim in dims {
            let (1, Value::Nested(dim)) = dim? else { continue };
            match of_dim(dim)? {
                Dim::Length(length) => shape.push(length),
                Dim::Named(dim) => shape.push(given(dim, name, options)?),
                Dim::Unknown => return Err(unknown()),
            }
        }
        Ok(Shaped { shape, bits: bits(tensor, name)?, values: None })
    }

    /// The dimensions that are given, but that no shape has.
    pub(super) fn unnamed<'b>(&self, options: &'b Options) -> Vec<&'b str> {
        let mut unnamed: Vec<&str> = options.dims.keys().map(String::as_str).collect();
        for name in self.types.values().flat_map(|of_type| names(*of_type)) {
            unnamed.retain(|&dim| dim != name);
        }
        unnamed
    }
}

/// The nested field with this number.
fn nested(message: Message<'_>, wanted: u64) -> Result<Option<Message<'_>>, Error> {
    for field in message {
        match field? {
            (number, Value::Nested(found)) if number == wanted => return Ok(Some(found)),
            _ => {}
        }
    }
    Ok(None)
}

/// The named dimensions of a type.
fn names(of_type: Message<'_>) -> Vec<&str> {
    let dims =
        nested(of_type, 1).ok().flatten().and_then(|tensor| nested(tensor, 2).ok().flatten());
    let dims = dims.into_iter().flatten().filter_map(|dim| match dim {
        Ok((1, Value::Nested(dim))) => of_dim(dim).ok(),
        _ => None,
    });
    dims.filter_map(|dim| if let Dim::Named(name) = dim { Some(name) } else { None }).collect()
}

fn of_dim(dim: Message<'_>) -> Result<Dim<'_>, Error> {
    let mut found = Dim::Unknown;
    for field in dim {
        match field? {
            (1, Value::Varint(length)) => found = Dim::Length(length),
            (2, Value::Nested(name)) if !name.bytes().is_empty() => {
                found = Dim::Named(name.text()?);
            }
            _ => {}
        }
    }
    Ok(found)
}

fn given(dim: &str, tensor: &str, options: &Options) -> Result<u64, Error> {
    options.dims.get(dim).copied().ok_or_else(|| {
        let (dim, tensor) = (shown(dim), shown(tensor));
        let message = format!("the dimension `{dim}` of `{tensor}` has no length");
        Error::new(Code::Unsupported, message).fix_by(format!("give it: --dim {dim}=1"))
    })
}

/// Bits of an element, by the number of its type in `TensorProto.DataType`.
fn bits(tensor: Message<'_>, name: &str) -> Result<u64, Error> {
    let mut number = 0;
    for field in tensor {
        if let (1, Value::Varint(found)) = field? {
            number = found;
        }
    }
    bits_of(number).ok_or_else(|| {
        let message = format!("the elements of `{}` have no fixed size", shown(name));
        Error::new(Code::Unsupported, format!("{message} (type {number})"))
    })
}

/// Bits of an element of a type, if they are always as many.
pub(super) fn bits_of(number: u64) -> Option<u64> {
    match number {
        2 | 3 | 9 | 17..=20 | 24 => Some(8),
        4 | 5 | 10 | 16 => Some(16),
        1 | 6 | 12 => Some(32),
        7 | 11 | 13 | 14 => Some(64),
        15 => Some(128),
        21..=23 => Some(4),
        25 | 26 => Some(2),
        _ => None,
    }
}
