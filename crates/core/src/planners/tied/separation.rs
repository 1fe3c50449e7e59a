//! How far apart two items must lie, as a table for few items.
//!
//! Where both are live, the lower one needs its bytes of that time before the upper one begins: the
//! most that it needs in any section of both. Two items with such a section lie in one order at all
//! of them, since both have bytes there. O(n²) memory.

use super::shapes::{Shape, Shapes};
use crate::model::Bytes;

/// Most items, for a table of 8 MB, and most parts, which are compared with each other.
const ITEMS_MAX: usize = 1_000;
const PARTS_MAX: usize = 4_096;

/// The distances of all pairs.
#[derive(Debug)]
pub(in crate::planners) struct Separation {
    count: usize,
    distances: Vec<Bytes>,
}

impl Separation {
    /// The distances of the items, unless they are too many.
    pub(in crate::planners) fn of(shapes: &Shapes) -> Option<Separation> {
        let count = shapes.items.len();
        let part_count = shapes.items.iter().flat_map(needs).count();
        if count > ITEMS_MAX || part_count > PARTS_MAX {
            return None;
        }
        let distance = |cell: usize| {
            let (lower, upper) = (cell / count, cell % count);
            if lower == upper { 0 } else { distance(&shapes.items[lower], &shapes.items[upper]) }
        };
        Some(Separation { count, distances: (0..count * count).map(distance).collect() })
    }

    /// How far above the offset of the lower item that of the upper one must be; 0 if the two may
    /// share bytes.
    pub(in crate::planners) fn between(&self, lower: usize, upper: usize) -> Bytes {
        self.distances[lower * self.count + upper]
    }
}

/// Every part of an item with its bytes.
fn needs(shape: &Shape) -> impl Iterator<Item = (Bytes, (u32, u32))> {
    let of_level = |level: &super::shapes::Level| {
        let size = level.size;
        level.sections.clone().into_iter().map(move |sections| (size, sections))
    };
    shape.levels.iter().flat_map(of_level)
}

fn distance(lower: &Shape, upper: &Shape) -> Bytes {
    let meets = |(first, end): (u32, u32)| {
        needs(upper).any(|(_, (other_first, other_end))| first < other_end && other_first < end)
    };
    // The largest come first.
    needs(lower).find(|&(_, sections)| meets(sections)).map_or(0, |(size, _)| size)
}
