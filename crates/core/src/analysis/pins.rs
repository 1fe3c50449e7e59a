//! What pins decide before anything is placed: tops that no plan can avoid, and collisions.
//!
//! A buffer that shares the offset of a pinned one is pinned as well.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::reduce::{Contradiction, Part, Reduced, reduce};
use crate::model::{Buffer, BufferIdx, Bytes, Lifetime, Problem, Step};

/// Where pinned buffers end, or the largest of those that share the offset of one.
pub(super) fn pin_tops(problem: &Problem) -> impl Iterator<Item = (BufferIdx, Bytes)> {
    let pinned = |idx: BufferIdx| Some((idx, problem.buffers()[idx.usize()].pin?));
    let size = |idx: &BufferIdx| problem.buffers()[idx.usize()].size;
    let alone = problem.iter().filter_map(|(idx, b)| Some((idx, b.pin? + b.size)));
    let shared = problem.ties().groups().iter().filter_map(move |group| {
        let (idx, pin) = group.iter().find_map(|&idx| pinned(idx))?;
        Some((idx, pin + group.iter().map(size).max()?))
    });
    alone.chain(shared)
}

/// Two buffers whose pins cannot both be honoured, if there are.
///
/// # Errors
/// The ties contradict each other or the pins.
pub(super) fn colliding_pins(
    problem: &Problem,
) -> Result<Option<(BufferIdx, BufferIdx)>, Contradiction> {
    Ok(colliding(pins(problem)?).or_else(|| touching_apart(problem)))
}

/// Bytes that a pin reserves during an interval.
struct Pinned {
    interval: Lifetime,
    offset: Bytes,
    size: Bytes,
    /// The pinned buffer.
    by: BufferIdx,
}

/// What pins reserve, by start.
fn pins(problem: &Problem) -> Result<Vec<Pinned>, Contradiction> {
    let mut pins: Vec<Pinned> = if problem.ties().is_empty() {
        let pinned = |(by, b): (BufferIdx, &Buffer)| {
            Some(Pinned { interval: b.lifetime, offset: b.pin?, size: b.size, by })
        };
        problem.iter().filter(|(_, b)| b.size > 0).filter_map(pinned).collect()
    } else {
        pins_of_items(problem, &reduce(problem)?)
    };
    pins.sort_by_key(|pinned| pinned.interval.start);
    Ok(pins)
}

fn pins_of_items(problem: &Problem, reduced: &Reduced) -> Vec<Pinned> {
    let mut by: Vec<Option<BufferIdx>> = vec![None; reduced.items.len()];
    for (idx, _) in problem.iter().filter(|(_, buffer)| buffer.pin.is_some()) {
        by[reduced.item_of[idx.usize()]].get_or_insert(idx);
    }
    let pinned = reduced.items.iter().zip(by).zip(&reduced.parts);
    let pinned = pinned.filter_map(|((item, by), parts)| Some((item.pin?, by?, parts)));
    pinned
        .flat_map(|(offset, by, parts)| {
            let reserved = move |part: &Part| {
                let Part { interval, size } = *part;
                Pinned { interval, offset, size, by }
            };
            parts.iter().map(reserved)
        })
        .collect()
}

/// Two pinned buffers that must be kept apart and are not.
fn touching_apart(problem: &Problem) -> Option<(BufferIdx, BufferIdx)> {
    let buffer = |idx: BufferIdx| &problem.buffers()[idx.usize()];
    let of_group = |group: &Vec<BufferIdx>| group.iter().find_map(|&idx| buffer(idx).pin);
    let of_groups: Vec<Option<Bytes>> = problem.ties().groups().iter().map(of_group).collect();
    let range = |idx: BufferIdx| {
        let shared = || of_groups[problem.ties().group_of(idx)?];
        let low = buffer(idx).pin.or_else(shared)?;
        Some((low, low + buffer(idx).size))
    };
    let share = |a: (Bytes, Bytes), b: (Bytes, Bytes)| a.0.max(b.0) < a.1.min(b.1);
    let touches = |&&(a, b): &&(BufferIdx, BufferIdx)| Some(share(range(a)?, range(b)?));
    problem.ties().apart().iter().find(|pair| touches(pair) == Some(true)).copied()
}

/// Two pinned buffers that conflict and share bytes, by a sweep over their starts that keeps the
/// live pins by offset: as long as none collided, a new one can only collide with a neighbour.
fn colliding(pins: Vec<Pinned>) -> Option<(BufferIdx, BufferIdx)> {
    let mut live: BTreeMap<Bytes, (Bytes, BufferIdx)> = BTreeMap::new();
    let mut ends: BinaryHeap<Reverse<(Step, Bytes)>> = BinaryHeap::new();
    for Pinned { interval, offset, size, by } in pins {
        while let Some(&Reverse((end, ended))) = ends.peek()
            && end <= interval.start
        {
            ends.pop();
            live.remove(&ended);
        }
        let top = offset + size;
        if let Some((_, &(other_top, other))) = live.range(..top).next_back()
            && other_top > offset
        {
            return Some((by.min(other), by.max(other)));
        }
        live.insert(offset, (top, by));
        ends.push(Reverse((interval.end, offset)));
    }
    None
}
