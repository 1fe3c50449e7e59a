//! The orders in which buffers are placed one after another.

use std::cmp::Reverse;

use crate::model::{Buffer, BufferIdx, Problem};

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Size,
    Area,
    Duration,
    Start,
}

impl Order {
    /// All buffers in this order. Ties fall to the longer or larger buffer, then to the smaller
    /// index, so that the order is always the same.
    pub(super) fn of(self, problem: &Problem) -> Vec<BufferIdx> {
        let mut order: Vec<(BufferIdx, &Buffer)> = problem.iter().collect();
        let size = |b: &Buffer| Reverse(b.size);
        let duration = |b: &Buffer| Reverse(b.lifetime.duration());
        let area = |b: &Buffer| Reverse(u128::from(b.size) * u128::from(b.lifetime.duration()));
        // The sort is stable: what is equal stays in the order of the indices.
        match self {
            Order::Size => order.sort_by_key(|(_, b)| (size(b), duration(b))),
            Order::Area => order.sort_by_key(|(_, b)| (area(b), size(b))),
            Order::Duration => order.sort_by_key(|(_, b)| (duration(b), size(b))),
            Order::Start => order.sort_by_key(|(_, b)| (b.lifetime.start, size(b))),
        }
        order.into_iter().map(|(idx, _)| idx).collect()
    }
}
