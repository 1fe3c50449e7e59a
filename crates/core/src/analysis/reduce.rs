//! A problem with ties as fewer things to place, each live in several parts.
//!
//! Buffers that must have the same offset are one thing to place: an *item*. What it needs changes
//! over time: at each step the bytes of the largest member that is live. So an item is a list of
//! parts, each an interval and a size, and a buffer that is live in several intervals is an item of
//! several parts as well. What is left of the ties are pairs of items to be kept apart.
//!
//! ```text
//!   members of a group:  ┌──┐  ┌────┐        parts of the item:  ┌──┐  ┌──┐
//!                        │  ├──┴──┐ │                            │  ├──┤  └─┐
//!                        └──┴─────┴─┘                            └──┴──┴────┘
//! ```
//! Where all parts of every item make one interval of one size and no pair is left, the items are
//! the buffers of a problem without ties. O(n log n).

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::model::{Buffer, BufferIdx, Bytes, Error, Lifetime, OpTag, Problem, Step};

/// The items of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reduced {
    /// Each item as a buffer: the largest size, the lifetime from its first step to its last, the
    /// alignment and the pin of all of its members.
    pub items: Vec<Buffer>,
    /// The item of each buffer of the problem.
    pub item_of: Vec<usize>,
    /// When each item needs how many bytes.
    pub parts: Vec<Vec<Part>>,
    /// Of two items to be kept apart, how many bytes of each.
    pub apart: Vec<[(usize, Bytes); 2]>,
}

/// So many bytes during an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// When.
    pub interval: Lifetime,
    /// How many, more than 0.
    pub size: Bytes,
}

/// Two buffers that cannot both have what they must: one offset and different pins, alignments that
/// a common pin does not meet, or one offset and no byte in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction {
    /// The buffer with the smaller index.
    pub first: BufferIdx,
    /// The other.
    pub second: BufferIdx,
}

/// The items of a problem, or why there is no plan.
///
/// # Errors
/// The ties contradict each other or the pins.
pub fn reduce(problem: &Problem) -> Result<Reduced, Contradiction> {
    let mut reduced = Reduced {
        items: Vec::new(),
        item_of: Vec::with_capacity(problem.len()),
        parts: Vec::new(),
        apart: Vec::new(),
    };
    let groups = problem.ties().groups();
    let mut item_of_group: Vec<Option<usize>> = vec![None; groups.len()];
    for (idx, buffer) in problem.iter() {
        let group = problem.ties().group_of(idx);
        if let Some(item) = group.and_then(|group| item_of_group[group]) {
            reduced.item_of.push(item);
            continue;
        }
        let item = reduced.items.len();
        reduced.item_of.push(item);
        match group {
            None => reduced.push(*buffer, parts_of(problem, idx)),
            Some(group) => {
                item_of_group[group] = Some(item);
                reduced.push(
                    united(problem, &groups[group])?,
                    parts_of_group(problem, &groups[group]),
                );
            }
        }
    }
    reduced.keep_apart(problem)?;
    Ok(reduced)
}

impl Reduced {
    fn push(&mut self, item: Buffer, parts: Vec<Part>) {
        self.items.push(item);
        self.parts.push(parts);
    }

    fn keep_apart(&mut self, problem: &Problem) -> Result<(), Contradiction> {
        for &(first, second) in problem.ties().apart() {
            let sides = [first, second]
                .map(|idx| (self.item_of[idx.usize()], problem.buffers()[idx.usize()].size));
            if sides.iter().any(|&(_, size)| size == 0) {
                continue;
            }
            if sides[0].0 == sides[1].0 {
                return Err(Contradiction { first, second });
            }
            // Those that are live together are apart anyway.
            if !overlap(problem.intervals(first), problem.intervals(second)) {
                self.apart.push(sides);
            }
        }
        Ok(())
    }

    /// Whether the items are buffers that nothing ties.
    pub fn is_plain(&self) -> bool {
        let is_buffer = |parts: &Vec<Part>| parts.len() <= 1;
        self.apart.is_empty() && self.parts.iter().all(is_buffer)
    }

    /// The items as a problem without ties: each needs its most bytes from its first step to its
    /// last. Every plan of it is one of the problem, unless pairs are to be kept apart.
    ///
    /// # Errors
    /// None for the items of a problem, which holds the same invariants.
    pub fn hulls(&self, problem: &Problem) -> Result<Problem, Error> {
        let ops: Vec<OpTag> = problem.ops().to_vec();
        let hulls = Problem::with_ops(self.items.clone(), ops)?;
        Ok(hulls.with_capacity(problem.capacity()))
    }

    /// What lies where, buffer by buffer, given the offsets of the items.
    pub fn offsets_of_buffers(&self, of_items: &[Bytes]) -> Vec<Bytes> {
        self.item_of.iter().map(|&item| of_items[item]).collect()
    }
}

/// Whether two lists of intervals, each in order, have a step in common.
fn overlap(a: &[Lifetime], b: &[Lifetime]) -> bool {
    let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
    few.iter().any(|interval| {
        let after = many.partition_point(|other| other.end <= interval.start);
        many.get(after).is_some_and(|other| other.overlaps(*interval))
    })
}

/// Buffers that are live together exactly where the bytes of the problem are: its buffers, or with
/// ties the parts of its items. Unlike the items, they are there whatever the ties say of offsets.
pub fn needs(problem: &Problem) -> Cow<'_, [Buffer]> {
    let ties = problem.ties();
    if ties.is_empty() {
        return Cow::Borrowed(problem.buffers());
    }
    let alone = problem.iter().filter(|&(idx, _)| ties.group_of(idx).is_none());
    let alone = alone.map(|(idx, buffer)| (parts_of(problem, idx), buffer.alignment));
    let groups = ties.groups().iter();
    let groups =
        groups.map(|group| (parts_of_group(problem, group), problem.group_alignment(group)));
    let need = |(parts, alignment): (Vec<Part>, Bytes)| {
        parts.into_iter().map(move |Part { interval: Lifetime { start, end }, size }| {
            Buffer::new(size, start, end).aligned(alignment)
        })
    };
    alone.chain(groups).flat_map(need).collect()
}

/// One part for each interval; none without bytes.
fn parts_of(problem: &Problem, idx: BufferIdx) -> Vec<Part> {
    let size = problem.buffers()[idx.usize()].size;
    let part = |&interval: &Lifetime| Part { interval, size };
    if size == 0 { Vec::new() } else { problem.intervals(idx).iter().map(part).collect() }
}

/// All members in one.
fn united(problem: &Problem, group: &[BufferIdx]) -> Result<Buffer, Contradiction> {
    let member = |idx: BufferIdx| &problem.buffers()[idx.usize()];
    let mut united = member(group[0]).aligned(problem.group_alignment(group));
    let pinned = group.iter().find_map(|&idx| Some((idx, member(idx).pin?)));
    for &idx in group {
        let Buffer { size, alignment, lifetime, pin, .. } = *member(idx);
        if let Some((first, offset)) = pinned
            && (pin.is_some_and(|pin| pin != offset) || !offset.is_multiple_of(alignment))
        {
            return Err(Contradiction { first: first.min(idx), second: first.max(idx) });
        }
        united.size = united.size.max(size);
        united.lifetime.start = united.lifetime.start.min(lifetime.start);
        united.lifetime.end = united.lifetime.end.max(lifetime.end);
    }
    Ok(Buffer { pin: pinned.map(|(_, offset)| offset), ..united })
}

/// The size of the largest member live at each step, as parts.
fn parts_of_group(problem: &Problem, group: &[BufferIdx]) -> Vec<Part> {
    let mut changes: Vec<(Step, bool, Bytes)> = Vec::new();
    for Part { interval, size } in group.iter().flat_map(|&idx| parts_of(problem, idx)) {
        changes.extend([(interval.start, true, size), (interval.end, false, size)]);
    }
    changes.sort_unstable();
    let mut live: BTreeMap<Bytes, u32> = BTreeMap::new();
    let mut parts: Vec<Part> = Vec::new();
    for (position, &(step, starts, size)) in changes.iter().enumerate() {
        let count = live.entry(size).or_default();
        *count = if starts { *count + 1 } else { *count - 1 };
        if *count == 0 {
            live.remove(&size);
        }
        let end = changes.get(position + 1).map_or(step, |next| next.0);
        if let Some((&size, _)) = live.last_key_value().filter(|_| step < end) {
            add(&mut parts, Part { interval: Lifetime { start: step, end }, size });
        }
    }
    parts
}

/// Adds a part after the others, or to the last one where it goes on at the same size.
fn add(parts: &mut Vec<Part>, part: Part) {
    match parts.last_mut() {
        Some(last) if last.interval.end == part.interval.start && last.size == part.size => {
            last.interval.end = part.interval.end;
        }
        _ => parts.push(part),
    }
}
