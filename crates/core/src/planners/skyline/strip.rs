//! The problem as a pass wants it: sections in place of steps, buffers in the order of their starts.

use super::fence::{Pin, Pins};
use crate::model::{BufferIdx, Bytes, Problem, gcd};
use crate::planners::sections::Sections;

/// A buffer to be placed, live in the sections `first..end`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) first: u32,
    pub(super) end: u32,
    pub(super) size: Bytes,
    pub(super) alignment: Bytes,
    pub(super) idx: BufferIdx,
}

/// Time as a strip of sections, and the buffers that have bytes.
#[derive(Debug)]
pub(in crate::planners) struct Strip {
    /// By start; longest first of those that start together, then largest first.
    pub(super) items: Vec<Item>,
    /// Where the items of each section begin, and where the last ones end.
    starts: Vec<u32>,
    /// The bytes live in each section.
    pub(super) loads: Vec<Bytes>,
    /// Every size and alignment is a multiple of this.
    pub(super) grain: Bytes,
    /// What is placed already and live from before the first section, or beyond the last one.
    pub(super) before: Pins,
    pub(super) after: Pins,
}

/// Buffers to be placed, and those that lie already and keep to one end of time.
#[derive(Debug, Clone, Copy)]
pub(in crate::planners) struct Window<'a> {
    pub(in crate::planners) free: &'a [BufferIdx],
    /// Live from before all of the free ones.
    pub(in crate::planners) before: &'a [BufferIdx],
    /// Live until after all of them.
    pub(in crate::planners) after: &'a [BufferIdx],
}

impl Strip {
    pub(super) fn of(problem: &Problem) -> Strip {
        let sections = Sections::of(problem);
        let placed = problem.iter().filter(|(_, buffer)| buffer.size > 0);
        let items = placed.map(|(idx, buffer)| {
            let (first, end) = sections.range(buffer.lifetime);
            Item { first, end, size: buffer.size, alignment: buffer.alignment, idx }
        });
        Strip::sorted(items.collect(), sections.len())
    }

    /// The free buffers of a window, around those that lie at these offsets.
    pub(in crate::planners) fn within(
        problem: &Problem,
        window: Window<'_>,
        offsets: &[Bytes],
    ) -> Strip {
        let buffer = |idx: &BufferIdx| problem.buffers()[idx.usize()];
        let Window { free, before, after } = window;
        let starting = free.iter().chain(after);
        let sections = Sections::from(starting.map(|idx| buffer(idx).lifetime.start).collect());
        let items = free.iter().map(|idx| {
            let (first, end) = sections.range(buffer(idx).lifetime);
            Item { first, end, size: buffer(idx).size, alignment: buffer(idx).alignment, idx: *idx }
        });
        let mut strip = Strip::sorted(items.collect(), sections.len());
        let count = strip.section_count();
        let pin = |idx: &BufferIdx, reach| {
            let low = offsets[idx.usize()];
            Pin { reach, low, top: low + buffer(idx).size }
        };
        let reach_before = |idx| sections.range(buffer(idx).lifetime).1;
        let reach_after = |idx| count - sections.range(buffer(idx).lifetime).0;
        strip.before = Pins::of(before.iter().map(|idx| pin(idx, reach_before(idx))));
        strip.after = Pins::of(after.iter().map(|idx| pin(idx, reach_after(idx))));
        strip.before.add_to(strip.loads.iter_mut());
        strip.after.add_to(strip.loads.iter_mut().rev());
        strip
    }

    /// The same strip with time running backwards.
    pub(in crate::planners) fn mirrored(&self) -> Strip {
        let count = self.section_count();
        let turned =
            |&item: &Item| Item { first: count - item.end, end: count - item.first, ..item };
        let strip = Strip::sorted(self.items.iter().map(turned).collect(), self.loads.len());
        let loads = self.loads.iter().rev().copied().collect();
        Strip { loads, before: self.after.clone(), after: self.before.clone(), ..strip }
    }

    fn sorted(mut items: Vec<Item>, section_count: usize) -> Strip {
        items.sort_unstable_by_key(|item| (item.first, !item.end, !item.size, item.idx));
        let grain = |grain, item: &Item| gcd(gcd(grain, item.size), item.alignment);
        Strip {
            starts: starts(&items, section_count),
            loads: loads(&items, section_count),
            grain: items.iter().fold(0, grain),
            items,
            before: Pins::default(),
            after: Pins::default(),
        }
    }

    pub(super) fn section_count(&self) -> u32 {
        // There are no more sections than buffers, whose number is an index of 32 bits.
        u32::try_from(self.loads.len()).unwrap_or(u32::MAX)
    }

    /// The position of the first item that starts at this section or later.
    pub(super) fn position(&self, section: u32) -> usize {
        self.starts[section as usize] as usize
    }
}

fn starts(items: &[Item], section_count: usize) -> Vec<u32> {
    let mut starts = vec![0; section_count + 1];
    for item in items {
        starts[item.first as usize + 1] += 1;
    }
    for section in 0..section_count {
        starts[section + 1] += starts[section];
    }
    starts
}

fn loads(items: &[Item], section_count: usize) -> Vec<Bytes> {
    // What is added and what is taken away at each section; the sum up to it is never negative.
    let mut changes = vec![0_i64; section_count + 1];
    for item in items {
        changes[item.first as usize] += item.size.cast_signed();
        changes[item.end as usize] -= item.size.cast_signed();
    }
    let sums = changes.iter().take(section_count).scan(0_i64, |load, change| {
        *load += change;
        Some(load.cast_unsigned())
    });
    sums.collect()
}
