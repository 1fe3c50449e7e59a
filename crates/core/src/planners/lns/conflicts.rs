//! Who is live together with whom: found by lifetimes, never stored as pairs.
//!
//! Items are known by their place in the order of starts. Those that conflict with one are the ones
//! live when it starts, and the next ones until it ends. The live ones are kept for the first item of
//! every block of places; from there on each is looked at. O(n + live · n / block) memory, and a
//! query reads three runs of memory from their beginning to their end.

use crate::model::{Lifetime, Step};

/// Places of a block. Blocks are made longer where their lists would take more than …
const BLOCK: usize = 32;

/// … so many entries, 16 MB.
const ENTRIES_MAX: usize = 1 << 22;

/// The conflicts of lifetimes in the order of their starts.
#[derive(Debug)]
pub(super) struct Conflicts {
    starts: Vec<Step>,
    ends: Vec<Step>,
    /// For each item the first that starts at its end or later.
    nexts: Vec<usize>,
    /// The length of a block of places.
    block: usize,
    /// For each block those before it that are live when its first item starts.
    live: Vec<Vec<u32>>,
}

impl Conflicts {
    /// Of lifetimes that are sorted by their starts, at most one for each index of 32 bits.
    pub(super) fn of(lifetimes: &[Lifetime]) -> Conflicts {
        debug_assert!(lifetimes.is_sorted_by_key(|lifetime| lifetime.start));
        let starts: Vec<Step> = lifetimes.iter().map(|lifetime| lifetime.start).collect();
        let ends: Vec<Step> = lifetimes.iter().map(|lifetime| lifetime.end).collect();
        let nexts = ends.iter().map(|end| starts.partition_point(|start| start < end)).collect();
        let mut conflicts = Conflicts { starts, ends, nexts, block: BLOCK, live: Vec::new() };
        while !conflicts.list_live() {
            conflicts.block *= 2;
        }
        conflicts
    }

    /// Lists who is live at the first item of each block, unless that is too much.
    fn list_live(&mut self) -> bool {
        let Conflicts { starts, ends, block, live: lists, .. } = self;
        let (mut live, mut entry_count): (Vec<u32>, usize) = (Vec::new(), 0);
        lists.clear();
        for (idx, (start, place)) in starts.iter().zip(0..).enumerate() {
            if idx % *block == 0 {
                live.retain(|&other| ends[other as usize] > *start);
                entry_count += live.len();
                lists.push(live.clone());
            }
            live.push(place);
        }
        entry_count <= ENTRIES_MAX || *block >= starts.len()
    }

    /// Those that are live together with one.
    pub(super) fn with(&self, idx: usize) -> impl Iterator<Item = usize> {
        let start = self.starts[idx];
        let block = idx / self.block;
        let before = self.live[block].iter().map(|&other| other as usize);
        let before = before.chain(block * self.block..idx);
        before.filter(move |&other| self.ends[other] > start).chain(idx + 1..self.nexts[idx])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Buffer;
    use crate::planners::random::Random;

    #[test]
    fn they_are_those_of_a_look_at_all_pairs() {
        let mut random = Random::new(1);
        let mut step = |most| u32::try_from(random.below(most)).unwrap();
        for (count, longest) in [(0, 1), (1, 1), (300, 5), (300, 100), (300, 2_000)] {
            let lifetimes = (0..count).map(|_| {
                let start = step(1_000);
                Lifetime { start, end: start + 1 + step(longest) }
            });
            let mut lifetimes: Vec<Lifetime> = lifetimes.collect();
            lifetimes.sort_by_key(|lifetime| lifetime.start);
            let conflicts = Conflicts::of(&lifetimes);
            let buffer = |idx: usize| Buffer::new(1, lifetimes[idx].start, lifetimes[idx].end);
            for idx in 0..count {
                let is_with =
                    |&other: &usize| other != idx && buffer(idx).conflicts(&buffer(other));
                let expected: Vec<usize> = (0..count).filter(is_with).collect();
                assert_eq!(conflicts.with(idx).collect::<Vec<_>>(), expected, "{idx} of {count}");
            }
        }
    }
}
