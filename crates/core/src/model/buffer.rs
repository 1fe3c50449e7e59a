//! A buffer: what is to be placed.

use std::fmt;

use super::{Bytes, OpIdx, Step};

/// The position of a buffer in its problem, and of its offset in a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BufferIdx(pub u32);

impl BufferIdx {
    /// The index as a slice position.
    #[inline]
    pub fn usize(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for BufferIdx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The steps `[start, end)` in which a buffer is live. Never empty in a [`Problem`](super::Problem).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lifetime {
    /// First step in which the buffer is live.
    pub start: Step,
    /// First step in which it no longer is.
    pub end: Step,
}

impl Lifetime {
    /// Whether some step is in both.
    #[inline]
    pub fn overlaps(self, other: Lifetime) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The number of steps.
    #[inline]
    pub fn duration(self) -> Step {
        self.end - self.start
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {})", self.start, self.end)
    }
}

/// A size, an alignment and a lifetime; where it was asked for, and where it must lie if that is
/// fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Buffer {
    /// Bytes to be placed. Zero is allowed: such a buffer collides with nothing.
    pub size: Bytes,
    /// The offset must be a multiple of this. At least 1; need not be a power of two.
    pub alignment: Bytes,
    /// When it is needed.
    pub lifetime: Lifetime,
    /// The offset, when it is given in advance.
    pub pin: Option<Bytes>,
    /// Who asked for it: an index into the problem's ops.
    pub op: Option<OpIdx>,
}

impl Buffer {
    /// A buffer of `size` bytes live in `[start, end)`, alignment 1, without pin or op.
    #[inline]
    pub fn new(size: Bytes, start: Step, end: Step) -> Buffer {
        Buffer { size, alignment: 1, lifetime: Lifetime { start, end }, pin: None, op: None }
    }

    /// The same buffer with this alignment.
    #[inline]
    #[must_use]
    pub fn aligned(self, alignment: Bytes) -> Buffer {
        Buffer { alignment, ..self }
    }

    /// The same buffer with its offset fixed.
    #[inline]
    #[must_use]
    pub fn pinned(self, offset: Bytes) -> Buffer {
        Buffer { pin: Some(offset), ..self }
    }

    /// The same buffer asked for by this op.
    #[inline]
    #[must_use]
    pub fn by(self, op: OpIdx) -> Buffer {
        Buffer { op: Some(op), ..self }
    }

    /// The same buffer with nothing to place, which is in nobody's way.
    #[inline]
    #[must_use]
    pub fn without_bytes(self) -> Buffer {
        Buffer { size: 0, pin: None, ..self }
    }

    /// Whether the two are live at the same time, so that their bytes must differ: without ties. What
    /// ties change is known to [`Problem::conflict`](super::Problem::conflict).
    #[inline]
    pub fn conflicts(&self, other: &Buffer) -> bool {
        self.lifetime.overlaps(other.lifetime)
    }
}
