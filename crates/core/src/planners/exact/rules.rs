//! What a search may leave out.
//!
//! Among all plans within the target take the one whose offsets, listed in the static order, are
//! lexicographically smallest. Moving a buffer down to a lower free place, or exchanging two buffers
//! as told below so that the earlier one goes down, would make the list smaller. So that plan has
//! the form that the rules ask for, and a search that keeps to any of them still finds a plan if
//! there is one.

/// The pruning rules of the exact search. Each changes how long it takes, never what it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub struct Rules {
    /// A section needs room for all that is left: floor + remaining sizes ≤ target.
    pub room: bool,
    /// Every buffer rests on something: a place is left out if it is not the lowest above what lies
    /// below, that is, if it leaves a hole that nothing can fill any more.
    pub rest: bool,
    /// Of two buffers with the same lifetime (in sections), one lying on the other, the earlier in
    /// the static order is below.
    pub stacks: bool,
    /// Buffers that are the same in all but the index are placed in the static order.
    pub twins: bool,
    /// Where no unplaced buffer crosses a cut in time the two sides are searched one after the
    /// other: when one has no plan, the other is not asked for another.
    pub cuts: bool,
}

impl Rules {
    /// All of them.
    pub const ALL: Rules = Rules { room: true, rest: true, stacks: true, twins: true, cuts: true };
}

impl Default for Rules {
    fn default() -> Rules {
        Rules::ALL
    }
}
