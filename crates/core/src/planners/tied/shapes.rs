//! Items over sections of time.
//!
//! An item has levels: so many bytes in these sections. Pairs to be kept apart get sections of their
//! own after all others, in which just the two are live. Two items can share bytes in a plan exactly
//! if there is no section in which their bytes would be the same. O(n log n).

use crate::analysis::Reduced;
use crate::model::{Bytes, gcd};
use crate::planners::sections::Sections;

/// The items of a problem, ready to be placed.
#[derive(Debug)]
pub(in crate::planners) struct Shapes {
    pub(super) items: Vec<Shape>,
    pub(super) section_count: u32,
    /// What all alignments are multiples of.
    pub(super) grain: Bytes,
}

/// What is to be placed at one offset.
#[derive(Debug)]
pub(super) struct Shape {
    /// The most bytes it needs at any time.
    pub(super) size: Bytes,
    pub(super) alignment: Bytes,
    pub(super) pin: Option<Bytes>,
    /// By size, largest first; none without bytes.
    pub(super) levels: Vec<Level>,
}

/// So many bytes in these sections, each `first..end`.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) size: Bytes,
    pub(super) sections: Vec<(u32, u32)>,
}

impl Shapes {
    pub(in crate::planners) fn of(reduced: &Reduced) -> Shapes {
        let starts = reduced.parts.iter().flatten().map(|part| part.interval.start);
        let sections = Sections::from(starts.collect());
        let in_time = index(sections.len());
        let of_parts = reduced.parts.iter().map(|parts| {
            parts.iter().map(|part| (part.size, sections.range(part.interval))).collect()
        });
        let mut needs: Vec<Vec<(Bytes, (u32, u32))>> = of_parts.collect();
        for (section, pair) in (in_time..).zip(&reduced.apart) {
            for &(item, size) in pair {
                needs[item].push((size, (section, section + 1)));
            }
        }
        let items = reduced.items.iter().zip(needs).map(|(item, needs)| Shape {
            size: item.size,
            alignment: item.alignment,
            pin: item.pin,
            levels: levels(needs),
        });
        Shapes {
            items: items.collect(),
            section_count: in_time + index(reduced.apart.len()),
            grain: reduced.items.iter().fold(0, |grain, item| gcd(grain, item.alignment)),
        }
    }

    /// The largest top.
    pub(super) fn peak(&self, offsets: &[Bytes]) -> Bytes {
        let tops = self.items.iter().zip(offsets).map(|(item, offset)| offset + item.size);
        tops.max().unwrap_or(0)
    }
}

/// Sections are counted in 32 bits: there are no more than parts and pairs, whose memory ends first.
fn index(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn levels(mut needs: Vec<(Bytes, (u32, u32))>) -> Vec<Level> {
    needs.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let of_size = needs.chunk_by(|a, b| a.0 == b.0);
    of_size
        .map(|level| Level {
            size: level[0].0,
            sections: level.iter().map(|&(_, sections)| sections).collect(),
        })
        .collect()
}
