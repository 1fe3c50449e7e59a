//! One side of the peak.
//!
//! What a sweep needs to know of a buffer is copied into the order of the starts, in which it is
//! read: buffers that are live together lie side by side in memory, in whatever order the problem
//! has them.

use std::cmp::Reverse;

use super::AtPeak;
use super::blocks::Blocks;
use super::holes::{Move, Request};
use crate::limits::Deadline;
use crate::model::{Buffer, BufferIdx, Bytes, Lifetime, Problem, Reason, Step};

/// One side of the peak, with time running away from it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Half {
    peak: Step,
    turned: bool,
}

impl Half {
    pub(super) fn after(peak: Step) -> Half {
        Half { peak, turned: false }
    }

    pub(super) fn before(peak: Step) -> Half {
        // The last step is `MAX - 1`, as every lifetime ends after it starts.
        Half { peak: Step::MAX - 1 - peak, turned: true }
    }

    /// A buffer with its lifetime as this half sees it.
    fn seen(self, (idx, buffer): (BufferIdx, &Buffer)) -> Seen {
        let Buffer { size, alignment, lifetime: Lifetime { start, end }, .. } = *buffer;
        let (start, end) =
            if self.turned { (Step::MAX - end, Step::MAX - start) } else { (start, end) };
        Seen { size, alignment, start, end, idx }
    }

    /// What happens in this half: largest first of those that start together, since a large one has
    /// the least choice.
    pub(super) fn events(self, problem: &Problem, at_peak: &AtPeak) -> Events {
        let at_peak = at_peak.live.iter().map(|&idx| (idx, &problem.buffers()[idx.usize()]));
        let mut seen: Vec<Seen> = at_peak.map(|buffer| self.seen(buffer)).collect();
        let live_count = seen.len();
        let free = problem.iter().filter(|(_, buffer)| super::is_free(buffer));
        let later = free.map(|buffer| self.seen(buffer)).filter(|seen| seen.start > self.peak);
        seen.extend(later);
        seen[live_count..].sort_unstable_by_key(|seen| (seen.start, Reverse(seen.size), seen.idx));
        // No more than there are buffers, whose number is an index of 32 bits.
        let mut ends: Vec<(Step, u32)> = seen.iter().map(|seen| seen.end).zip(0..).collect();
        ends.sort_unstable();
        Events { live_count, seen, ends }
    }
}

/// So often it may turn out that nothing can make way, which is what takes long to find out.
const FAILURES_MAX: usize = 128;

/// A buffer as a half sees it.
#[derive(Debug, Clone, Copy)]
struct Seen {
    size: Bytes,
    alignment: Bytes,
    start: Step,
    end: Step,
    idx: BufferIdx,
}

/// The starts and ends of a half in their orders.
#[derive(Debug)]
pub(super) struct Events {
    /// How many are live at the peak: they come first, and lie already.
    live_count: usize,
    /// By start.
    seen: Vec<Seen>,
    /// By end: positions in `seen`.
    ends: Vec<(Step, u32)>,
}

impl Events {
    /// Places the buffers of a half, below a ceiling as long as others can make way.
    /// When a limit is reached the rest is kept apart, above all else.
    pub(super) fn sweep(
        self,
        at_peak: &AtPeak,
        ceiling: Bytes,
        offsets: &mut [Bytes],
        deadline: &Deadline,
    ) -> Option<Reason> {
        let Events { live_count, seen, ends } = self;
        let mut holes = at_peak.holes.clone();
        // By position in `seen`.
        let mut blocks = at_peak.blocks.clone();
        blocks.resize(seen.len(), 0);
        for (block, seen) in blocks.iter().zip(&seen[..live_count]) {
            holes.ends(*block, seen.end);
        }
        let mut ceiling = ceiling.max(holes.top());
        let (mut moves, mut failures) = (Vec::new(), 0);
        let mut ends = ends.into_iter().peekable();
        for (at, &Seen { size, alignment, start, end, idx }) in
            seen.iter().enumerate().skip(live_count)
        {
            if let Some(reason) = deadline.reached() {
                let rest = Rest { seen: &seen, from: at, base: holes.top(), offsets };
                rest.place(ends);
                return Some(reason);
            }
            while let Some((_, ended)) = ends.next_if(|&(end, _)| end <= start) {
                holes.give(blocks[ended as usize]);
            }
            // No more than there are buffers, whose number is an index of 32 bits.
            let owner = u32::try_from(at).unwrap_or(u32::MAX);
            let request = Request { size, alignment, start, end, owner };
            (offsets[idx.usize()], blocks[at]) = holes.take_below(ceiling, request, &mut moves);
            for Move { owner, offset, block } in moves.drain(..) {
                offsets[seen[owner as usize].idx.usize()] = offset;
                blocks[owner as usize] = block;
            }
            let top = offsets[idx.usize()] + size;
            if top > ceiling {
                // What was not to be had once is not asked for again, and in the end nothing is.
                failures += 1;
                ceiling = if failures < FAILURES_MAX { top } else { Bytes::MAX };
            }
        }
        None
    }
}

/// What is left of a half when there is no more time for it.
struct Rest<'a> {
    seen: &'a [Seen],
    /// The first that has no place.
    from: usize,
    /// Above all that has.
    base: Bytes,
    offsets: &'a mut [Bytes],
}

impl Rest<'_> {
    fn place(self, ends: impl Iterator<Item = (Step, u32)>) {
        let rest = &self.seen[self.from..];
        // The most bytes that they take on top of each other.
        let stacked = rest.iter().map(|seen| seen.size + seen.alignment).sum();
        let mut blocks = Blocks::above(self.base, stacked);
        let mut ends = ends.peekable();
        for &Seen { size, alignment, start, idx, .. } in rest {
            while let Some((_, ended)) = ends.next_if(|&(end, _)| end <= start) {
                let Seen { size, alignment, idx, .. } = self.seen[ended as usize];
                let offset = self.offsets[idx.usize()];
                if offset >= self.base {
                    blocks.give(offset, size, alignment);
                }
            }
            self.offsets[idx.usize()] = blocks.take(size, alignment);
        }
    }
}
