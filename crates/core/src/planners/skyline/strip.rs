//! The problem as a pass wants it: sections in place of steps, buffers in the order of their starts.

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
pub(super) struct Strip {
    /// By start; longest first of those that start together, then largest first.
    pub(super) items: Vec<Item>,
    /// Where the items of each section begin, and where the last ones end.
    starts: Vec<u32>,
    /// The bytes live in each section.
    pub(super) loads: Vec<Bytes>,
    /// Every size and alignment is a multiple of this.
    pub(super) grain: Bytes,
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

    /// The same strip with time running backwards.
    pub(super) fn mirrored(&self) -> Strip {
        let count = self.section_count();
        let turned =
            |&item: &Item| Item { first: count - item.end, end: count - item.first, ..item };
        Strip::sorted(self.items.iter().map(turned).collect(), self.loads.len())
    }

    fn sorted(mut items: Vec<Item>, section_count: usize) -> Strip {
        items.sort_unstable_by_key(|item| (item.first, !item.end, !item.size, item.idx));
        let grain = |grain, item: &Item| gcd(gcd(grain, item.size), item.alignment);
        Strip {
            starts: starts(&items, section_count),
            loads: loads(&items, section_count),
            grain: items.iter().fold(0, grain),
            items,
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
