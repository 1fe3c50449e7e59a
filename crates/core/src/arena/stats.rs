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

/// Counts all but the hits, which cost nothing: a turn that the cursor has passed and that was not
/// skipped, an escape or occupied was a hit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    /// All but hits and bytes.
    pub(super) counts: Stats,
    /// Bytes of the slots of turns passed that were not served.
    pub(super) unserved: u64,
    passed_turns: u64,
    passed_bytes: u64,
}

impl Tally {
    /// Also the turns, with slots of so many bytes, that the cursor has passed in one run.
    pub(super) fn passed(self, turns: usize, bytes: u64) -> Tally {
        let passed_turns = self.passed_turns + turns as u64;
        Tally { passed_turns, passed_bytes: self.passed_bytes + bytes, ..self }
    }

    /// The counts, with the hits.
    pub(super) fn stats(self) -> Stats {
        let missed = self.counts.skipped + self.counts.escapes + self.counts.occupied;
        let hits = self.passed_turns - missed;
        Stats { hits, bytes: self.passed_bytes - self.unserved, ..self.counts }
    }
}

impl Stats {
    /// What was added since.
    #[must_use]
    pub fn since(&self, before: &Stats) -> Stats {
        self.each(before, u64::wrapping_sub)
    }

    /// Both together.
    #[must_use]
    pub fn and(&self, other: &Stats) -> Stats {
        self.each(other, u64::wrapping_add)
    }

    fn each(&self, other: &Stats, combine: impl Fn(u64, u64) -> u64) -> Stats {
        Stats {
            scopes: combine(self.scopes, other.scopes),
            hits: combine(self.hits, other.hits),
            bytes: combine(self.bytes, other.bytes),
            smaller: combine(self.smaller, other.smaller),
            skipped: combine(self.skipped, other.skipped),
            escapes: combine(self.escapes, other.escapes),
            unexpected: combine(self.unexpected, other.unexpected),
            occupied: combine(self.occupied, other.occupied),
            past_end: combine(self.past_end, other.past_end),
            off: combine(self.off, other.off),
            outside: combine(self.outside, other.outside),
            double_frees: combine(self.double_frees, other.double_frees),
            strays: combine(self.strays, other.strays),
        }
    }

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
