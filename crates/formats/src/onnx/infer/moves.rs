//! Ops that put elements elsewhere, or some of them together.

use super::{Asked, Shaped};
use crate::graph::element_count;

pub(super) fn result(asked: &Asked) -> Option<Shaped> {
    match asked.op {
        "Concat" => concat(asked),
        "ConstantOfShape" => {
            Some(Shaped::new(super::lengths(asked.values(0)?)?, constant_bits(asked)))
        }
        "Expand" => {
            asked.made(super::broadcast(asked.shape(0)?, &super::lengths(asked.values(1)?)?)?)
        }
        "Flatten" => flatten(asked),
        "Gather" => gather(asked),
        "Pad" => pad(asked),
        "Reshape" => reshape(asked),
        "Slice" => slice(asked),
        "Shape" => Some(Shaped::new(vec![asked.shape(0)?.len() as u64], 64)),
        "Squeeze" => squeeze(asked),
        "Transpose" => transpose(asked),
        "Unsqueeze" => unsqueeze(asked),
        "ArgMax" | "ArgMin" => {
            reduce(asked, Some(vec![asked.attributes.number("axis").unwrap_or(0)]))
                .map(|made| Shaped::new(made.shape, 64))
        }
        "ReduceMax" | "ReduceMean" | "ReduceMin" | "ReduceProd" | "ReduceSum" | "ReduceL1"
        | "ReduceL2" => reduce(asked, asked.numbers("axes", 1)?.numbers()),
        _ => None,
    }
}

/// Zeros of 32 bits, unless a value tells.
fn constant_bits(asked: &Asked) -> u64 {
    let value = asked.attributes.tensor("value").and_then(super::of_constant);
    value.map_or(32, |value| value.bits)
}

fn concat(asked: &Asked) -> Option<Shaped> {
    let mut shape = asked.shape(0)?.to_vec();
    let axis = super::axis(asked.attributes.number("axis")?, shape.len())?;
    for nth in 1..asked.inputs.len() {
        let other = asked.shape(nth).filter(|other| other.len() == shape.len())?;
        shape[axis] = shape[axis].checked_add(other[axis])?;
    }
    asked.made(shape)
}

fn flatten(asked: &Asked) -> Option<Shaped> {
    let shape = asked.shape(0)?;
    let axis = match asked.attributes.number("axis").unwrap_or(1) {
        all if i64::try_from(shape.len()) == Ok(all) => shape.len(),
        axis => super::axis(axis, shape.len())?,
    };
    asked.made(vec![element_count(&shape[..axis])?, element_count(&shape[axis..])?])
}

fn gather(asked: &Asked) -> Option<Shaped> {
    let (shape, chosen) = (asked.shape(0)?, asked.shape(1)?);
    let axis = super::axis(asked.attributes.number("axis").unwrap_or(0), shape.len())?;
    asked.made([&shape[..axis], chosen, &shape[axis + 1..]].concat())
}

fn pad(asked: &Asked) -> Option<Shaped> {
    let shape = asked.shape(0)?;
    let pads = asked.numbers("pads", 1)?.numbers()?;
    if pads.len() != 2 * shape.len() || asked.inputs.len() > 3 {
        return None;
    }
    let padded = |(axis, &length): (usize, &u64)| {
        let more = pads[axis].checked_add(pads[axis + shape.len()])?;
        length.checked_add_signed(more)
    };
    asked.made(shape.iter().enumerate().map(padded).collect::<Option<_>>()?)
}

fn reshape(asked: &Asked) -> Option<Shaped> {
    let (shape, wanted) = (asked.shape(0)?, asked.values(1)?);
    let keeps_zero = asked.attributes.flag("allowzero", false);
    let length = |(axis, &number): (usize, &i64)| match number {
        -1 => Some(1),
        0 if !keeps_zero => shape.get(axis).copied(),
        number => u64::try_from(number).ok(),
    };
    let mut made: Vec<u64> = wanted.iter().enumerate().map(length).collect::<Option<_>>()?;
    if let Some(open) = wanted.iter().position(|&number| number == -1) {
        made[open] = element_count(shape)?.checked_div(element_count(&made)?)?;
    }
    (element_count(&made)? == element_count(shape)?).then_some(())?;
    asked.made(made)
}

/// What a slice takes along one axis.
pub(super) struct Cut {
    pub(super) axis: usize,
    pub(super) start: i64,
    pub(super) step: i64,
    pub(super) count: u64,
}

/// From a start up to an end, or down, by steps; ends beyond the axis stand for its ends.
pub(super) fn cuts(asked: &Asked) -> Option<Vec<Cut>> {
    let shape = asked.shape(0)?;
    let starts = asked.numbers("starts", 1)?.numbers()?;
    let ends = asked.numbers("ends", 2)?.numbers()?;
    let all = || (0..).take(starts.len()).collect();
    let along: Vec<i64> = asked.numbers("axes", 3)?.numbers().unwrap_or_else(all);
    let steps = asked.numbers("steps", 4)?.numbers().unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), along.len(), steps.len()].iter().any(|&count| count != starts.len()) {
        return None;
    }
    let cut = |nth: usize| {
        let axis = super::axis(along[nth], shape.len())?;
        let length = i64::try_from(shape[axis]).ok()?;
        let of = |number: i64| if number < 0 { number.saturating_add(length) } else { number };
        let (first, last) = if steps[nth] > 0 { (0, length) } else { (-1, length - 1) };
        let start = of(starts[nth]).clamp(first, last);
        let end = of(ends[nth]).clamp(first, last);
        let room = if steps[nth] > 0 { end - start } else { start - end };
        let (room, step) = (u64::try_from(room.max(0)).ok()?, steps[nth]);
        (step != 0).then(|| Cut { axis, start, step, count: room.div_ceil(step.unsigned_abs()) })
    };
    (0..starts.len()).map(cut).collect()
}

fn slice(asked: &Asked) -> Option<Shaped> {
    let mut shape = asked.shape(0)?.to_vec();
    for cut in cuts(asked)? {
        shape[cut.axis] = cut.count;
    }
    asked.made(shape)
}

fn squeeze(asked: &Asked) -> Option<Shaped> {
    let shape = asked.shape(0)?;
    let axes: Option<Vec<usize>> = match asked.numbers("axes", 1)?.numbers() {
        Some(axes) => axes.iter().map(|&axis| super::axis(axis, shape.len())).collect(),
        None => Some((0..shape.len()).filter(|&axis| shape[axis] == 1).collect()),
    };
    let axes = axes?;
    let kept = shape.iter().enumerate().filter(|(axis, _)| !axes.contains(axis));
    asked.made(kept.map(|(_, &length)| length).collect())
}

fn unsqueeze(asked: &Asked) -> Option<Shaped> {
    let mut shape = asked.shape(0)?.to_vec();
    let axes = asked.numbers("axes", 1)?.numbers()?;
    let rank = shape.len().checked_add(axes.len())?;
    let axes = axes.iter().map(|&axis| super::axis(axis, rank));
    let mut axes: Vec<usize> = axes.collect::<Option<_>>()?;
    axes.sort_unstable();
    for axis in axes {
        if axis > shape.len() {
            return None;
        }
        shape.insert(axis, 1);
    }
    asked.made(shape)
}

/// Which axis of the input each axis of the result is; turned around where nothing is told.
pub(super) fn order(asked: &Asked) -> Option<Vec<usize>> {
    let rank = asked.shape(0)?.len();
    let Some(order) = asked.attributes.numbers("perm") else {
        return Some((0..rank).rev().collect());
    };
    let order: Vec<usize> =
        order.iter().map(|&axis| super::axis(axis, rank)).collect::<Option<_>>()?;
    (order.len() == rank).then_some(order)
}

fn transpose(asked: &Asked) -> Option<Shaped> {
    let shape = asked.shape(0)?;
    asked.made(order(asked)?.into_iter().map(|axis| shape[axis]).collect())
}

fn reduce(asked: &Asked, axes: Option<Vec<i64>>) -> Option<Shaped> {
    let shape = asked.shape(0)?;
    let is_kept = asked.attributes.flag("keepdims", true);
    let axes: Vec<usize> = match axes.filter(|axes| !axes.is_empty()) {
        Some(axes) => {
            axes.iter().map(|&axis| super::axis(axis, shape.len())).collect::<Option<_>>()?
        }
        None if asked.attributes.flag("noop_with_empty_axes", false) => Vec::new(),
        None => (0..shape.len()).collect(),
    };
    let length = |(axis, &length): (usize, &u64)| {
        if axes.contains(&axis) { is_kept.then_some(1) } else { Some(length) }
    };
    asked.made(shape.iter().enumerate().filter_map(length).collect())
}

/// The parts of a tensor along one axis.
pub(super) fn split(asked: &Asked) -> Option<Vec<Shaped>> {
    let shape = asked.shape(0)?;
    let axis = super::axis(asked.attributes.number("axis").unwrap_or(0), shape.len())?;
    let count = u64::try_from(asked.output_count).ok().filter(|&count| count > 0)?;
    let part = shape[axis].div_ceil(count);
    let of_part = |nth: u64| shape[axis].saturating_sub(part.saturating_mul(nth)).min(part);
    let parts = match asked.numbers("split", 1)?.numbers() {
        Some(parts) => super::lengths(&parts).filter(|parts| parts.len() == asked.output_count)?,
        None => (0..count).map(of_part).collect(),
    };
    let made = |length| {
        let mut shape = shape.to_vec();
        shape[axis] = length;
        asked.made(shape)
    };
    parts.into_iter().map(made).collect()
}
