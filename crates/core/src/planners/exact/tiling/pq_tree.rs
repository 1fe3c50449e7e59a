//! All orders of some leaves in which certain sets of them lie together.
//!
//! ```text
//!   any [a, b, c]      the children in any order
//!   chain [a, b, c]    in this order or the reverse of it
//! ```
//! [`PqTree::gather`] keeps those orders in which one more set of leaves is consecutive, or says
//! that there are none; [`PqTree::swap`] then puts other leaves, in any order, in the place of that
//! set. Each is O(leaves · depth) here; there are ways in O(leaves), which pay for large trees only.
//! Source: Booth and Lueker, *Testing for the consecutive ones property, interval graphs, and graph
//! planarity using PQ-tree algorithms*, 1976.

/// A tree whose frontiers are the orders that it stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PqTree {
    Leaf(usize),
    /// A P-node: the children in any order.
    Any(Vec<PqTree>),
    /// A Q-node of three children or more: in this order or the reverse.
    Chain(Vec<PqTree>),
}

use PqTree::{Any, Chain, Leaf};

/// How many leaves below a node are in a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fill {
    None,
    Some,
    All,
}

/// Children by their fill.
#[derive(Default)]
struct Split {
    empty: Vec<PqTree>,
    partial: Vec<PqTree>,
    full: Vec<PqTree>,
}

impl PqTree {
    /// Every order of the leaves.
    pub(super) fn of(leaves: impl IntoIterator<Item = usize>) -> PqTree {
        any(leaves.into_iter().map(Leaf).collect())
    }

    /// The orders in which the leaves of a set, which is not empty, are consecutive; `None` if
    /// there are none.
    pub(super) fn gather(self, set: &impl Fn(usize) -> bool) -> Option<PqTree> {
        match self {
            Leaf(_) => Some(self),
            Any(children) => gather_any(children, set),
            Chain(children) => gather_chain(children, set),
        }
    }

    /// Puts a tree in the place of a set of leaves that has been gathered.
    pub(super) fn swap(self, set: &impl Fn(usize) -> bool, new: &mut Option<PqTree>) -> PqTree {
        if self.fill(set) == Fill::All {
            return new.take().unwrap_or(Any(Vec::new()));
        }
        let mut swapped = |children: Vec<PqTree>| -> Vec<PqTree> {
            let swap = |child: PqTree| match child.fill(set) {
                Fill::None => Some(child),
                Fill::Some => Some(child.swap(set, new)),
                Fill::All => new.take(),
            };
            children.into_iter().filter_map(swap).collect()
        };
        match self {
            Leaf(_) => self,
            Any(children) => any(swapped(children)),
            Chain(children) => chain(swapped(children)),
        }
    }

    /// The order that agrees with the ranks, which follow one of the orders of the tree as far as
    /// they differ.
    pub(super) fn frontier(mut self, rank: &impl Fn(usize) -> usize) -> Vec<usize> {
        self.sort(rank);
        let mut leaves = Vec::new();
        self.visit(&mut |leaf| leaves.push(leaf));
        leaves
    }

    /// Eight times the binary logarithm of the number of orders, about.
    pub(super) fn freedom(&self) -> u32 {
        match self {
            Leaf(_) => 0,
            Any(children) => {
                let ways: u32 = (2..=children.len()).map(eight_logs).sum();
                ways + children.iter().map(PqTree::freedom).sum::<u32>()
            }
            Chain(children) => eight_logs(2) + children.iter().map(PqTree::freedom).sum::<u32>(),
        }
    }

    /// Gives trees that stand for the same orders the same form.
    pub(super) fn normalise(&mut self) {
        match self {
            Leaf(_) => {}
            Any(children) => {
                children.iter_mut().for_each(PqTree::normalise);
                children.sort_unstable();
            }
            Chain(children) => {
                children.iter_mut().for_each(PqTree::normalise);
                if children.first() > children.last() {
                    children.reverse();
                }
            }
        }
    }

    fn sort(&mut self, rank: &impl Fn(usize) -> usize) {
        match self {
            Leaf(_) => {}
            Any(children) => {
                for child in children.iter_mut() {
                    child.sort(rank);
                }
                children.sort_by_key(|child| child.first(rank));
            }
            Chain(children) => {
                for child in children.iter_mut() {
                    child.sort(rank);
                }
                let first = |child: Option<&PqTree>| child.map(|child| child.first(rank));
                if first(children.first()) > first(children.last()) {
                    children.reverse();
                }
            }
        }
    }

    /// The least rank of a leaf.
    fn first(&self, rank: &impl Fn(usize) -> usize) -> usize {
        let mut least = usize::MAX;
        self.visit(&mut |leaf| least = least.min(rank(leaf)));
        least
    }

    pub(super) fn visit(&self, each: &mut impl FnMut(usize)) {
        match self {
            Leaf(leaf) => each(*leaf),
            Any(children) | Chain(children) => children.iter().for_each(|child| child.visit(each)),
        }
    }

    fn fill(&self, set: &impl Fn(usize) -> bool) -> Fill {
        match self {
            Leaf(leaf) if set(*leaf) => Fill::All,
            Leaf(_) => Fill::None,
            Any(children) | Chain(children) => {
                let mut fills = children.iter().map(|child| child.fill(set));
                let first = fills.next().unwrap_or(Fill::None);
                if fills.all(|fill| fill == first) { first } else { Fill::Some }
            }
        }
    }
}

/// Whole numbers, so that it is the same on every machine.
fn eight_logs(count: usize) -> u32 {
    (count as u128).saturating_pow(8).ilog2()
}

/// One child is no choice.
fn any(mut children: Vec<PqTree>) -> PqTree {
    match children.len() {
        1 => children.remove(0),
        _ => Any(children),
    }
}

/// Two children in this order or the reverse are two in any order.
fn chain(children: Vec<PqTree>) -> PqTree {
    if children.len() < 3 { any(children) } else { Chain(children) }
}

fn split(children: Vec<PqTree>, set: &impl Fn(usize) -> bool) -> Split {
    let mut split = Split::default();
    for child in children {
        match child.fill(set) {
            Fill::None => split.empty.push(child),
            Fill::Some => split.partial.push(child),
            Fill::All => split.full.push(child),
        }
    }
    split
}

fn gather_any(children: Vec<PqTree>, set: &impl Fn(usize) -> bool) -> Option<PqTree> {
    let Split { mut empty, partial, full } = split(children, set);
    let is_one = full.is_empty() && partial.len() == 1;
    let mut partial = partial.into_iter();
    let gathered = match (partial.next(), partial.next(), partial.next()) {
        (Some(only), None, _) if is_one => only.gather(set)?,
        (first, second, None) => {
            let mut together = first.map_or(Some(Vec::new()), |first| line(first, set))?;
            together.extend(group(full));
            let second = second.map_or(Some(Vec::new()), |second| line(second, set))?;
            together.extend(second.into_iter().rev());
            chain(together)
        }
        _ => return None,
    };
    empty.push(gathered);
    Some(any(empty))
}

fn gather_chain(mut children: Vec<PqTree>, set: &impl Fn(usize) -> bool) -> Option<PqTree> {
    let fills: Vec<Fill> = children.iter().map(|child| child.fill(set)).collect();
    let first = fills.iter().position(|&fill| fill != Fill::None)?;
    let last = fills.iter().rposition(|&fill| fill != Fill::None)?;
    if first == last {
        let gathered = children.remove(first).gather(set)?;
        children.insert(first, gathered);
        return Some(Chain(children));
    }
    let mut together = Vec::with_capacity(children.len());
    for (idx, child) in children.into_iter().enumerate() {
        match fills[idx] {
            Fill::Some if idx == first => together.extend(line(child, set)?),
            Fill::Some if idx == last => together.extend(line(child, set)?.into_iter().rev()),
            Fill::All => together.push(child),
            Fill::None if idx < first || idx > last => together.push(child),
            _ => return None,
        }
    }
    Some(chain(together))
}

/// The children of a partial node as a chain from empty ones to full ones.
fn line(node: PqTree, set: &impl Fn(usize) -> bool) -> Option<Vec<PqTree>> {
    match node {
        Leaf(_) => None,
        Any(children) => {
            let Split { empty, partial, full } = split(children, set);
            let mut line = Vec::from_iter(group(empty));
            line.extend(line_of(partial, set)?);
            line.extend(group(full));
            Some(line)
        }
        Chain(mut children) => {
            let is_at = |child: Option<&PqTree>, fill| child.is_some_and(|c| c.fill(set) == fill);
            if is_at(children.first(), Fill::All) || is_at(children.last(), Fill::None) {
                children.reverse();
            }
            // Split keeps the order, so it must change nothing.
            let fills = children.iter().map(|child| child.fill(set));
            if !fills.is_sorted_by_key(|fill| fill as u8) {
                return None;
            }
            let Split { empty, partial, full } = split(children, set);
            let mut line = empty;
            line.extend(line_of(partial, set)?);
            line.extend(full);
            Some(line)
        }
    }
}

/// The line of the only partial child, if there is one.
fn line_of(partial: Vec<PqTree>, set: &impl Fn(usize) -> bool) -> Option<Vec<PqTree>> {
    let mut partial = partial.into_iter();
    match (partial.next(), partial.next()) {
        (None, _) => Some(Vec::new()),
        (Some(only), None) => line(only, set),
        _ => None,
    }
}

fn group(children: Vec<PqTree>) -> Option<PqTree> {
    (!children.is_empty()).then(|| any(children))
}

#[cfg(test)]
impl PqTree {
    /// A tree after so many random sets of its leaves, but for those that it had no order left for.
    pub(super) fn drawn(leaf_count: usize, set_count: usize, seed: u64) -> PqTree {
        let mut random = crate::planners::random::Random::new(seed);
        (0..set_count).fold(PqTree::of(0..leaf_count), |tree, _| {
            let set = 1 + random.below((1 << leaf_count) - 1);
            tree.clone().gather(&|leaf| set >> leaf & 1 == 1).unwrap_or(tree)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planners::random::Random;

    fn orders(leaves: &[usize]) -> Vec<Vec<usize>> {
        if leaves.is_empty() {
            return vec![Vec::new()];
        }
        let mut all = Vec::new();
        for (at, &leaf) in leaves.iter().enumerate() {
            let mut rest = leaves.to_vec();
            rest.remove(at);
            all.extend(orders(&rest).into_iter().map(|mut order| {
                order.push(leaf);
                order
            }));
        }
        all
    }

    fn is_together(order: &[usize], set: u64) -> bool {
        let mut inside = order.iter().map(|leaf| set >> leaf & 1 == 1);
        let first = inside.position(|inside| inside);
        let after = inside.skip_while(|inside| *inside);
        first.is_none() || !after.into_iter().any(|inside| inside)
    }

    /// Whether an order is one of the tree's.
    fn has(tree: &PqTree, order: &[usize]) -> bool {
        let rank = |leaf: usize| order.iter().position(|&other| other == leaf).unwrap();
        tree.clone().frontier(&rank) == order
    }

    #[test]
    fn it_stands_for_the_orders_in_which_every_set_is_together() {
        for seed in 0..300 {
            let mut random = Random::new(seed);
            let mut left = orders(&[0, 1, 2, 3, 4, 5]);
            let mut tree = PqTree::of(0..6);
            loop {
                let set = 1 + random.below(63);
                left.retain(|order| is_together(order, set));
                let Some(next) = tree.gather(&|leaf| set >> leaf & 1 == 1) else {
                    assert!(left.is_empty(), "seed {seed}");
                    break;
                };
                tree = next;
                let all = orders(&[0, 1, 2, 3, 4, 5]);
                let held: Vec<_> = all.into_iter().filter(|order| has(&tree, order)).collect();
                assert_eq!(held, left, "seed {seed}: {tree:?}");
                let freedom = eight_logs(left.len());
                assert!(tree.freedom() <= freedom && freedom <= tree.freedom() + 6, "seed {seed}");
            }
        }
    }

    #[test]
    fn new_leaves_take_the_place_of_a_set() {
        let pair = |leaf| [1, 2].contains(&leaf);
        let tree = PqTree::of(0..4).gather(&|leaf| leaf < 2).unwrap().gather(&pair).unwrap();
        let tree = tree.swap(&pair, &mut Some(PqTree::of([7, 8])));
        assert!(has(&tree, &[0, 7, 8, 3]) && has(&tree, &[3, 8, 7, 0]));
        assert!(!has(&tree, &[7, 0, 8, 3]) && !has(&tree, &[7, 3, 8, 0]));
    }
}
