//! Who asked for a buffer.

use std::fmt;

/// The position of an op tag in its trace or problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpIdx(pub u32);

impl OpIdx {
    /// The index as a slice position.
    #[inline]
    pub fn usize(self) -> usize {
        self.0 as usize
    }
}

/// An operation of a run: its name, its place in the model, its ordinal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpTag {
    /// The operation, for example `aten::conv2d`.
    pub name: String,
    /// The module path or source line that called it; empty where nobody knows.
    pub place: String,
    /// How many operations of the run began before this one.
    pub ordinal: u32,
}

impl fmt::Display for OpTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.name, self.ordinal)?;
        if self.place.is_empty() { Ok(()) } else { write!(f, " ({})", self.place) }
    }
}
