//! The buffers that wait to be placed, found by the sections they must keep to.

/// A min-tree over the ends of the waiting buffers in the order of their starts.
///
/// Invariant: the leaf of a waiting buffer is the section at which it ends, of any other [`GONE`];
/// each inner node is the least of its children, at `2i` and `2i + 1`.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    ends: Vec<u32>,
    leaf_count: usize,
}

/// The end of what is placed or was never there.
const GONE: u32 = u32::MAX;

impl Waiting {
    /// Lets all wait that end at these sections.
    pub(super) fn reset(&mut self, ends: impl ExactSizeIterator<Item = u32>) {
        self.leaf_count = ends.len().next_power_of_two();
        self.ends.clear();
        self.ends.resize(self.leaf_count, GONE);
        self.ends.extend(ends);
        self.ends.resize(2 * self.leaf_count, GONE);
        for node in (1..self.leaf_count).rev() {
            self.ends[node] = self.least_child(node);
        }
    }

    /// The first at `from` or later that ends at `end` at the latest.
    pub(super) fn first(&self, from: usize, end: u32) -> Option<usize> {
        if from == self.leaf_count {
            return None;
        }
        let mut node = self.leaf_count + from;
        while self.ends[node] > end {
            // Past this subtree, to the largest that begins there.
            node += 1;
            node >>= node.trailing_zeros();
            if node == 1 {
                return None;
            }
        }
        while node < self.leaf_count {
            node *= 2;
            node += usize::from(self.ends[node] > end);
        }
        Some(node - self.leaf_count)
    }

    /// The last before `before` that ends at `end` at the latest.
    pub(super) fn last(&self, before: usize, end: u32) -> Option<usize> {
        if before == 0 {
            return None;
        }
        let mut node = self.leaf_count + before - 1;
        while self.ends[node] > end {
            // Before this subtree, to the one that ends there.
            node >>= node.trailing_zeros();
            if node == 1 {
                return None;
            }
            node -= 1;
        }
        while node < self.leaf_count {
            node = 2 * node + 1;
            node -= usize::from(self.ends[node] > end);
        }
        Some(node - self.leaf_count)
    }

    /// It waits no longer.
    pub(super) fn remove(&mut self, idx: usize) {
        let mut node = self.leaf_count + idx;
        self.ends[node] = GONE;
        while node > 1 {
            node /= 2;
            let least = self.least_child(node);
            if self.ends[node] == least {
                return;
            }
            self.ends[node] = least;
        }
    }

    /// All that wait.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        let leaves = self.ends[self.leaf_count..].iter().enumerate();
        leaves.filter(|&(_, &end)| end != GONE).map(|(idx, _)| idx)
    }

    fn least_child(&self, node: usize) -> u32 {
        self.ends[2 * node].min(self.ends[2 * node + 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planners::random::Random;

    #[test]
    fn it_finds_what_a_walk_finds() {
        for count in [0_usize, 1, 2, 3, 8, 13] {
            let mut random = Random::new(count as u64);
            let ends: Vec<u32> = (0..count).map(|_| random.pick(&[1, 2, 3, 4, 5, 6])).collect();
            let mut waiting = Waiting::default();
            waiting.reset(ends.iter().copied());
            let mut waits: Vec<usize> = (0..count).collect();
            loop {
                assert_eq!(waiting.iter().collect::<Vec<_>>(), waits);
                for (at, end) in (0..=count).flat_map(|at| (0..8).map(move |end| (at, end))) {
                    let fits = |&&idx: &&usize| ends[idx] <= end;
                    let first = waits.iter().filter(fits).find(|&&idx| idx >= at);
                    assert_eq!(waiting.first(at, end).as_ref(), first, "{at} {end} {waits:?}");
                    let last = waits.iter().filter(fits).rfind(|&&idx| idx < at);
                    assert_eq!(waiting.last(at, end).as_ref(), last, "{at} {end} {waits:?}");
                }
                if waits.is_empty() {
                    break;
                }
                let gone = usize::try_from(random.below(waits.len() as u64)).unwrap();
                waiting.remove(waits.swap_remove(gone));
                waits.sort_unstable();
            }
        }
    }
}
