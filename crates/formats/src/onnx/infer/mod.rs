//! The shapes of results that the file does not tell, as exporters leave them out.
//!
//! All lengths are known numbers by then, so that each rule is arithmetic on the shapes of the inputs
//! and, where those say a shape (`Shape`, `Gather`, `Concat` in front of a `Reshape`), on their values.
//! The rules are those of <https://onnx.ai/onnx/operators>. An op without a rule, or a file that breaks
//! one, gives nothing: then it is the file that must tell.

mod moves;
mod values;
mod windows;

use super::attributes::Attributes;

pub(super) use values::of_constant;

/// A tensor as far as rules need it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Shaped {
    pub(super) shape: Vec<u64>,
    /// The bits of an element.
    pub(super) bits: u64,
    /// All elements in their order, of small tensors of whole numbers.
    pub(super) values: Option<Vec<i64>>,
}

impl Shaped {
    fn new(shape: Vec<u64>, bits: u64) -> Shaped {
        Shaped { shape, bits, values: None }
    }
}

/// What a rule looks at.
pub(super) struct Asked<'a> {
    pub(super) op: &'a str,
    pub(super) attributes: &'a Attributes<'a>,
    /// The inputs in their places; `None` where an optional one is not given.
    pub(super) inputs: Vec<Option<Shaped>>,
    pub(super) output_count: usize,
}

impl Asked<'_> {
    fn input(&self, nth: usize) -> Option<&Shaped> {
        self.inputs.get(nth)?.as_ref()
    }

    fn shape(&self, nth: usize) -> Option<&[u64]> {
        self.input(nth).map(|input| &*input.shape)
    }

    fn values(&self, nth: usize) -> Option<&[i64]> {
        self.input(nth)?.values.as_deref()
    }

    /// A result of this shape with the elements of the first input.
    fn made(&self, shape: Vec<u64>) -> Option<Shaped> {
        Some(Shaped::new(shape, self.input(0)?.bits))
    }

    /// Numbers that are an attribute in old models, an input in new ones. Known to be not given, they
    /// are [`Given::Not`]; given, but not known before the run, there is no answer.
    fn numbers(&self, name: &str, nth: usize) -> Option<Given> {
        match (self.attributes.numbers(name), self.inputs.get(nth)) {
            (Some(numbers), _) => Some(Given::Numbers(numbers.to_vec())),
            (None, Some(Some(input))) => input.values.clone().map(Given::Numbers),
            (None, _) => Some(Given::Not),
        }
    }
}

/// What may be left out.
enum Given {
    Numbers(Vec<i64>),
    Not,
}

impl Given {
    fn numbers(self) -> Option<Vec<i64>> {
        match self {
            Given::Numbers(numbers) => Some(numbers),
            Given::Not => None,
        }
    }
}

/// The axis that a number means; from the end if it is negative.
fn axis(number: i64, rank: usize) -> Option<usize> {
    let rank = i64::try_from(rank).ok()?;
    let axis = if number < 0 { number.checked_add(rank)? } else { number };
    usize::try_from(axis).ok().filter(|_| axis < rank)
}

/// Numbers that must be lengths, which none below zero is.
fn lengths(numbers: &[i64]) -> Option<Vec<u64>> {
    numbers.iter().map(|&number| u64::try_from(number).ok()).collect()
}

/// What a node makes, if there is a rule for it.
pub(super) fn results(asked: &Asked) -> Option<Vec<Shaped>> {
    if asked.op == "Split" {
        return moves::split(asked);
    }
    let mut first = one(asked)?;
    first.values = values::of(asked, &first);
    Some(vec![first])
}

fn one(asked: &Asked) -> Option<Shaped> {
    match asked.op {
        "Abs"
        | "BatchNormalization"
        | "Ceil"
        | "Celu"
        | "Clip"
        | "Cos"
        | "Dropout"
        | "Elu"
        | "Erf"
        | "Exp"
        | "Floor"
        | "Gelu"
        | "HardSigmoid"
        | "HardSwish"
        | "Identity"
        | "InstanceNormalization"
        | "LRN"
        | "LayerNormalization"
        | "LeakyRelu"
        | "Log"
        | "LogSoftmax"
        | "Mish"
        | "Neg"
        | "Not"
        | "PRelu"
        | "Reciprocal"
        | "Relu"
        | "Round"
        | "Selu"
        | "Sigmoid"
        | "Sign"
        | "Sin"
        | "Softmax"
        | "Softplus"
        | "Softsign"
        | "Sqrt"
        | "Tanh"
        | "ThresholdedRelu" => asked.made(asked.shape(0)?.to_vec()),
        "Add" | "Div" | "Max" | "Mean" | "Min" | "Mod" | "Mul" | "Pow" | "Sub" | "Sum" => {
            asked.made(broadcast_all(asked)?)
        }
        "And" | "Equal" | "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual" | "Or" | "Xor" => {
            Some(Shaped::new(broadcast_all(asked)?, 8))
        }
        "Where" => Some(Shaped::new(broadcast_all(asked)?, asked.input(1)?.bits)),
        "Cast" => {
            let bits = super::shape::bits_of(u64::try_from(asked.attributes.number("to")?).ok()?)?;
            Some(Shaped::new(asked.shape(0)?.to_vec(), bits))
        }
        "Gemm" => gemm(asked),
        "MatMul" => asked.made(product(asked.shape(0)?, asked.shape(1)?)?),
        "Conv" | "AveragePool" | "MaxPool" | "LpPool" | "GlobalAveragePool" | "GlobalMaxPool" => {
            windows::result(asked)
        }
        _ => moves::result(asked),
    }
}

fn gemm(asked: &Asked) -> Option<Shaped> {
    let (&[a, b], &[c, d]) = (asked.shape(0)?, asked.shape(1)?) else { return None };
    let turned = |name| asked.attributes.flag(name, false);
    let rows = if turned("transA") { b } else { a };
    let columns = if turned("transB") { c } else { d };
    asked.made(vec![rows, columns])
}

/// The shape of a product of matrices, of which all but two axes are broadcast.
fn product(a: &[u64], b: &[u64]) -> Option<Vec<u64>> {
    let (outer_a, [rows, common]) = a.split_last_chunk()?;
    let (outer_b, [common_b, columns]) = b.split_last_chunk()?;
    let mut shape = broadcast(outer_a, outer_b).filter(|_| common == common_b)?;
    shape.extend([*rows, *columns]);
    Some(shape)
}

fn broadcast_all(asked: &Asked) -> Option<Vec<u64>> {
    let mut shape = asked.shape(0)?.to_vec();
    for nth in 1..asked.inputs.len() {
        shape = broadcast(&shape, asked.shape(nth)?)?;
    }
    Some(shape)
}

/// The shape in which both are repeated along axes of length 1.
fn broadcast(a: &[u64], b: &[u64]) -> Option<Vec<u64>> {
    let rank = a.len().max(b.len());
    let length = |shape: &[u64], axis: usize| {
        (axis + shape.len()).checked_sub(rank).map_or(1, |at| shape[at])
    };
    let both = |axis| match (length(a, axis), length(b, axis)) {
        (1, length) | (length, 1) => Some(length),
        (one, other) => (one == other).then_some(one),
    };
    (0..rank).map(both).collect()
}
