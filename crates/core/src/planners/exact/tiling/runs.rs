//! In how few runs the leaves of a set can lie.
//!
//! Bars that end together are exchanged more easily the fewer runs they lie in, so this tells good
//! states from bad ones. It is an estimate: a run that can be joined on one side or the other is
//! taken to be joined on both.

use super::pq_tree::PqTree;

/// How the leaves of a set lie below a node.
#[derive(Debug, Clone, Copy, Default)]
struct Lie {
    runs: u32,
    /// At how many ends of the node a run can go on: 0, 1 or 2.
    open: u32,
    /// Whether there are no other leaves below.
    is_full: bool,
}

impl PqTree {
    /// In how few runs the leaves of a set can lie, about; 1 if they can lie together.
    pub(super) fn runs(&self, set: &impl Fn(usize) -> bool) -> u32 {
        self.lie(set).runs
    }

    fn lie(&self, set: &impl Fn(usize) -> bool) -> Lie {
        match self {
            PqTree::Leaf(leaf) if set(*leaf) => Lie { runs: 1, open: 2, is_full: true },
            PqTree::Leaf(_) => Lie::default(),
            PqTree::Any(children) => in_any_order(children.iter().map(|child| child.lie(set))),
            PqTree::Chain(children) => in_order(children.iter().map(|child| child.lie(set))),
        }
    }
}

/// Full children make one run; then as many are joined as have open ends.
fn in_any_order(children: impl Iterator<Item = Lie>) -> Lie {
    let mut all = Lie { is_full: true, ..Lie::default() };
    let (mut has_full, mut groups) = (false, 0_u32);
    for child in children {
        all.is_full &= child.is_full;
        if child.is_full && has_full {
            continue;
        }
        has_full |= child.is_full;
        groups += u32::from(child.runs > 0);
        all.runs += child.runs;
        all.open += child.open;
    }
    let joins = (all.open / 2).min(groups.saturating_sub(1));
    Lie { runs: all.runs - joins, open: all.open - 2 * joins, ..all }.limited()
}

/// A run goes on from child to child while both are open.
fn in_order(children: impl Iterator<Item = Lie>) -> Lie {
    let mut all = Lie { is_full: true, ..Lie::default() };
    let (mut starts_open, mut is_open) = (0, false);
    for (idx, child) in children.enumerate() {
        all.is_full &= child.is_full;
        let is_joined = is_open && child.open > 0;
        all.runs += child.runs - u32::from(is_joined);
        if idx == 0 {
            starts_open = child.open.min(1);
        }
        is_open = child.is_full || child.open > u32::from(is_joined);
    }
    Lie { open: starts_open + u32::from(is_open), ..all }.limited()
}

impl Lie {
    /// A node has two ends, and one run is at both only if nothing else is there.
    fn limited(self) -> Lie {
        let open_max = if self.is_full { 2 } else { self.runs.min(2) };
        Lie { open: self.open.min(open_max), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::super::together::Together;
    use super::*;

    #[test]
    fn what_can_lie_together_is_one_run() {
        for seed in 0..300 {
            let tree = PqTree::drawn(8, 5, seed);
            let together = Together::of(&tree, &Some);
            for set in (1..256_u64).filter(|&set| together.has(set)) {
                assert_eq!(tree.runs(&|leaf| set >> leaf & 1 == 1), 1, "{tree:?} {set:b}");
            }
        }
    }

    #[test]
    fn what_others_keep_apart_is_several() {
        let chain = PqTree::Chain((0..5).map(PqTree::Leaf).collect());
        assert_eq!(chain.runs(&|leaf| leaf % 2 == 0), 3);
        assert_eq!(chain.runs(&|leaf| leaf > 1), 1);
        let pairs = (0..3).map(|pair| PqTree::of([2 * pair, 2 * pair + 1]));
        assert_eq!(PqTree::Any(pairs.collect()).runs(&|leaf| leaf % 2 == 0), 2);
    }
}
