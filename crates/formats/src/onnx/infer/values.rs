//! The elements of small tensors of whole numbers: shapes, and what is computed from them.

use super::{Asked, Shaped, moves};
use crate::graph::element_count;
use crate::wire::{Message, Value};

/// Longer tensors are no shapes.
const VALUES_MAX: usize = 64;

/// The elements of a result that has been given its shape.
pub(super) fn of(asked: &Asked, made: &Shaped) -> Option<Vec<i64>> {
    let values = match asked.op {
        "Shape" => shape(asked)?,
        "Identity" | "Cast" | "Squeeze" | "Unsqueeze" | "Reshape" => asked.values(0)?.to_vec(),
        "Gather" => {
            let from =
                asked.values(0).filter(|_| asked.shape(0).is_some_and(|of| of.len() == 1))?;
            let chosen = asked.values(1)?.iter();
            chosen.map(|&at| Some(from[super::axis(at, from.len())?])).collect::<Option<_>>()?
        }
        "Slice" => sliced(asked)?,
        "Transpose" => transposed(asked, made)?,
        "Concat" => {
            let all = (0..asked.inputs.len()).map(|nth| asked.values(nth));
            all.collect::<Option<Vec<&[i64]>>>()?.concat()
        }
        "ConstantOfShape" => {
            let value = asked.attributes.tensor("value").and_then(of_constant)?;
            let &[value] = value.values.as_deref()? else { return None };
            let &[count] = &*made.shape else { return None };
            vec![value; usize::try_from(count).ok().filter(|&count| count <= VALUES_MAX)?]
        }
        "Equal" => each(asked, |a, b| Some((a == b).into()))?,
        "Where" => {
            let [which, a, b] = [asked.values(0)?, asked.values(1)?, asked.values(2)?];
            let of =
                |from: &[i64], nth: usize| from.get(if from.len() == 1 { 0 } else { nth }).copied();
            let one = |(nth, &is): (usize, &i64)| of(if is == 0 { b } else { a }, nth);
            which.iter().enumerate().map(one).collect::<Option<_>>()?
        }
        "Add" => each(asked, i64::checked_add)?,
        "Sub" => each(asked, i64::checked_sub)?,
        "Mul" => each(asked, i64::checked_mul)?,
        "Div" => each(asked, i64::checked_div)?,
        _ => return None,
    };
    let is_whole = count(&made.shape) == Some(values.len()) && values.len() <= VALUES_MAX;
    is_whole.then_some(values)
}

fn shape(asked: &Asked) -> Option<Vec<i64>> {
    if asked.attributes.number("start").is_some() || asked.attributes.number("end").is_some() {
        return None;
    }
    asked.shape(0)?.iter().map(|&length| i64::try_from(length).ok()).collect()
}

/// The elements that are left, cut along one axis after the other.
fn sliced(asked: &Asked) -> Option<Vec<i64>> {
    let mut shape = asked.shape(0)?.to_vec();
    let mut values = asked.values(0)?.to_vec();
    for cut in moves::cuts(asked)? {
        let inner = count(&shape[cut.axis + 1..])?;
        let old = inner.checked_mul(usize::try_from(shape[cut.axis]).ok()?)?.max(1);
        let mut left = Vec::new();
        for outer in values.chunks(old) {
            for nth in 0..i64::try_from(cut.count).ok()? {
                let at = usize::try_from(cut.start + nth * cut.step).ok()?.checked_mul(inner)?;
                left.extend(outer.get(at..at.checked_add(inner)?)?);
            }
        }
        values = left;
        shape[cut.axis] = cut.count;
    }
    Some(values)
}

/// The elements in the order in which the axes of the result count through them.
fn transposed(asked: &Asked, made: &Shaped) -> Option<Vec<i64>> {
    let (shape, values) = (asked.shape(0)?, asked.values(0)?);
    let strides = moves::order(asked)?.into_iter().map(|axis| count(&shape[axis + 1..]));
    let strides: Vec<usize> = strides.collect::<Option<_>>()?;
    let of = |nth: usize| {
        let (mut rest, mut at) = (nth, 0);
        for (&length, &stride) in made.shape.iter().zip(&strides).rev() {
            let length = usize::try_from(length).ok()?;
            at += rest.checked_rem(length)? * stride;
            rest /= length;
        }
        values.get(at).copied()
    };
    (0..values.len()).map(of).collect()
}

fn count(shape: &[u64]) -> Option<usize> {
    usize::try_from(element_count(shape)?).ok()
}

/// An operation on each pair of elements; a single one goes with all.
fn each(asked: &Asked, op: fn(i64, i64) -> Option<i64>) -> Option<Vec<i64>> {
    let (a, b) = (asked.values(0)?, asked.values(1)?);
    match (a, b) {
        (a, &[b]) => a.iter().map(|&a| op(a, b)).collect(),
        (&[a], b) => b.iter().map(|&b| op(a, b)).collect(),
        (a, b) if a.len() == b.len() => a.iter().zip(b).map(|(&a, &b)| op(a, b)).collect(),
        _ => None,
    }
}

/// A `TensorProto`, with its elements if they are few whole numbers.
pub(in crate::onnx) fn of_constant(tensor: Message) -> Option<Shaped> {
    let (mut shape, mut number) = (Vec::new(), 0);
    let (mut listed, mut raw) = (Vec::new(), None);
    for field in tensor {
        match field.ok()? {
            (1, Value::Varint(length)) => shape.push(length),
            (1, Value::Nested(packed)) => shape.extend(packed.varints().ok()?),
            (2, Value::Varint(found)) => number = found,
            (5 | 7, Value::Nested(packed)) if packed.bytes().len() <= 10 * VALUES_MAX => {
                listed = packed.varints().ok()?;
            }
            (9, Value::Nested(found)) => raw = Some(found.bytes()),
            _ => {}
        }
    }
    let bits = crate::onnx::shape::bits_of(number)?;
    let listed: Vec<i64> = listed.into_iter().map(u64::cast_signed).collect();
    let values = match (number, raw) {
        (7, Some(raw)) => numbers(raw, i64::from_le_bytes),
        (6, Some(raw)) => numbers(raw, |four| i32::from_le_bytes(four).into()),
        (6 | 7, None) => Some(listed),
        _ => None,
    };
    let all = count(&shape)?;
    let values = values.filter(|values| values.len() == all);
    Some(Shaped { shape, bits, values })
}

fn numbers<const N: usize>(raw: &[u8], number: impl Fn([u8; N]) -> i64) -> Option<Vec<i64>> {
    let (all, rest) = raw.as_chunks();
    let is_small = rest.is_empty() && all.len() <= VALUES_MAX;
    is_small.then(|| all.iter().map(|bytes| number(*bytes)).collect())
}
