//! The state of a search: a skyline over the sections, and a trail to take moves back.
//!
//! ```text
//!  floor ──▶ ▒▒▒▒▒▒▒        ▒ settled, that is below a placed bar
//!            ▒▒▒▒▒▒▒░░░░    ░ given up: no bar may come to lie there any more
//!            ▒▒▒    ▒▒▒▒▒▒▒▒
//! ```
//! Every section has a floor below which nothing is left to decide. There are three kinds of moves:
//! a bar is placed on floors that are level all along its span; the floor of one section is raised;
//! or a bar is lifted, that is, decided to lie higher than some floor. Every move is written to a trail with what it replaced. A move costs O(span); a section
//! knows the sizes that are still to come, so that the room left is found in O(1).

use std::ops::Range;

use super::bits::Bits;
use super::grid::Grid;
use super::order::Order;
use super::rules::Rules;
use crate::model::Bytes;

/// There is no plan from here on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dead;

#[derive(Debug, Clone, Copy)]
pub(super) struct Section {
    /// No bar that is still to be placed lies lower. `settled <= floor`.
    pub(super) floor: Bytes,
    /// The top of the highest placed bar.
    pub(super) settled: Bytes,
    /// That bar.
    pub(super) under: Option<usize>,
    /// The sizes of the bars that are still to be placed.
    pub(super) remaining: Bytes,
}

/// What a move replaced.
#[derive(Debug)]
enum Change {
    Section { idx: usize, before: Section },
    Placed { bar: usize },
    Lifted { bar: usize, before: Bytes },
}

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Skyline<'a> {
    pub(super) grid: &'a Grid,
    pub(super) order: &'a Order,
    pub(super) rules: Rules,
    pub(super) target: Bytes,
    pub(super) sections: Vec<Section>,
    /// At `s`: how many bars that are still to be placed are in both section `s - 1` and `s`.
    crossing: Vec<u32>,
    /// One row: the bars that are still to be placed.
    unplaced: Bits,
    offsets: Vec<Bytes>,
    /// For each bar an offset below which it is decided not to lie.
    lifted: Vec<Bytes>,
    trail: Vec<Change>,
    pub(super) moves: u64,
}

impl<'a> Skyline<'a> {
    pub(super) fn new(grid: &'a Grid, order: &'a Order, rules: Rules, target: Bytes) -> Self {
        let empty = |remaining| Section { floor: 0, settled: 0, under: None, remaining };
        let mut unplaced = Bits::rows(1, grid.bars.len());
        let mut crossing = vec![0; grid.section_count() + 1];
        for (idx, bar) in grid.bars.iter().enumerate() {
            unplaced.insert(0, idx);
            bar.span.clone().skip(1).for_each(|section| crossing[section] += 1);
        }
        Skyline {
            grid,
            order,
            rules,
            target,
            sections: grid.loads().into_iter().map(empty).collect(),
            crossing,
            unplaced,
            offsets: vec![0; grid.bars.len()],
            lifted: vec![0; grid.bars.len()],
            trail: Vec::new(),
            moves: 0,
        }
    }

    /// How many moves were made since this was last asked.
    pub(super) fn take_moves(&mut self) -> u64 {
        std::mem::take(&mut self.moves)
    }

    /// Where a bar was placed last.
    pub(super) fn offset(&self, bar: usize) -> Bytes {
        self.offsets[bar]
    }

    pub(super) fn is_placed(&self, bar: usize) -> bool {
        !self.unplaced.contains(0, bar)
    }

    /// Whether it is decided that a bar lies higher than this.
    pub(super) fn is_lifted(&self, bar: usize, offset: Bytes) -> bool {
        offset < self.lifted[bar]
    }

    /// The bars over a section that are still to be placed. Not for a plain grid.
    pub(super) fn unplaced_over(&self, section: usize) -> impl Iterator<Item = usize> + '_ {
        self.grid.over.common(section, &self.unplaced, 0)
    }

    /// Whether a bar that is still to be placed is in both section `at - 1` and `at`.
    pub(super) fn is_crossed(&self, at: usize) -> bool {
        self.crossing[at] > 0
    }

    /// The room that a section has beyond its remaining sizes, were its floor there; `None` if it
    /// lacks room.
    pub(super) fn spare(&self, section: usize, floor: Bytes) -> Option<Bytes> {
        let above = self.target.checked_sub(floor)?;
        if !self.rules.room {
            return Some(above);
        }
        let pinned: Bytes = self.grid.pinned[section]
            .iter()
            .map(|&(low, top)| top.max(floor) - low.max(floor))
            .sum();
        above.checked_sub(self.sections[section].remaining)?.checked_sub(pinned)
    }

    /// The lowest offset for a bar above these heights of its sections.
    pub(super) fn lowest(&self, bar: usize, height: impl Fn(&Section) -> Bytes) -> Bytes {
        let bar = &self.grid.bars[bar];
        let heights = self.sections[bar.span.clone()].iter().map(height);
        let mut offset = heights.max().unwrap_or(0);
        if self.grid.is_plain {
            return offset;
        }
        let pinned = || self.grid.pinned[bar.span.clone()].iter().flatten();
        loop {
            offset = offset.next_multiple_of(bar.alignment);
            let top = offset + bar.size;
            match pinned().find(|&&(low, pin_top)| low < top && offset < pin_top) {
                Some(&(_, pin_top)) => offset = pin_top,
                None => return offset,
            }
        }
    }

    /// Puts a bar on the floor, which is level all along its span.
    pub(super) fn place(&mut self, bar: usize) {
        let Range { start, end } = self.grid.bars[bar].span;
        let offset = self.sections[start].floor;
        let top = offset + self.grid.bars[bar].size;
        for idx in start..end {
            let before = self.sections[idx];
            debug_assert_eq!(before.floor, offset, "the floor is level");
            let remaining = before.remaining - self.grid.bars[bar].size;
            self.trail.push(Change::Section { idx, before });
            self.sections[idx] = Section { floor: top, settled: top, under: Some(bar), remaining };
        }
        self.crossing[start + 1..end].iter_mut().for_each(|crossing| *crossing -= 1);
        self.offsets[bar] = offset;
        self.unplaced.remove(0, bar);
        self.trail.push(Change::Placed { bar });
        self.moves += 1;
    }

    /// Raises the floor of a section in which bars are still to be placed.
    pub(super) fn raise(&mut self, idx: usize, floor: Bytes) -> Result<(), Dead> {
        self.moves += 1;
        if floor >= self.target || self.spare(idx, floor).is_none() {
            return Err(Dead);
        }
        let before = self.sections[idx];
        debug_assert!(before.floor < floor, "a raise is upwards");
        self.trail.push(Change::Section { idx, before });
        self.sections[idx].floor = floor;
        Ok(())
    }

    /// Decides that a bar lies higher than this.
    pub(super) fn lift(&mut self, bar: usize, offset: Bytes) {
        self.moves += 1;
        let before = std::mem::replace(&mut self.lifted[bar], offset + 1);
        self.trail.push(Change::Lifted { bar, before });
    }

    /// A point in the trail to go back to.
    pub(super) fn mark(&self) -> usize {
        self.trail.len()
    }

    /// Takes back what was done since the mark.
    pub(super) fn undo(&mut self, mark: usize) {
        for change in self.trail.drain(mark..).rev() {
            match change {
                Change::Section { idx, before } => self.sections[idx] = before,
                Change::Lifted { bar, before } => self.lifted[bar] = before,
                Change::Placed { bar } => {
                    let Range { start, end } = self.grid.bars[bar].span;
                    self.crossing[start + 1..end].iter_mut().for_each(|crossing| *crossing += 1);
                    self.unplaced.insert(0, bar);
                }
            }
        }
    }
}
