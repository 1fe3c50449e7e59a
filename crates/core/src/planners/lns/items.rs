//! A problem as the search sees it: items in the order of their starts, bytes in units.

use super::conflicts::Conflicts;
use crate::model::{Buffer, BufferIdx, Bytes, Lifetime, Problem};
use crate::planners::unit::unit_of;

/// The largest weight. Times the largest penalty and the most items, costs stay below that of a pin.
const WEIGHT_MAX: u64 = 1 << 16;

/// The buffers that have bytes, as columns.
#[derive(Debug)]
pub(super) struct Items {
    pub(super) buffers: Vec<BufferIdx>,
    /// In bytes.
    pub(super) unit: Bytes,
    /// In units, as the alignments.
    pub(super) sizes: Vec<Bytes>,
    pub(super) alignments: Vec<Bytes>,
    pub(super) are_pinned: Vec<bool>,
    /// What it is worth to have an item placed.
    pub(super) weights: Vec<u64>,
    pub(super) conflicts: Conflicts,
}

impl Items {
    pub(super) fn of(problem: &Problem) -> Items {
        let mut sized: Vec<(BufferIdx, &Buffer)> =
            problem.iter().filter(|(_, buffer)| buffer.size > 0).collect();
        sized.sort_by_key(|(_, buffer)| buffer.lifetime.start);
        let unit = unit_of(problem);
        let lifetimes: Vec<Lifetime> = sized.iter().map(|(_, buffer)| buffer.lifetime).collect();
        Items {
            buffers: sized.iter().map(|&(idx, _)| idx).collect(),
            unit,
            sizes: sized.iter().map(|(_, buffer)| buffer.size / unit).collect(),
            // Whatever divides the unit is kept by every offset.
            alignments: sized.iter().map(|(_, b)| (b.alignment / unit).max(1)).collect(),
            are_pinned: sized.iter().map(|(_, buffer)| buffer.pin.is_some()).collect(),
            weights: weights(sized.iter().map(|(_, buffer)| *buffer), unit),
            conflicts: Conflicts::of(&lifetimes),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.sizes.len()
    }

    /// The largest top.
    pub(super) fn peak(&self, offsets: &[Bytes]) -> Bytes {
        offsets.iter().zip(&self.sizes).map(|(offset, size)| offset + size).max().unwrap_or(0)
    }
}

/// From 1 to the largest weight, as the roots of the areas: what is large is hard to find room for,
/// but some small ones together may be as hard.
fn weights<'a>(buffers: impl Iterator<Item = &'a Buffer>, unit: Bytes) -> Vec<u64> {
    let area = |b: &Buffer| u128::from(b.size / unit) * u128::from(b.lifetime.duration());
    let roots: Vec<u128> = buffers.map(|buffer| area(buffer).isqrt()).collect();
    let most = roots.iter().copied().max().unwrap_or(1);
    let scaled = |root: u128| 1 + root * u128::from(WEIGHT_MAX - 1) / most;
    roots.into_iter().map(|root| u64::try_from(scaled(root)).unwrap_or(WEIGHT_MAX)).collect()
}
