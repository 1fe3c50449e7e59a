//! One node: what it reads and makes, and what its attributes say about memory.

use super::attributes::Attributes;
use super::infer::{self, Asked, Shaped};
use super::known::Known;
use crate::wire::{Message, Value};
use crate::{Error, Node, TensorIdx};

/// How deep bodies may lie within bodies.
const DEPTH_MAX: u32 = 16;

/// Ops whose first output is their first input under another name or shape.
const VIEWS: &[&str] = &["Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout"];

/// The fields of a node, as they stand in the file.
#[derive(Debug, Default)]
struct Fields<'a> {
    inputs: Vec<&'a str>,
    outputs: Vec<&'a str>,
    /// What bodies name: some of it theirs, some from outside.
    named_within: Vec<&'a str>,
    op: &'a str,
    name: &'a str,
    domain: &'a str,
    attributes: Attributes<'a>,
}

/// Reads a node whose inputs are known, and makes its outputs known.
pub(super) fn read<'a>(message: Message<'a>, known: &mut Known<'a>) -> Result<Node, Error> {
    let fields = Fields::of(message, 0)?;
    let mut inputs = Vec::with_capacity(fields.inputs.len());
    // A blank name is an optional input that is not given.
    for name in fields.inputs.iter().filter(|name| !name.is_empty()) {
        inputs.push(known.get(name).map_err(|error| error.within("input"))?);
    }
    if !fields.named_within.is_empty() {
        known.has_body();
        let outside = fields.named_within.iter().filter(|name| known.has(name));
        let outside: Result<Vec<TensorIdx>, Error> = outside.map(|name| known.get(name)).collect();
        inputs.extend(outside?);
    }
    let is_standard = fields.domain.is_empty() || fields.domain == "ai.onnx";
    let is_copy = || {
        let first = inputs.first().is_some_and(|&input| known.tensor(input).is_constant);
        first && VIEWS.contains(&fields.op)
    };
    let is_constant = is_standard && (fields.op == "Constant" || is_copy());
    let mut outputs = Vec::with_capacity(fields.outputs.len());
    let mut inferred = if is_standard { fields.inferred(known) } else { Vec::new() }.into_iter();
    for name in &fields.outputs {
        let inferred = inferred.next();
        if name.is_empty() {
            continue;
        }
        let made = if is_constant {
            Ok(known.constant_of(name, fields.value().or(inferred)))
        } else {
            known.make(name, inferred)
        };
        outputs.push(made.map_err(|error| error.within("output"))?);
    }
    if let (true, &[input, ..], &[output, ..]) = (is_standard, &*inputs, &*outputs)
        && VIEWS.contains(&fields.op)
        && known.tensor(input).size == known.tensor(output).size
    {
        known.is_view(output, input);
    }
    Ok(Node {
        op: fields.op.to_owned(),
        name: fields.name.to_owned(),
        inputs,
        outputs,
        strides: fields.attributes.pair("strides"),
        kernel: fields.attributes.pair("kernel_shape"),
        dilations: fields.attributes.pair("dilations"),
    })
}

impl<'a> Fields<'a> {
    fn of(message: Message<'a>, depth: u32) -> Result<Fields<'a>, Error> {
        let mut fields = Fields::default();
        for field in message {
            let (number, Value::Nested(value)) = field? else { continue };
            match number {
                1 => fields.inputs.push(value.text()?),
                2 => fields.outputs.push(value.text()?),
                3 => fields.name = value.text()?,
                4 => fields.op = value.text()?,
                5 => fields.attribute(value, depth)?,
                7 => fields.domain = value.text()?,
                _ => {}
            }
        }
        Ok(fields)
    }

    fn attribute(&mut self, attribute: Message<'a>, depth: u32) -> Result<(), Error> {
        for body in self.attributes.push(attribute)? {
            self.body(body, depth + 1)?;
        }
        Ok(())
    }

    /// What follows for the results from what is known of the inputs, where there is a rule.
    fn inferred(&self, known: &Known) -> Vec<Shaped> {
        let asked = Asked {
            op: self.op,
            attributes: &self.attributes,
            inputs: self.inputs.iter().map(|name| known.shaped(name)).collect(),
            output_count: self.outputs.len(),
        };
        infer::results(&asked).unwrap_or_default()
    }

    /// The value of a constant, as one of its attributes.
    fn value(&self) -> Option<Shaped> {
        let of = |name: &str| self.attributes.numbers(name);
        if let Some(tensor) = self.attributes.tensor("value") {
            return infer::of_constant(tensor);
        }
        let shape = if of("value_int").is_some() { vec![] } else { vec![of("value_ints")?.len()] };
        let shape = shape.into_iter().map(|length| length as u64).collect();
        let values = of("value_int").or(of("value_ints"))?.to_vec();
        Some(Shaped { shape, bits: 64, values: Some(values) })
    }

    fn body(&mut self, body: Message<'a>, depth: u32) -> Result<(), Error> {
        if depth > DEPTH_MAX {
            return Err(body.broken(format!("bodies of ops more than {DEPTH_MAX} deep")));
        }
        for field in body {
            match field? {
                (1, Value::Nested(node)) => {
                    let inner = Fields::of(node, depth)?;
                    self.named_within.extend(inner.inputs);
                    self.named_within.extend(inner.named_within);
                }
                // An output of the body may be a value from outside.
                (12, Value::Nested(output)) => {
                    for field in output {
                        if let (1, Value::Nested(name)) = field? {
                            self.named_within.push(name.text()?);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}
