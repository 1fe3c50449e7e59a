//! In which order a search tries things.
//!
//! Which order finds a plan soon is a matter of luck with heavy tails: on a hard problem a few
//! orders succeed within some moves for each buffer, most not within millions. So many different
//! ones get a small budget each. A strategy is a static order of the bars and a way to choose where
//! to branch; from the second round on the order is shuffled a little, another way each round.

use std::cmp::Reverse;

use super::grid::{Bar, Grid};
use super::valley::Branch;
use crate::model::Bytes;
use crate::planners::random::Random;

/// What makes a bar come early: having more of it.
#[derive(Debug, Clone, Copy)]
enum Key {
    Area,
    Duration,
    End,
    /// The largest load of its sections.
    Load,
    Size,
    Start,
}

/// Where to branch.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pick {
    /// In the lowest valley.
    Lowest,
    /// In the lowest valley, on whether the first bar in the static order that may be there is.
    First,
    /// Where there are the fewest ways to go on.
    Fewest,
    /// As `Fewest`; of these where there is the least room to spare.
    FewestTight,
    /// Where there is the least room to spare.
    Tightest,
}

/// A static order and a way to branch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strategy {
    keys: [Key; 3],
    pub(super) pick: Pick,
}

/// The strategies by how often each is the first to succeed on what those before it leave, measured
/// on the hard instances that are public and on perfect packings.
pub(super) const STRATEGIES: [Strategy; 16] = {
    use Key::{Area, Duration, End, Load, Size, Start};
    use Pick::{Fewest, FewestTight, First, Lowest, Tightest};
    const fn by(keys: [Key; 3], pick: Pick) -> Strategy {
        Strategy { keys, pick }
    }
    [
        by([End, Duration, Size], Lowest),
        by([End, Size, Duration], Tightest),
        by([Start, Duration, Size], Fewest),
        by([Load, Duration, Area], First),
        by([End, Duration, Size], Fewest),
        by([Start, Duration, Size], FewestTight),
        by([Load, Duration, Area], Fewest),
        by([Load, End, Area], Tightest),
        by([Start, Duration, Size], Lowest),
        by([Duration, Start, Load], FewestTight),
        by([Load, Size, Duration], Fewest),
        by([Size, Duration, Load], Tightest),
        by([Duration, Start, Load], First),
        by([Load, Duration, Area], Tightest),
        by([Size, Duration, Load], FewestTight),
        by([Load, Start, Area], Tightest),
    ]
};

impl Pick {
    /// Whether only the lowest valleys are looked at.
    pub(super) fn is_low(self) -> bool {
        matches!(self, Pick::Lowest | Pick::First)
    }

    /// The branch with the smallest is taken.
    pub(super) fn key(self, branch: &Branch) -> (Bytes, Bytes, Bytes) {
        let Branch { ways, spare, ref valley, .. } = *branch;
        match self {
            Pick::Lowest | Pick::First => (valley.floor, ways, 0),
            Pick::Fewest => (ways, valley.floor, 0),
            Pick::FewestTight => (ways, spare, valley.floor),
            Pick::Tightest => (spare, ways, valley.floor),
        }
    }
}

/// The bars in a static order.
#[derive(Debug)]
pub(super) struct Order {
    /// For each bar its place in the order.
    pub(super) rank: Vec<usize>,
    /// For each section the bars whose span starts there, in the order.
    pub(super) starting: Vec<Vec<usize>>,
    /// For each section the bars whose span ends with it, in the order.
    pub(super) ending: Vec<Vec<usize>>,
    /// For each bar the last one before it that is the same in all but the index.
    pub(super) twin: Vec<Option<usize>>,
}

impl Order {
    /// The order of a strategy, shuffled a little unless the round is the first (0).
    pub(super) fn of(grid: &Grid, strategy: Strategy, round: u32) -> Order {
        let mut bars = sorted(grid, strategy.keys);
        if round > 0 {
            shuffle(&mut bars, u64::from(round));
        }
        let mut rank = vec![0; bars.len()];
        let mut starting = vec![Vec::new(); grid.section_count()];
        let mut ending = starting.clone();
        for (place, &bar) in bars.iter().enumerate() {
            rank[bar] = place;
            starting[grid.bars[bar].span.start].push(bar);
            ending[grid.bars[bar].span.end - 1].push(bar);
        }
        let twin = twins(grid, bars);
        Order { rank, starting, ending, twin }
    }
}

fn sorted(grid: &Grid, keys: [Key; 3]) -> Vec<usize> {
    let loads = grid.loads();
    let value = |bar: &Bar, key| {
        let duration = Bytes::from(bar.end - bar.start);
        match key {
            Key::Area => u128::from(bar.size) * u128::from(duration),
            Key::Duration => duration.into(),
            Key::End => bar.end.into(),
            Key::Load => loads[bar.span.clone()].iter().copied().max().unwrap_or(0).into(),
            Key::Size => bar.size.into(),
            Key::Start => bar.start.into(),
        }
    };
    let mut bars: Vec<usize> = (0..grid.bars.len()).collect();
    bars.sort_by_cached_key(|&idx| keys.map(|key| Reverse(value(&grid.bars[idx], key))));
    bars
}

/// Moves each bar back by up to an eighth of all places.
fn shuffle(bars: &mut [usize], seed: u64) {
    let reach = bars.len() as u64 / 8 + 2;
    let mut random = Random::new(seed);
    let mut moved: Vec<(u64, usize)> =
        (0..).zip(bars.iter()).map(|(place, &bar)| (place + random.next() % reach, bar)).collect();
    moved.sort_by_key(|&(place, _)| place);
    for (bar, (_, moved)) in bars.iter_mut().zip(moved) {
        *bar = moved;
    }
}

/// The bars come in the static order.
fn twins(grid: &Grid, mut bars: Vec<usize>) -> Vec<Option<usize>> {
    let same = |idx: usize| {
        let bar = &grid.bars[idx];
        (bar.span.start, bar.span.end, bar.size, bar.alignment)
    };
    let mut twin = vec![None; bars.len()];
    // The sort is stable: twins stay in the static order.
    bars.sort_by_key(|&idx| same(idx));
    for pair in bars.windows(2) {
        if same(pair[0]) == same(pair[1]) {
            twin[pair[1]] = Some(pair[0]);
        }
    }
    twin
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Buffer, Problem};

    fn grid() -> Grid {
        let sizes = [2, 5, 2, 2, 7, 5];
        let buffers = sizes.map(|size| Buffer::new(size, 0, 2)).to_vec();
        Grid::of(&Problem::new(buffers).unwrap())
    }

    #[test]
    fn twins_follow_each_other_in_the_order() {
        let order = Order::of(&grid(), STRATEGIES[11], 0);
        assert_eq!(order.starting[0], [4, 1, 5, 0, 2, 3]);
        assert_eq!(order.twin, [None, None, Some(0), Some(2), None, Some(1)]);
    }

    #[test]
    fn each_round_has_an_order_of_its_own_that_never_changes() {
        let buffers = (1..40).map(|size| Buffer::new(size, 0, 2)).collect();
        let grid = Grid::of(&Problem::new(buffers).unwrap());
        let order = |round| Order::of(&grid, STRATEGIES[0], round).rank;
        assert_eq!(order(1), order(1));
        assert!(order(0) != order(1) && order(1) != order(2));
        let mut all = order(3);
        all.sort_unstable();
        assert_eq!(all, (0..39).collect::<Vec<_>>());
    }
}
