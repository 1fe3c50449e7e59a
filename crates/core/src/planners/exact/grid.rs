//! A problem as the search sees it: bars on a grid of sections, in units.
//!
//! Time is cut into the maximal sections: those whose live set is contained in no other's. Two
//! lifetimes overlap exactly if they share such a section (intervals have the Helly property), so
//! nothing else of time matters. A buffer becomes a bar over consecutive sections; a pinned one
//! takes bytes of each of its sections away. Bytes are counted in a [`unit`](crate::planners::unit)
//! that divides every offset at which a bar rests on something. O(n log n) time; with alignments or
//! pins n² / 64 words.

use std::ops::Range;

use super::bits::Bits;
use crate::model::{Buffer, BufferIdx, Bytes, Problem, Step};
use crate::planners::unit::unit_of;

/// A buffer that is to be placed.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    pub(super) buffer: BufferIdx,
    /// In units, as the alignment.
    pub(super) size: Bytes,
    pub(super) alignment: Bytes,
    /// The sections in which it is live.
    pub(super) span: Range<usize>,
    pub(super) start: Step,
    pub(super) end: Step,
}

/// The bars of a problem over its sections.
#[derive(Debug)]
pub(super) struct Grid {
    /// In bytes.
    pub(super) unit: Bytes,
    pub(super) bars: Vec<Bar>,
    /// For each section the `[low, top)` that are pinned, from below.
    pub(super) pinned: Vec<Vec<(Bytes, Bytes)>>,
    /// Whether a bar may lie wherever there is room: nothing is pinned or aligned.
    pub(super) is_plain: bool,
    /// For each section the bars over it; kept only where `is_plain` is false.
    pub(super) over: Bits,
}

impl Grid {
    pub(super) fn of(problem: &Problem) -> Grid {
        let unit = unit_of(problem);
        let sections = Sections::of(problem);
        let (mut bars, mut pinned) = (Vec::new(), vec![Vec::new(); sections.starts.len()]);
        for (idx, buffer) in problem.iter().filter(|(_, buffer)| buffer.size > 0) {
            let (span, size) = (sections.span(buffer), buffer.size / unit);
            if let Some(pin) = buffer.pin {
                let range = (pin / unit, pin / unit + size);
                pinned[span].iter_mut().for_each(|pinned| pinned.push(range));
                continue;
            }
            let (start, end) = (buffer.lifetime.start, buffer.lifetime.end);
            // Whatever divides the unit is kept by every offset.
            let alignment = (buffer.alignment / unit).max(1);
            bars.push(Bar { buffer: idx, size, alignment, span, start, end });
        }
        for pinned in &mut pinned {
            pinned.sort_unstable();
        }
        let is_plain = pinned.iter().all(Vec::is_empty) && bars.iter().all(|b| b.alignment == 1);
        let over = if is_plain { Bits::rows(0, 0) } else { bars_over(&bars, pinned.len()) };
        Grid { unit, bars, pinned, is_plain, over }
    }

    pub(super) fn section_count(&self) -> usize {
        self.pinned.len()
    }

    /// For each section the sizes of the bars over it.
    pub(super) fn loads(&self) -> Vec<Bytes> {
        let mut loads = vec![0; self.section_count()];
        for bar in &self.bars {
            loads[bar.span.clone()].iter_mut().for_each(|load| *load += bar.size);
        }
        loads
    }
}

fn bars_over(bars: &[Bar], section_count: usize) -> Bits {
    let mut over = Bits::rows(section_count, bars.len());
    for (idx, bar) in bars.iter().enumerate() {
        bar.span.clone().for_each(|section| over.insert(section, idx));
    }
    over
}

/// The maximal sections: each lies between a start and an end with no other event between them.
struct Sections {
    starts: Vec<Step>,
    ends: Vec<Step>,
}

impl Sections {
    fn of(problem: &Problem) -> Sections {
        let sized = problem.buffers().iter().filter(|buffer| buffer.size > 0);
        // At the same step ends (false) come first, as lifetimes are half-open.
        let mut events: Vec<(Step, bool)> =
            sized.flat_map(|b| [(b.lifetime.start, true), (b.lifetime.end, false)]).collect();
        events.sort_unstable();
        let mut sections = Sections { starts: Vec::new(), ends: Vec::new() };
        for pair in events.windows(2) {
            if let [(start, true), (end, false)] = *pair {
                sections.starts.push(start);
                sections.ends.push(end);
            }
        }
        sections
    }

    fn span(&self, buffer: &Buffer) -> Range<usize> {
        let first = self.ends.partition_point(|&end| end <= buffer.lifetime.start);
        let end = self.starts.partition_point(|&start| start < buffer.lifetime.end);
        first..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(buffers: Vec<Buffer>) -> Grid {
        Grid::of(&Problem::new(buffers).unwrap())
    }

    fn spans(grid: &Grid) -> Vec<Range<usize>> {
        grid.bars.iter().map(|bar| bar.span.clone()).collect()
    }

    #[test]
    fn bars_share_a_section_exactly_if_their_lifetimes_overlap() {
        let lifetimes = [(0, 9), (1, 3), (2, 5), (3, 4), (5, 7), (8, 9), (9, 12)];
        let buffers = lifetimes.map(|(start, end)| Buffer::new(1, start, end)).to_vec();
        let grid = grid(buffers.clone());
        for (a, bar) in buffers.iter().zip(&grid.bars) {
            for (b, other) in buffers.iter().zip(&grid.bars) {
                let shared = bar.span.clone().any(|section| other.span.contains(&section));
                assert_eq!(shared, a.conflicts(b), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn only_maximal_sections_are_kept() {
        // The section [0, 1) has a part of what [1, 2) has.
        let grid = grid(vec![Buffer::new(1, 0, 4), Buffer::new(1, 1, 2), Buffer::new(1, 2, 4)]);
        assert_eq!(spans(&grid), [0..2, 0..1, 1..2]);
    }

    #[test]
    fn an_alignment_that_divides_the_unit_is_none() {
        assert!(grid(vec![Buffer::new(64, 0, 1).aligned(64)]).is_plain);
        assert_eq!(grid(vec![Buffer::new(64, 0, 1).aligned(256)]).bars[0].alignment, 4);
    }
}
