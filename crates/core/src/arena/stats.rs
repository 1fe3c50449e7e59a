//! What an arena has done.

/// Counts since an arena was made. Each request of more than 0 bytes counts once: as a hit, or
/// under the reason for which it fell back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Runs begun.
    pub scopes: u64,
    /// Requests served.
    pub hits: u64,
    /// Bytes served.
    pub bytes: u64,
    /// Hits that asked for fewer bytes than planned.
    pub smaller: u64,
    /// Planned requests that did not come.
    pub skipped: u64,
    /// Fell back as planned: the block outlives the run.
    pub escapes: u64,
    /// Fell back: not among the requests planned next.
    pub unexpected: u64,
    /// Fell back: a live block has some byte of the slot.
    pub occupied: u64,
    /// Fell back: all planned requests had come.
    pub past_end: u64,
    /// Fell back: the run differs too much, the plan is off until the next one.
    pub off: u64,
    /// Fell back: outside of any run.
    pub outside: u64,
    /// Blocks freed again after they had been freed.
    pub double_frees: u64,
    /// Pointers into the slab freed that are not the start of a block.
    pub strays: u64,
}

impl Stats {
    /// Requests that were not served, for any reason, planned ones included.
    pub fn fallbacks(&self) -> u64 {
        self.escapes + self.deviations()
    }

    /// Fallbacks that were not planned.
    pub fn deviations(&self) -> u64 {
        self.unexpected + self.occupied + self.past_end + self.off + self.outside
    }

    /// Requests of more than 0 bytes.
    pub fn requests(&self) -> u64 {
        self.hits + self.fallbacks()
    }
}
