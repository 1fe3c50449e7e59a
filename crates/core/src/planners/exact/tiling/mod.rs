//! Plans without any waste, for parts whose load is the target in every section.
//!
//! In such a plan there is never a hole. So at each seam between two sections the bytes of the bars
//! that end are just those of the bars that start; wherever some that end lie together, some that
//! start have the same sum and take their place:
//!
//! ```text
//!   section │ next section
//!         c ┤                 one exchange: a, b, c give way to x, y; a + b + c = x + y.
//!         b ├ y               All that has to be known of the order of the bars in a section is
//!         a ┴ x               that what is exchanged together lies together.
//! ```
//! Which bars are exchanged for which is all there is to decide. The orders of the bars of a section
//! that agree with the exchanges so far are kept in a [`PqTree`]: an exchange gathers what ends and
//! puts what starts, in any order, in its place. No order left is a dead end; after the last section
//! any that is left leads back, exchange by exchange, to offsets. (Bars are the edges of a planar
//! graph and exchanges its vertices: planarity is tested in the same way.)
//!
//! Few sums of sizes are the same by chance, so a [`seam`] of a handful of bars leaves one or two
//! choices; where there are dozens of bars there are many, and many of them lead to a plan. Hence a
//! beam search from the first section to the last, or back: exchanges are drawn by chance, and those
//! states are kept that leave many orders while bars of the same end are [scattered](runs) little;
//! twice as many from round to round. Cost: sections × width × draws × O(bars over a section · depth
//! of the tree). It finds or gives up, and proves nothing. Sources: for the tree and the planar
//! graph, Booth and Lueker, see [`pq_tree`]; to plan by it is ours.

mod pq_tree;
mod runs;
mod seam;
mod together;

use std::cmp::Reverse;
use std::ops::Range;

use self::pq_tree::PqTree;
use self::seam::{BARS_MAX, Exchange, Seam};
use super::grid::Grid;
use super::meter::Meter;
use crate::model::{Bytes, Reason};
use crate::planners::random::Random;

/// A part without waste.
#[derive(Debug)]
pub(super) struct Tiling<'a> {
    grid: &'a Grid,
    /// The bars over the section that the search begins with.
    first: Vec<usize>,
    seams: Vec<Seam>,
    /// For each bar the seam where it ends.
    ends: Vec<usize>,
}

/// A way to get as far as some seam.
#[derive(Debug)]
struct State {
    tree: PqTree,
    score: i64,
    /// The last step of the way.
    step: usize,
}

/// The exchanges at a seam and the step before; the step before the first is 0.
#[derive(Debug)]
struct Step {
    exchanges: Vec<Exchange>,
    before: usize,
}

/// A search under way.
#[derive(Debug)]
struct Beam {
    width: usize,
    random: Random,
    steps: Vec<Step>,
}

/// Most bars over a section: trees that deep are walked by recursion.
const LIVE_MAX: usize = 256;

/// Most states that are kept in the first round; doubled in each …
const FIRST_WIDTH: usize = 4;

/// … up to some tens of megabytes.
const DOUBLINGS_MAX: u32 = 10;

/// Draws for each state at a seam.
const DRAWS: u64 = 12;

/// What a run in which bars of the same end lie counts for, against an eighth of a doubling of the
/// orders. With half or twice as much, packings of 500 pieces need a larger width.
const RUN_COST: i64 = 24;

impl<'a> Tiling<'a> {
    /// `turned` lets time run backwards. `None` where there must be waste, or too many bars are
    /// live at once.
    pub(super) fn of(
        grid: &'a Grid,
        part: Range<usize>,
        target: Bytes,
        turned: bool,
    ) -> Option<Tiling<'a>> {
        let is_full = grid.loads()[part.clone()].iter().all(|&load| load == target);
        if !grid.is_plain || !is_full {
            return None;
        }
        let cuts = cuts(grid, &part, turned);
        let mut ends = vec![0; grid.bars.len()];
        let mut live = 0;
        for (seam, [ending, starting]) in cuts.iter().enumerate() {
            live = live + starting.len() - ending.len();
            for &bar in ending {
                ends[bar] = seam;
            }
            let is_first = seam == 0;
            if live > LIVE_MAX || (!is_first && ending.len().max(starting.len()) > BARS_MAX) {
                return None;
            }
        }
        let mut cuts = cuts.into_iter().take(part.len());
        let [_, first] = cuts.next()?;
        let seams = cuts.map(|[ending, starting]| Seam::of(grid, ending, starting)).collect();
        Some(Tiling { grid, first, seams, ends })
    }

    /// The search of a round: the bars with their offsets, if it finds any; and its moves.
    ///
    /// # Errors
    /// The limit that was reached.
    pub(super) fn search(
        &self,
        round: u32,
        meter: &mut Meter<'_>,
    ) -> Result<Option<Vec<(usize, Bytes)>>, Reason> {
        let mut beam = Beam {
            width: FIRST_WIDTH << round.min(DOUBLINGS_MAX),
            random: Random::new(round.into()),
            steps: vec![Step { exchanges: Vec::new(), before: 0 }],
        };
        let mut states = vec![State { tree: self.start(), score: 0, step: 0 }];
        for seam in &self.seams {
            states = self.pass(seam, &states, &mut beam, meter)?;
        }
        Ok(states.first().map(|state| self.lead_back(&beam.way_to(state.step))))
    }

    fn start(&self) -> PqTree {
        PqTree::of(self.first.iter().copied())
    }

    /// The best states after a seam.
    fn pass(
        &self,
        seam: &Seam,
        states: &[State],
        beam: &mut Beam,
        meter: &mut Meter<'_>,
    ) -> Result<Vec<State>, Reason> {
        let mut next: Vec<State> = Vec::new();
        for state in states {
            let exchanges = seam.exchanges(&state.tree);
            let draws = if exchanges.len() > 1 { DRAWS } else { 1 };
            for draw in 0..draws {
                // The first draw takes the smallest, the later ones care less and less.
                let (found, tries) =
                    seam.draw(&state.tree, &exchanges, 1 + draw * draw / 4, &mut beam.random);
                meter.spend(tries)?;
                if let Some((mut tree, exchanges)) = found {
                    tree.normalise();
                    let score = i64::from(tree.freedom()) - RUN_COST * self.scatter(&tree);
                    beam.steps.push(Step { exchanges, before: state.step });
                    next.push(State { tree, score, step: beam.steps.len() - 1 });
                }
            }
        }
        next.sort_by(|a, b| (Reverse(a.score), &a.tree).cmp(&(Reverse(b.score), &b.tree)));
        next.dedup_by(|a, b| a.tree == b.tree);
        next.truncate(beam.width);
        Ok(next)
    }

    /// In how many runs bars of the same end lie.
    fn scatter(&self, tree: &PqTree) -> i64 {
        let mut seams: Vec<usize> = Vec::new();
        tree.visit(&mut |bar| seams.push(self.ends[bar]));
        seams.sort_unstable();
        seams.dedup();
        let runs = |seam| i64::from(tree.runs(&|bar| self.ends[bar] == seam));
        seams.into_iter().map(runs).sum()
    }

    /// The offsets of a plan, section by section from the last to the first.
    fn lead_back(&self, way: &[&[Exchange]]) -> Vec<(usize, Bytes)> {
        let mut tree = self.start();
        let mut gathered = Vec::new();
        for (seam, exchanges) in self.seams.iter().zip(way) {
            for &exchange in *exchanges {
                let Some(before) = seam.gather(&tree, exchange) else {
                    unreachable!("the same was gathered before")
                };
                tree = seam.swap(before.clone(), exchange);
                gathered.push((seam, before, exchange));
            }
        }
        let mut order = tree.frontier(&|bar| bar);
        let mut offsets = self.stacked(&order);
        for (seam, before, exchange) in gathered.into_iter().rev() {
            order = seam.order_before(before, exchange, &order);
            offsets.extend(self.stacked(&order));
        }
        offsets.sort_unstable();
        offsets.dedup();
        offsets
    }

    /// The bars of an order on top of each other. After every exchange the sums are the same.
    fn stacked(&self, order: &[usize]) -> Vec<(usize, Bytes)> {
        let mut top = 0;
        let mut offset = |&bar: &usize| {
            top += self.grid.bars[bar].size;
            (bar, top - self.grid.bars[bar].size)
        };
        order.iter().map(&mut offset).collect()
    }
}

impl Beam {
    /// The exchanges at each seam on the way to a step.
    fn way_to(&self, step: usize) -> Vec<&[Exchange]> {
        let before = |&step: &usize| Some(self.steps[step].before);
        let steps = std::iter::successors(Some(step), before).take_while(|&step| step != 0);
        let mut way: Vec<&[Exchange]> = steps.map(|step| &self.steps[step].exchanges[..]).collect();
        way.reverse();
        way
    }
}

/// At each end of a section of a part the bars that end and those that start there.
fn cuts(grid: &Grid, part: &Range<usize>, turned: bool) -> Vec<[Vec<usize>; 2]> {
    let mut cuts = vec![[Vec::new(), Vec::new()]; part.len() + 1];
    let bars = grid.bars.iter().enumerate();
    for (idx, bar) in bars.filter(|(_, bar)| part.contains(&bar.span.start)) {
        cuts[bar.span.end - part.start][0].push(idx);
        cuts[bar.span.start - part.start][1].push(idx);
    }
    if turned {
        cuts.reverse();
        for cut in &mut cuts {
            cut.reverse();
        }
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::model::{Buffer, Problem, Step};

    /// A rectangle of some steps and bytes, cut straight through into pieces by chance.
    fn cut_rectangle(count: usize, (steps, bytes): (u64, u64), seed: u64) -> Problem {
        let mut random = Random::new(seed);
        let mut pieces = vec![[0, steps, bytes]];
        while pieces.len() < count {
            let at = usize::try_from(random.below(pieces.len() as u64)).unwrap();
            let [start, end, size] = pieces[at];
            let is_upright = random.below(2) == 0;
            if is_upright && end - start > 1 {
                let middle = start + 1 + random.below(end - start - 1);
                pieces[at] = [start, middle, size];
                pieces.push([middle, end, size]);
            } else if !is_upright && size > 1 {
                let below = 1 + random.below(size - 1);
                pieces[at] = [start, end, below];
                pieces.push([start, end, size - below]);
            }
        }
        let step = |number: u64| Step::try_from(number).unwrap();
        let buffer = |[start, end, size]: [u64; 3]| Buffer::new(size, step(start), step(end));
        Problem::new(pieces.into_iter().map(buffer).collect()).unwrap()
    }

    fn is_found(problem: &Problem, turned: bool) -> bool {
        let deadline = Limits::default().start();
        let grid = Grid::of(problem);
        let load = grid.loads()[0];
        let tiling = Tiling::of(&grid, 0..grid.section_count(), load, turned).unwrap();
        let mut meter = Meter::new(&deadline);
        let Some(found) = (0..6).find_map(|round| tiling.search(round, &mut meter).unwrap()) else {
            return false;
        };
        // Each bar has one offset, …
        assert!(found.iter().map(|&(bar, _)| bar).eq(0..grid.bars.len()));
        // … and no two that share a section share bytes.
        for (bar, offset) in &found {
            let (span, top) = (&grid.bars[*bar].span, offset + grid.bars[*bar].size);
            assert!(top <= load);
            for (other, low) in &found[..*bar] {
                let (others, high) = (&grid.bars[*other].span, low + grid.bars[*other].size);
                let shares = span.start < others.end && others.start < span.end;
                assert!(!shares || top <= *low || high <= *offset, "{problem:?}");
            }
        }
        true
    }

    #[test]
    fn what_was_cut_is_put_together_again() {
        for (count, sides, seeds) in [(1, (9, 9), 1), (12, (9, 9), 200), (60, (40, 900), 20)] {
            for seed in 0..seeds {
                let problem = cut_rectangle(count, sides, seed);
                assert!(is_found(&problem, false) && is_found(&problem, true), "{count} {seed}");
            }
        }
    }

    #[test]
    fn where_there_must_be_waste_it_is_not_tried() {
        let problem = Problem::new(vec![Buffer::new(3, 0, 1), Buffer::new(2, 1, 2)]).unwrap();
        let grid = Grid::of(&problem);
        assert!(Tiling::of(&grid, 0..2, 3, false).is_none());
        assert!(Tiling::of(&grid, 0..1, 3, false).is_some());
        let pinned = problem.buffers().iter().map(|b| Buffer { size: 3, pin: Some(0), ..*b });
        let grid = Grid::of(&Problem::new(pinned.collect()).unwrap());
        assert!(Tiling::of(&grid, 0..2, 3, false).is_none());
    }
}
