//! Placing one buffer after another: what all fitting planners share.
//!
//! The placed buffers are kept in a segment tree over the [`sections`](super::sections) of time.
//! Each node keeps two sets of taken bytes:
//! * `cover`: of buffers that are live in all of the node's sections and not in all of its parent's,
//! * `touch`: of buffers that are in the `cover` of a node below.
//!
//! The bytes taken at some time of a lifetime are both sets of the nodes that make up the lifetime,
//! and the `cover` of all nodes above them: O(log n) sets, whose common holes are read
//! from the bottom up. As touching ranges are merged, the sets stay short where the plan is dense,
//! so that this gives the same offsets as a walk over all conflicting buffers at a fraction of the
//! cost: O(log n) range insertions and one merge of O(log n) sets for each buffer.

use super::ranges::{Holes, Range, Ranges};
use super::sections::Sections;
use crate::limits::Deadline;
use crate::model::{Buffer, BufferIdx, Bytes, Error, Plan, Problem, Reason, gcd};

/// Which hole a buffer goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// The lowest that is large enough.
    FirstFit,
    /// The smallest that is large enough; the lowest of these.
    BestFit,
}

/// Places the pinned buffers, then the others in the given order. When a limit is reached the rest
/// is stacked on top, so that the offsets are always complete and valid.
pub(super) fn place_in_order(
    problem: &Problem,
    order: &[BufferIdx],
    rule: Rule,
    deadline: &Deadline,
) -> (Vec<Bytes>, Option<Reason>) {
    let mut placed = Placed::of_pins(problem);
    let mut rest = order.iter().copied().filter(|idx| !placed.is_settled(*idx)).collect::<Vec<_>>();
    rest.reverse();
    while let Some(&idx) = rest.last() {
        if let Some(reason) = deadline.reached() {
            rest.into_iter().rev().for_each(|idx| placed.stack(idx));
            return (placed.offsets, Some(reason));
        }
        let offset = placed.fit(idx, rule);
        placed.put(idx, offset);
        rest.pop();
    }
    (placed.offsets, None)
}

/// The plan these offsets make, with the bound that is known without a search.
pub(super) fn plan_of(problem: &Problem, offsets: Vec<Bytes>) -> Plan {
    let tops = offsets.iter().zip(problem.buffers()).map(|(offset, buffer)| offset + buffer.size);
    let peak = tops.max().unwrap_or(0);
    let (lower_bound, certificate) = crate::analysis::lower_bound(problem);
    let plan = Plan { offsets, peak, lower_bound, certificate };
    // Whether the plan fits the capacity is for the outcome to say.
    debug_assert_eq!(judge(problem, &plan), Ok(()), "a planner made an invalid plan");
    plan
}

/// Whether the plan is valid, be it within the capacity or not.
pub(super) fn judge(problem: &Problem, plan: &Plan) -> Result<(), Error> {
    crate::check(&problem.clone().with_capacity(None), plan)
}

/// The buffers placed so far. Buffers without bytes collide with nothing and are not kept.
struct Placed<'a> {
    problem: &'a Problem,
    sections: Sections,
    /// The nodes of the tree; the children of `i` are `2i` and `2i + 1`.
    cover: Vec<Ranges>,
    touch: Vec<Ranges>,
    offsets: Vec<Bytes>,
    top: Bytes,
    /// What all alignments are multiples of: a hole below this is of no use to anybody, so taken
    /// ranges are rounded up to it, which lets more of them merge.
    grain: Bytes,
}

impl<'a> Placed<'a> {
    fn of_pins(problem: &'a Problem) -> Placed<'a> {
        let sections = Sections::of(problem);
        let node_count = 2 * leaf_count(&sections);
        let mut placed = Placed {
            problem,
            sections,
            cover: vec![Ranges::default(); node_count],
            touch: vec![Ranges::default(); node_count],
            offsets: vec![0; problem.len()],
            top: 0,
            grain: problem.buffers().iter().fold(0, |grain, b| gcd(grain, b.alignment)),
        };
        for (idx, buffer) in problem.iter() {
            if let Some(pin) = buffer.pin {
                placed.put(idx, pin);
            }
        }
        placed
    }

    fn buffer(&self, idx: BufferIdx) -> &'a Buffer {
        &self.problem.buffers()[idx.usize()]
    }

    /// Whether nothing is left to decide about it: it is pinned, or has no bytes.
    fn is_settled(&self, idx: BufferIdx) -> bool {
        let buffer = self.buffer(idx);
        buffer.pin.is_some() || buffer.size == 0
    }

    fn put(&mut self, idx: BufferIdx, offset: Bytes) {
        let buffer = self.buffer(idx);
        self.offsets[idx.usize()] = offset;
        let top = offset + buffer.size;
        self.top = self.top.max(top);
        if buffer.size == 0 {
            return;
        }
        let range = (offset, top.next_multiple_of(self.grain));
        let span = Span::of(buffer, &self.sections);
        for node in span.parts() {
            self.cover[node].insert(range);
        }
        for node in span.above() {
            self.touch[node].insert(range);
        }
    }

    fn fit(&self, idx: BufferIdx, rule: Rule) -> Bytes {
        let buffer = self.buffer(idx);
        let span = Span::of(buffer, &self.sections);
        let inside = span.parts().flat_map(|node| [&self.touch[node], &self.cover[node]]);
        let across = span.above().map(|node| &self.cover[node]);
        let mut fitting = Holes::between(inside.chain(across))
            .filter_map(|hole| Some((aligned_in(hole, buffer)?, hole.1 - hole.0)));
        match rule {
            Rule::FirstFit => fitting.next(),
            Rule::BestFit => fitting.min_by_key(|&(_, length)| length),
        }
        .map_or(self.top, |(offset, _)| offset)
    }

    /// Above everything: the cheapest place that is certainly free.
    fn stack(&mut self, idx: BufferIdx) {
        let Buffer { size, alignment, .. } = *self.buffer(idx);
        let offset = self.top.next_multiple_of(alignment);
        self.offsets[idx.usize()] = offset;
        self.top = offset + size;
    }
}

/// The lowest offset in a hole at which the buffer has room.
fn aligned_in((low, high): Range, buffer: &Buffer) -> Option<Bytes> {
    let offset = low.checked_next_multiple_of(buffer.alignment)?;
    let top = offset.checked_add(buffer.size)?;
    (top <= high).then_some(offset)
}

fn leaf_count(sections: &Sections) -> usize {
    sections.len().next_power_of_two()
}

/// The leaves `first..=last` of a segment tree.
#[derive(Clone, Copy)]
struct Span {
    first: usize,
    last: usize,
}

impl Span {
    fn of(buffer: &Buffer, sections: &Sections) -> Span {
        let (first, end) = sections.range(buffer.lifetime);
        let leaf_count = leaf_count(sections);
        Span { first: leaf_count + first as usize, last: leaf_count + end as usize - 1 }
    }

    /// The largest nodes that together make up the span.
    fn parts(self) -> impl Iterator<Item = usize> {
        let (mut first, mut end) = (self.first, self.last + 1);
        std::iter::from_fn(move || {
            (first < end).then(|| {
                let pair = [(first % 2 == 1).then_some(first), (end % 2 == 1).then(|| end - 1)];
                first = first.div_ceil(2);
                end /= 2;
                pair
            })
        })
        .flatten()
        .flatten()
    }

    /// The nodes above the parts: those on the way from the ends of the span to the root whose
    /// leaves are not all in the span.
    fn above(self) -> impl Iterator<Item = usize> {
        let Span { first, last } = self;
        let levels = 1..=first.ilog2();
        levels.flat_map(move |level| {
            let (left, right) = (first >> level, last >> level);
            let leaves = move |node: usize| (node << level, ((node + 1) << level) - 1);
            let sticks_out = move |&node: &usize| leaves(node).0 < first || leaves(node).1 > last;
            let distinct = (right != left).then_some(right);
            [Some(left), distinct].into_iter().flatten().filter(sticks_out)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks down from the root, the way segment trees are usually told.
    fn walk(
        node: usize,
        leaves: (usize, usize),
        span: Span,
        parts: &mut Vec<usize>,
        above: &mut Vec<usize>,
    ) {
        if leaves.1 < span.first || span.last < leaves.0 {
            return;
        }
        if span.first <= leaves.0 && leaves.1 <= span.last {
            return parts.push(node);
        }
        above.push(node);
        let middle = usize::midpoint(leaves.0, leaves.1);
        walk(2 * node, (leaves.0, middle), span, parts, above);
        walk(2 * node + 1, (middle + 1, leaves.1), span, parts, above);
    }

    #[test]
    fn parts_and_above_are_those_of_a_walk_from_the_root() {
        for leaf_count in [1, 2, 4, 8, 16] {
            for first in leaf_count..2 * leaf_count {
                for last in first..2 * leaf_count {
                    let span = Span { first, last };
                    let (mut parts, mut above) = (vec![], vec![]);
                    walk(1, (leaf_count, 2 * leaf_count - 1), span, &mut parts, &mut above);
                    let sorted = |nodes: &mut dyn Iterator<Item = usize>| {
                        let mut nodes: Vec<usize> = nodes.collect();
                        nodes.sort_unstable();
                        nodes
                    };
                    assert_eq!(sorted(&mut span.parts()), sorted(&mut parts.into_iter()));
                    assert_eq!(sorted(&mut span.above()), sorted(&mut above.into_iter()));
                }
            }
        }
    }
}
