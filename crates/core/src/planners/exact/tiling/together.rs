//! Which sets of some leaves lie together in one of the orders of a tree.
//!
//! As [`gather`](PqTree::gather), but only whether, by operations on words: a few comparisons for
//! each node, so that thousands of sets can be asked for.

use std::collections::BTreeSet;

use super::pq_tree::PqTree;

/// A tree that is reduced to at most 64 of its leaves.
#[derive(Debug)]
pub(super) struct Together {
    /// The leaves below, as bits.
    leaves: u64,
    /// Whether any other leaf is below.
    has_others: bool,
    is_chain: bool,
    children: Vec<Together>,
}

/// How much of a node is in a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fill {
    None,
    Some,
    All,
}

impl Together {
    /// The leaves that have a bit.
    pub(super) fn of(tree: &PqTree, bit: &impl Fn(usize) -> Option<usize>) -> Together {
        let (is_chain, children) = match tree {
            PqTree::Leaf(leaf) => {
                let bit = bit(*leaf);
                let leaves = bit.map_or(0, |bit| 1 << bit);
                return Together {
                    leaves,
                    has_others: bit.is_none(),
                    is_chain: false,
                    children: Vec::new(),
                };
            }
            PqTree::Any(children) => (false, children),
            PqTree::Chain(children) => (true, children),
        };
        let children: Vec<Together> =
            children.iter().map(|child| Together::of(child, bit)).collect();
        let leaves = children.iter().fold(0, |leaves, child| leaves | child.leaves);
        let has_others = children.iter().any(|child| child.has_others);
        let children = if leaves == 0 { Vec::new() } else { children };
        Together { leaves, has_others, is_chain, children }
    }

    /// The sets that lie together in some order, smallest first, up to a number.
    pub(super) fn sets(&self, count_max: usize) -> Vec<u64> {
        let single = |bit| Some(1_u64 << bit).filter(|set| self.leaves & set != 0);
        let mut sets: Vec<u64> = (0..64).filter_map(single).collect();
        let mut from = 0;
        while from < sets.len() && sets.len() < count_max {
            let singles = (0..64).filter_map(single);
            let next: BTreeSet<u64> = singles
                .flat_map(|one| sets[from..].iter().map(move |set| set | one))
                .filter(|set| set.count_ones() > sets[from].count_ones())
                .collect();
            from = sets.len();
            let room = count_max - sets.len();
            sets.extend(next.into_iter().filter(|&set| self.has(set)).take(room));
        }
        sets
    }

    /// Whether a set lies together in some order.
    pub(super) fn has(&self, set: u64) -> bool {
        let mut node = self;
        while let Some(child) = node.children.iter().find(|child| set & !child.leaves == 0) {
            node = child;
        }
        if node.is_chain { node.has_run(set) } else { node.has_group(set) }
    }

    /// At a node whose children may come in any order.
    fn has_group(&self, set: u64) -> bool {
        let mut partial = self.children.iter().filter(|child| child.fill(set) == Fill::Some);
        let (first, second, third) = (partial.next(), partial.next(), partial.next());
        third.is_none() && first.into_iter().chain(second).all(|child| child.is_line(set))
    }

    /// At a chain: nothing, a partial child, full children, a partial child, nothing.
    fn has_run(&self, set: u64) -> bool {
        let is_none = |child: &&Together| child.fill(set) == Fill::None;
        let mut run = self.children.iter().skip_while(is_none).collect::<Vec<_>>();
        while run.last().is_some_and(is_none) {
            run.pop();
        }
        let last = run.len().saturating_sub(1);
        run.iter().enumerate().all(|(idx, child)| match child.fill(set) {
            Fill::None => false,
            Fill::Some => (idx == 0 || idx == last) && child.is_line(set),
            Fill::All => true,
        })
    }

    /// Whether the leaves of a partial node can be a line from those outside the set to those in it.
    fn is_line(&self, set: u64) -> bool {
        let fills = || self.children.iter().map(|child| child.fill(set));
        let is_sorted = !self.is_chain || fills().is_sorted() || fills().rev().is_sorted();
        let mut partial = self.children.iter().filter(|child| child.fill(set) == Fill::Some);
        let (first, second) = (partial.next(), partial.next());
        is_sorted && second.is_none() && first.is_none_or(|child| child.is_line(set))
    }

    fn fill(&self, set: u64) -> Fill {
        if self.leaves & set == 0 {
            Fill::None
        } else if self.leaves & !set == 0 && !self.has_others {
            Fill::All
        } else {
            Fill::Some
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_lies_together_if_it_can_be_gathered() {
        for seed in 0..200 {
            let tree = PqTree::drawn(9, 4, seed);
            // The last two leaves are others.
            let together = Together::of(&tree, &|leaf| (leaf < 7).then_some(leaf));
            let can = |set: u64| tree.clone().gather(&|leaf| set >> leaf & 1 == 1).is_some();
            let expected: Vec<u64> = (1..1 << 7).filter(|&set| can(set)).collect();
            let found: Vec<u64> = (1..1 << 7).filter(|&set| together.has(set)).collect();
            assert_eq!(found, expected, "{tree:?}");
            let mut grown = together.sets(1 << 7);
            assert!(grown.is_sorted_by_key(|set| set.count_ones()));
            grown.sort_unstable();
            assert_eq!(grown, expected, "{tree:?}");
        }
    }
}
