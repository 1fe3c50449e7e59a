//! Which bytes are taken when: a segment tree over the [`sections`](super::sections) of time.
//!
//! Each node keeps two sets of taken bytes:
//! * `cover`: of buffers that are live in all of the node's sections and not in all of its parent's,
//! * `touch`: of buffers that are in the `cover` of a node below.
//!
//! The bytes taken at some time of a lifetime are both sets of the nodes that make up the lifetime,
//! and the `cover` of all nodes above them: O(log n) sets, whose common holes are read
//! from the bottom up. As touching ranges are merged, the sets stay short where the plan is dense.

use super::ranges::{Holes, Range, Ranges};
use crate::model::Bytes;

/// The bytes taken in each section.
#[derive(Debug)]
pub(super) struct Taken {
    leaf_count: usize,
    /// The nodes of the tree; the children of `i` are `2i` and `2i + 1`.
    cover: Vec<Ranges>,
    touch: Vec<Ranges>,
}

impl Taken {
    /// Nothing in so many sections.
    pub(super) fn over(section_count: usize) -> Taken {
        let leaf_count = section_count.next_power_of_two();
        let nodes = vec![Ranges::default(); 2 * leaf_count];
        Taken { leaf_count, cover: nodes.clone(), touch: nodes }
    }

    /// The sections `first..end`.
    pub(super) fn span(&self, (first, end): (u32, u32)) -> Span {
        Span { first: self.leaf_count + first as usize, last: self.leaf_count + end as usize - 1 }
    }

    pub(super) fn insert(&mut self, span: Span, range: Range) {
        for node in span.parts() {
            self.cover[node].insert(range);
        }
        for node in span.above() {
            self.touch[node].insert(range);
        }
    }

    /// What is free in all sections of all spans, from an offset upwards.
    pub(super) fn holes(&self, spans: impl Iterator<Item = Span>, from: Bytes) -> Holes<'_> {
        let sets = spans.flat_map(|span| {
            let inside = span.parts().flat_map(|node| [&self.touch[node], &self.cover[node]]);
            inside.chain(span.above().map(|node| &self.cover[node]))
        });
        Holes::between(sets, from)
    }
}

/// The leaves `first..=last` of a segment tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    first: usize,
    last: usize,
}

impl Span {
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
