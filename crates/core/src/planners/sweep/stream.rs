//! A plan for a run that is too long to be held: each buffer is placed when it comes.
//!
//! Buffers come in the order of their starts; each says when it will end. What has ended gives its
//! room back, and the new one goes where the sweep would put it (`holes`): O(log live) time for each
//! buffer, O(live) memory in all. Without a look ahead a plan is worse than one of the whole; the
//! largest load is the lower bound all the same.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::holes::{Holes, MANNERS, Request};
use crate::model::{BYTES_MAX, BufferIdx, Bytes, Error, Lifetime, Step};

/// Places buffers one by one, in the order of their starts.
///
/// ```
/// use memo_malloc::model::Lifetime;
/// use memo_malloc::planners::Stream;
///
/// let mut stream = Stream::new();
/// let mut place = |size, start, end| stream.place(size, 64, Lifetime { start, end });
/// assert_eq!(place(1000, 0, 2)?, 0);
/// assert_eq!(place(500, 1, 3)?, 1024);
/// assert_eq!(place(1000, 2, 4)?, 0); // the first has ended
/// assert_eq!((stream.peak(), stream.lower_bound()), (1524, 1500));
/// # Ok::<(), memo_malloc::Error>(())
/// ```
#[derive(Debug)]
pub struct Stream {
    holes: Holes,
    /// What is live: when it ends, its block, its size.
    ends: BinaryHeap<Reverse<(Step, u32, Bytes)>>,
    now: Step,
    count: u32,
    live: Bytes,
    max_load: Bytes,
    peak: Bytes,
}

impl Stream {
    /// Nothing is placed.
    pub fn new() -> Stream {
        let holes = Holes::between(Vec::new(), 1, MANNERS[0]);
        let ends = BinaryHeap::new();
        Stream { holes, ends, now: 0, count: 0, live: 0, max_load: 0, peak: 0 }
    }

    /// The offset of the next buffer: a multiple of its alignment, no byte of it in a live one.
    ///
    /// # Errors
    /// `OUT_OF_ORDER` when one that started later has come before, `EMPTY_LIFETIME`,
    /// `BAD_ALIGNMENT` when the alignment is 0, `TOO_LARGE` when it would end beyond 2^63 − 1. The
    /// buffer is not placed then, and the stream can go on.
    pub fn place(
        &mut self,
        size: Bytes,
        alignment: Bytes,
        lifetime: Lifetime,
    ) -> Result<Bytes, Error> {
        self.judge(size, alignment, lifetime)?;
        self.count = self.count.saturating_add(1);
        self.now = lifetime.start;
        self.end_until(lifetime.start);
        if size == 0 {
            return Ok(0);
        }
        let request = Request { size, alignment, start: 0, end: lifetime.end, owner: 0 };
        let (offset, block) = self.holes.take(request);
        self.ends.push(Reverse((lifetime.end, block, size)));
        self.live += size;
        self.max_load = self.max_load.max(self.live);
        self.peak = self.peak.max(offset + size);
        Ok(offset)
    }

    /// The largest top so far.
    pub fn peak(&self) -> Bytes {
        self.peak
    }

    /// The largest load so far: no plan has a lower peak.
    pub fn lower_bound(&self) -> Bytes {
        self.max_load
    }

    fn judge(&self, size: Bytes, alignment: Bytes, lifetime: Lifetime) -> Result<(), Error> {
        let buffer = BufferIdx(self.count);
        if lifetime.start >= lifetime.end {
            return Err(Error::EmptyLifetime { buffer, lifetime });
        }
        if lifetime.start < self.now {
            return Err(Error::OutOfOrder { buffer, start: lifetime.start, now: self.now });
        }
        if alignment == 0 {
            return Err(Error::BadAlignment { buffer, alignment });
        }
        let padded = size.checked_add(alignment).and_then(|padded| padded.checked_add(self.peak));
        if padded.is_none_or(|top| top > BYTES_MAX) {
            return Err(Error::TooLarge { buffer, size, alignment });
        }
        Ok(())
    }

    /// Gives the room of everything back that ends by this step.
    fn end_until(&mut self, step: Step) {
        while let Some(&Reverse((end, block, size))) = self.ends.peek()
            && end <= step
        {
            self.ends.pop();
            self.holes.give(block);
            self.live -= size;
        }
    }
}

impl Default for Stream {
    fn default() -> Stream {
        Stream::new()
    }
}
