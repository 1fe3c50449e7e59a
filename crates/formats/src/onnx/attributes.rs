//! The attributes of a node: numbers, texts and small constants by their names.

use std::collections::BTreeMap;

use crate::Error;
use crate::wire::{Message, Value};

/// What is written beside the inputs of a node.
#[derive(Debug, Default)]
pub(super) struct Attributes<'a> {
    numbers: BTreeMap<&'a str, Vec<i64>>,
    texts: BTreeMap<&'a str, &'a [u8]>,
    tensors: BTreeMap<&'a str, Message<'a>>,
}

impl<'a> Attributes<'a> {
    /// Takes an `AttributeProto` and returns the bodies in it.
    pub(super) fn push(&mut self, attribute: Message<'a>) -> Result<Vec<Message<'a>>, Error> {
        let (mut name, mut numbers, mut bodies) = ("", Vec::new(), Vec::new());
        let (mut text, mut tensor) = (None, None);
        for field in attribute {
            match field? {
                (1, Value::Nested(found)) => name = found.text()?,
                (3 | 8, Value::Varint(number)) => numbers.push(number.cast_signed()),
                (8, Value::Nested(packed)) => {
                    numbers.extend(packed.varints()?.into_iter().map(u64::cast_signed));
                }
                (4, Value::Nested(found)) => text = Some(found.bytes()),
                (5, Value::Nested(found)) => tensor = Some(found),
                (6 | 11, Value::Nested(body)) => bodies.push(body),
                _ => {}
            }
        }
        if !numbers.is_empty() {
            self.numbers.insert(name, numbers);
        }
        text.and_then(|text| self.texts.insert(name, text));
        tensor.and_then(|tensor| self.tensors.insert(name, tensor));
        Ok(bodies)
    }

    pub(super) fn numbers(&self, name: &str) -> Option<&[i64]> {
        self.numbers.get(name).map(Vec::as_slice)
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.numbers(name)?.first().copied()
    }

    /// Whether a flag is set; what it is if it is not given.
    pub(super) fn flag(&self, name: &str, default: bool) -> bool {
        self.number(name).map_or(default, |number| number != 0)
    }

    pub(super) fn text(&self, name: &str) -> &[u8] {
        self.texts.get(name).copied().unwrap_or_default()
    }

    pub(super) fn tensor(&self, name: &str) -> Option<Message<'a>> {
        self.tensors.get(name).copied()
    }

    /// Height and width, where there are two numbers.
    pub(super) fn pair(&self, name: &str) -> Option<[u64; 2]> {
        let &[height, width] = self.numbers(name)? else { return None };
        Some([u64::try_from(height).ok()?, u64::try_from(width).ok()?])
    }
}
