//! What a search may still spend.

use crate::limits::Deadline;
use crate::model::{Bytes, Reason};

/// Moves between two looks at the clock. A move takes between half a microsecond and, on thousands
/// of buffers, a tenth of a millisecond: the clock costs little, and a deadline is met closely.
const LOOK_EVERY: u64 = 64;

/// The moves of a search that nobody limited, some minutes: it could go on for ever.
const MOVES_MAX: u64 = 100_000_000;

/// Counts the moves of all searches of a planner.
#[derive(Debug)]
pub(super) struct Meter<'a> {
    deadline: &'a Deadline,
    /// The moves that are left.
    left: u64,
    until_look: u64,
}

impl<'a> Meter<'a> {
    pub(super) fn new(deadline: &'a Deadline) -> Meter<'a> {
        Meter { deadline, left: deadline.limits().nodes_or(MOVES_MAX), until_look: 0 }
    }

    /// Tells of a peak that is known to be possible, and of a lower bound.
    pub(super) fn tell(&self, peak: Bytes, lower_bound: Bytes) {
        self.deadline.tell(peak, lower_bound);
    }

    /// Takes moves off what is left.
    ///
    /// # Errors
    /// The limit that was reached.
    pub(super) fn spend(&mut self, moves: u64) -> Result<(), Reason> {
        self.left = self.left.checked_sub(moves).ok_or(Reason::NodeLimit)?;
        if let Some(until_look) = self.until_look.checked_sub(moves) {
            self.until_look = until_look;
            return Ok(());
        }
        self.until_look = LOOK_EVERY;
        self.deadline.reached().map_or(Ok(()), Err)
    }
}
