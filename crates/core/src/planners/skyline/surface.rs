//! The skyline itself: how high each section is filled.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::model::Bytes;

/// Neighbouring sections of one height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) first: u32,
    pub(super) end: u32,
    pub(super) height: Bytes,
}

/// Segments from the first section to the last.
///
/// Invariants: the segment that begins at section `f` is `nodes[f]`, whose `end` is 0 when no
/// segment begins there; each ends where the next begins; neighbours differ in height. For each
/// segment the heap has an entry; entries of segments that changed are skipped when met.
#[derive(Debug, Default)]
pub(super) struct Surface {
    nodes: Vec<Node>,
    lowest: BinaryHeap<Reverse<(Bytes, u32)>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Node {
    height: Bytes,
    end: u32,
    /// Where the segment before begins; for the first one, itself.
    before: u32,
}

impl Surface {
    /// Makes all sections one segment of height 0.
    pub(super) fn reset(&mut self, section_count: u32) {
        self.nodes.clear();
        self.nodes.resize(section_count as usize, Node::default());
        self.lowest.clear();
        self.set(Segment { first: 0, end: section_count, height: 0 }, 0);
    }

    /// The lowest segment, the first one of these.
    pub(super) fn lowest(&mut self) -> Segment {
        loop {
            let Some(&Reverse((height, first))) = self.lowest.peek() else {
                unreachable!("every segment has an entry")
            };
            let Node { height: now, end, .. } = self.nodes[first as usize];
            if end != 0 && now == height {
                return Segment { first, end, height };
            }
            self.lowest.pop();
        }
    }

    /// The largest height.
    pub(super) fn highest(&self) -> Bytes {
        let segments = self.nodes.iter().filter(|node| node.end != 0);
        segments.map(|node| node.height).max().unwrap_or(0)
    }

    /// Raises the sections of `part`, which lie in the segment `of`, to the height of `part`.
    pub(super) fn raise(&mut self, of: Segment, part: Segment) {
        let mut before = self.nodes[of.first as usize].before;
        let mut raised = part;
        self.nodes[of.first as usize].end = 0;
        if of.first < part.first {
            self.set(Segment { end: part.first, ..of }, before);
            before = of.first;
        } else if part.first > 0 && self.height(before) == part.height {
            raised.first = before;
            before = self.nodes[before as usize].before;
        }
        if part.end < of.end {
            self.set(Segment { first: part.end, ..of }, raised.first);
            self.follow(of.end, part.end);
        } else if self.nodes.get(part.end as usize).is_some_and(|n| n.height == part.height) {
            raised.end = std::mem::take(&mut self.nodes[part.end as usize].end);
        }
        self.set(raised, before);
        if part.end == of.end {
            self.follow(raised.end, raised.first);
        }
    }

    /// The height of the lower neighbour of a segment, its own if it has none.
    pub(super) fn lower_neighbour(&self, of: Segment) -> Bytes {
        let before = self.nodes[of.first as usize].before;
        let left = (of.first > 0).then(|| self.height(before));
        let right = self.nodes.get(of.end as usize).map(|node| node.height);
        left.into_iter().chain(right).min().unwrap_or(of.height)
    }

    /// Notes that before the segment that begins at `first`, if there is one, `before` begins.
    fn follow(&mut self, first: u32, before: u32) {
        if let Some(node) = self.nodes.get_mut(first as usize) {
            node.before = before;
        }
    }

    fn height(&self, first: u32) -> Bytes {
        self.nodes[first as usize].height
    }

    fn set(&mut self, segment: Segment, before: u32) {
        let Segment { first, end, height } = segment;
        self.nodes[first as usize] = Node { height, end, before };
        self.lowest.push(Reverse((height, first)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planners::random::Random;

    /// The runs of equal heights.
    fn runs(heights: &[Bytes]) -> Vec<Segment> {
        let mut first = 0;
        let runs = heights.chunk_by(|a, b| a == b).map(|run| {
            let end = first + u32::try_from(run.len()).unwrap();
            Segment { first: std::mem::replace(&mut first, end), end, height: run[0] }
        });
        runs.collect()
    }

    /// From left to right, following the ends; each must name the one before it.
    fn segments(surface: &Surface) -> Vec<Segment> {
        let mut found: Vec<Segment> = Vec::new();
        let mut first = 0;
        while let Some(&Node { height, end, before }) = surface.nodes.get(first as usize) {
            assert_eq!(before, found.last().map_or(0, |last| last.first));
            found.push(Segment { first, end, height });
            first = end;
        }
        assert_eq!(surface.nodes.iter().filter(|node| node.end != 0).count(), found.len());
        found
    }

    #[test]
    fn it_is_what_an_array_of_heights_says() {
        for section_count in [1, 2, 3, 9, 20] {
            let mut random = Random::new(section_count.into());
            let mut heights: Vec<Bytes> = vec![0; section_count as usize];
            let mut surface = Surface::default();
            surface.reset(section_count);
            for _ in 0..300 {
                let expected = runs(&heights);
                assert_eq!(segments(&surface), expected);
                let lowest = surface.lowest();
                assert_eq!(Some(&lowest), expected.iter().min_by_key(|segment| segment.height));
                assert_eq!(Some(surface.highest()), heights.iter().copied().max());
                let at = expected.iter().position(|segment| *segment == lowest).unwrap();
                let neighbours = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
                let lower = neighbours.filter_map(|at| Some(expected.get(at)?.height)).min();
                let lower = lower.unwrap_or(lowest.height);
                assert_eq!(surface.lower_neighbour(lowest), lower);
                let below = |count: u32| u32::try_from(random.below(count.into())).unwrap();
                let raised = part(lowest, lower, below);
                surface.raise(lowest, raised);
                heights[raised.first as usize..raised.end as usize].fill(raised.height);
            }
        }
    }

    /// All of a segment at the height of its neighbour, or some of it a little higher.
    fn part(of: Segment, neighbour: Bytes, mut below: impl FnMut(u32) -> u32) -> Segment {
        if neighbour > of.height && below(3) == 0 {
            return Segment { height: neighbour, ..of };
        }
        let first = of.first + below(of.end - of.first);
        let end = first + 1 + below(of.end - first);
        Segment { first, end, height: of.height + 1 + Bytes::from(below(3)) }
    }
}
