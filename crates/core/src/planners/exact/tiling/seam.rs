//! The exchanges at a seam between two sections of a plan without waste.
//!
//! Which sets of the bars that end can lie together is read off the tree of a state: they are grown
//! one bar at a time, as a set that lies together in some order still does without the first or
//! last of its bars. With the sums of the sets of bars that start this gives the exchanges there
//! can be. What is wanted are exchanges that cover all bars of the seam, each once: the bar with
//! the fewest is covered first.

use super::super::grid::Grid;
use super::pq_tree::PqTree;
use super::together::Together;
use crate::model::Bytes;
use crate::planners::random::Random;

/// Sets of bars of a seam, as bits, whose sizes have the same sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Exchange {
    pub(super) ends: u64,
    pub(super) starts: u64,
}

/// Between two sections: the bars that end and those that start there.
#[derive(Debug)]
pub(super) struct Seam {
    /// In rising order.
    ends: Vec<usize>,
    starts: Vec<usize>,
    end_sizes: Vec<Bytes>,
    /// Sets of few bars that start, by their sums.
    start_sums: Vec<(Bytes, u64)>,
}

/// A tree after a draw, and what was drawn.
pub(super) type Drawn = (PqTree, Vec<Exchange>);

/// Most bars that end or start at a seam: sets of them are words of bits.
pub(super) const BARS_MAX: usize = 64;

/// Most sets of bars that start whose sums are kept, those of the fewest bars: all of twelve.
const START_SETS_MAX: usize = 1 << 12;

/// Most sets of bars that end that are grown for a state: all of nine, and far more where the tree
/// leaves little choice.
const END_SETS_MAX: usize = 1 << 9;

/// Most exchanges of a state.
const EXCHANGES_MAX: usize = 1 << 11;

/// So many exchanges are tried before a draw is given up. Two or three times the bars of a busy
/// seam; what does not succeed by then lacks an exchange at its beginning.
const TRIES_MAX: u64 = 64;

impl Seam {
    pub(super) fn of(grid: &Grid, ends: Vec<usize>, starts: Vec<usize>) -> Seam {
        let sizes = |bars: &[usize]| bars.iter().map(|&bar| grid.bars[bar].size).collect();
        let start_sizes: Vec<Bytes> = sizes(&starts);
        let with_sum = |set| (sum(&start_sizes, set), set);
        let mut start_sums: Vec<(Bytes, u64)> =
            sets_of_few(starts.len()).into_iter().map(with_sum).collect();
        start_sums.sort_unstable();
        Seam { end_sizes: sizes(&ends), ends, starts, start_sums }
    }

    /// The exchanges that the tree of a state leaves.
    pub(super) fn exchanges(&self, tree: &PqTree) -> Vec<Exchange> {
        let together = Together::of(tree, &|bar| self.ends.binary_search(&bar).ok());
        let mut exchanges = Vec::new();
        for ends in together.sets(END_SETS_MAX) {
            let sum = sum(&self.end_sizes, ends);
            let from = self.start_sums.partition_point(|start| start.0 < sum);
            let equal = self.start_sums[from..].iter().take_while(|start| start.0 == sum);
            exchanges.extend(equal.map(|&(_, starts)| Exchange { ends, starts }));
            if exchanges.len() >= EXCHANGES_MAX {
                break;
            }
        }
        let all = self.all();
        if together.has(all.ends) && !exchanges.contains(&all) {
            exchanges.push(all);
        }
        exchanges
    }

    /// Exchanges among these that cover all bars of the seam; and how many were tried. The fewer bars
    /// an exchange has the sooner it is tried, give or take a number below `noise`.
    pub(super) fn draw(
        &self,
        tree: &PqTree,
        among: &[Exchange],
        noise: u64,
        random: &mut Random,
    ) -> (Option<Drawn>, u64) {
        let mut draw = Draw { seam: self, noise, random, tries: 0, exchanges: Vec::new() };
        let tree = draw.cover(tree, self.all(), among);
        (tree.map(|tree| (tree, draw.exchanges)), draw.tries)
    }

    fn all(&self) -> Exchange {
        Exchange { ends: ones(self.ends.len()), starts: ones(self.starts.len()) }
    }

    /// Gathers what ends; `None` if it cannot lie together.
    pub(super) fn gather(&self, tree: &PqTree, exchange: Exchange) -> Option<PqTree> {
        tree.clone().gather(&|bar| self.ends_in(exchange, bar))
    }

    /// Puts what starts in the place of what ends, which has been gathered.
    pub(super) fn swap(&self, gathered: PqTree, exchange: Exchange) -> PqTree {
        let new = PqTree::of(members(&self.starts, exchange.starts));
        gathered.swap(&|bar| self.ends_in(exchange, bar), &mut Some(new))
    }

    /// An order of the bars before an exchange, given one after it.
    pub(super) fn order_before(
        &self,
        gathered: PqTree,
        exchange: Exchange,
        after: &[usize],
    ) -> Vec<usize> {
        let place = |of: usize| after.iter().position(|&bar| bar == of).unwrap_or(0);
        let new = members(&self.starts, exchange.starts).map(place).min().unwrap_or(0);
        gathered.frontier(&|bar| if self.ends_in(exchange, bar) { new } else { place(bar) })
    }

    fn ends_in(&self, exchange: Exchange, bar: usize) -> bool {
        self.ends.binary_search(&bar).is_ok_and(|idx| exchange.ends >> idx & 1 == 1)
    }
}

/// A draw of exchanges under way.
struct Draw<'a> {
    seam: &'a Seam,
    noise: u64,
    random: &'a mut Random,
    tries: u64,
    exchanges: Vec<Exchange>,
}

impl Draw<'_> {
    /// Covers what is left with exchanges among these. Calls itself once for each exchange.
    fn cover(&mut self, tree: &PqTree, left: Exchange, among: &[Exchange]) -> Option<PqTree> {
        if left.starts == 0 {
            return Some(tree.clone());
        }
        let mut among: Vec<Exchange> = among.iter().copied().filter(|e| e.is_in(left)).collect();
        if !among.contains(&left) {
            among.push(left);
        }
        for exchange in self.shuffled(fewest(&among, left)?) {
            if self.tries == TRIES_MAX {
                return None;
            }
            self.tries += 1;
            let Some(gathered) = self.seam.gather(tree, exchange) else { continue };
            let tree = self.seam.swap(gathered, exchange);
            self.exchanges.push(exchange);
            let covered = self.cover(&tree, left.without(exchange), &among);
            if covered.is_some() {
                return covered;
            }
            self.exchanges.pop();
        }
        None
    }

    fn shuffled(&mut self, mut exchanges: Vec<Exchange>) -> Vec<Exchange> {
        exchanges.sort_by_cached_key(|exchange| {
            (u64::from(exchange.count()) + self.random.below(self.noise), *exchange)
        });
        exchanges
    }
}

impl Exchange {
    fn is_in(self, left: Exchange) -> bool {
        self.ends & !left.ends == 0 && self.starts & !left.starts == 0
    }

    fn without(self, other: Exchange) -> Exchange {
        Exchange { ends: self.ends & !other.ends, starts: self.starts & !other.starts }
    }

    fn count(self) -> u32 {
        self.ends.count_ones() + self.starts.count_ones()
    }
}

/// The exchanges with that bar of those left that has the fewest.
fn fewest(among: &[Exchange], left: Exchange) -> Option<Vec<Exchange>> {
    let mut counts = [[0_u32; BARS_MAX]; 2];
    for exchange in among {
        ones_of(exchange.ends).for_each(|bar| counts[0][bar] += 1);
        ones_of(exchange.starts).for_each(|bar| counts[1][bar] += 1);
    }
    let ends = ones_of(left.ends).map(|bar| (counts[0][bar], 0, bar));
    let starts = ones_of(left.starts).map(|bar| (counts[1][bar], 1, bar));
    let (_, side, bar) = ends.chain(starts).min()?;
    let has = |exchange: &&Exchange| [exchange.ends, exchange.starts][side] >> bar & 1 == 1;
    Some(among.iter().filter(has).copied().collect())
}

fn ones(count: usize) -> u64 {
    if count == 0 { 0 } else { u64::MAX >> (64 - count) }
}

fn ones_of(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let one = (set != 0).then_some(set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(one)
    })
}

fn members(bars: &[usize], set: u64) -> impl Iterator<Item = usize> {
    ones_of(set).map(|idx| bars[idx])
}

fn sum(sizes: &[Bytes], set: u64) -> Bytes {
    ones_of(set).map(|idx| sizes[idx]).sum()
}

/// The sets of the fewest members that are not empty.
fn sets_of_few(count: usize) -> Vec<u64> {
    let mut sets: Vec<u64> = (0..count).map(|idx| 1 << idx).collect();
    let mut from = 0;
    // Each turn adds one member, above all others, to the sets of the turn before.
    while from < sets.len() && sets.len() < START_SETS_MAX {
        let before = from..sets.len();
        from = sets.len();
        for at in before {
            let set = sets[at];
            let above = 64 - set.leading_zeros() as usize;
            sets.extend((above..count).map(|idx| set | 1 << idx));
        }
    }
    sets.truncate(START_SETS_MAX);
    sets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Buffer, Problem};

    #[test]
    fn sets_come_by_the_number_of_their_members() {
        let sets = sets_of_few(4);
        assert_eq!(sets.len(), 15);
        assert!(sets.is_sorted_by_key(|set| set.count_ones()));
        assert_eq!(sets_of_few(64).len(), START_SETS_MAX);
        assert!(sets_of_few(0).is_empty());
    }

    #[test]
    fn a_draw_covers_all_bars_of_a_seam_with_equal_sums() {
        let ends = [6, 5, 4, 3, 2, 1].map(|size| Buffer::new(size, 0, 1));
        let starts = [7, 6, 5, 2, 1].map(|size| Buffer::new(size, 1, 2));
        let grid = Grid::of(&Problem::new([&ends[..], &starts[..]].concat()).unwrap());
        let seam = Seam::of(&grid, (0..6).collect(), (6..11).collect());
        let tree = PqTree::of(0..6);
        let exchanges = seam.exchanges(&tree);
        let starts = [7, 6, 5, 2, 1];
        let is_equal = |e: &Exchange| sum(&seam.end_sizes, e.ends) == sum(&starts, e.starts);
        assert!(exchanges.iter().all(is_equal));
        let mut kinds = std::collections::BTreeSet::new();
        for seed in 0..50 {
            let (drawn, _) = seam.draw(&tree, &exchanges, 1 + seed, &mut Random::new(seed));
            let (tree, mut drawn) = drawn.unwrap();
            let mut bars = Vec::new();
            tree.visit(&mut |bar| bars.push(bar));
            bars.sort_unstable();
            assert_eq!(bars, [6, 7, 8, 9, 10]);
            let all = drawn.iter().fold((0, 0), |all, e| (all.0 + e.ends, all.1 + e.starts));
            assert_eq!(all, (0b11_1111, 0b1_1111), "each bar once");
            drawn.sort_unstable();
            kinds.insert(drawn);
        }
        assert!(kinds.len() > 5, "chance changes the draw");
    }
}
