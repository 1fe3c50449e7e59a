//! Depth first through the ways to go on, without recursion.
//!
//! A frame is a branch with the ways not yet tried, or a cut of a region into parts that nothing
//! crosses. Parts are searched one after the other. When a part is done its branches are forgotten
//! (not undone), so that a part without a plan leads back to the branch before the cut, not to
//! other plans of the parts before it. Memory: one frame, one trail entry and one way for each move
//! on the path.

use std::ops::Range;

use super::meter::Meter;
use super::order::Pick;
use super::skyline::{Dead, Skyline};
use super::valley::{Branch, Settled, Way};
use crate::model::Reason;

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The region is placed within the target.
    Found,
    /// It cannot be.
    Refuted,
    /// The share of moves is used up.
    Spent,
    /// A limit of the whole work was reached.
    Stopped(Reason),
}

enum Frame {
    Branch {
        region: Range<usize>,
        branch: Branch,
        mark: usize,
        /// The first of its ways on the stack of ways.
        ways: usize,
        next: usize,
    },
    Cut {
        /// The first of its parts on the stack of parts.
        parts: usize,
        next: usize,
    },
}

/// Where a search goes next.
enum Turn {
    Into(Range<usize>),
    Done,
    Back,
}

/// The search for a plan of a region.
pub(super) struct Search<'a, 'b> {
    skyline: &'b mut Skyline<'a>,
    pick: Pick,
    frames: Vec<Frame>,
    ways: Vec<Way>,
    parts: Vec<Range<usize>>,
}

/// Changes that a search may have to take back, some 200 MB. One with more has gone astray among
/// raises by a byte.
const TRAIL_MAX: usize = 1 << 22;

impl<'a, 'b> Search<'a, 'b> {
    pub(super) fn new(skyline: &'b mut Skyline<'a>, pick: Pick) -> Search<'a, 'b> {
        Search { skyline, pick, frames: Vec::new(), ways: Vec::new(), parts: Vec::new() }
    }

    /// Searches a region with at most a share of the moves that are left.
    pub(super) fn run(
        &mut self,
        region: Range<usize>,
        share: u64,
        meter: &mut Meter<'_>,
    ) -> Answer {
        let mut spent = 0;
        if region.clone().any(|section| self.skyline.spare(section, 0).is_none()) {
            return Answer::Refuted;
        }
        let mut turn = Turn::Into(region);
        loop {
            let next = match turn {
                Turn::Into(region) => Ok(self.enter(region)),
                Turn::Done => self.next_part().ok_or(Answer::Found),
                Turn::Back => self.next_way().ok_or(Answer::Refuted),
            };
            let moves = self.skyline.take_moves();
            spent += moves;
            // An answer counts, even one that comes with the last move.
            let limit = meter.spend(moves);
            turn = match (next, limit) {
                (Err(answer), _) => return answer,
                (_, Err(reason)) => return Answer::Stopped(reason),
                (Ok(_), Ok(())) if spent > share || self.skyline.mark() > TRAIL_MAX => {
                    return Answer::Spent;
                }
                (Ok(turn), Ok(())) => turn,
            };
        }
    }

    /// Makes the forced moves of a region and opens a frame for what is left.
    fn enter(&mut self, mut region: Range<usize>) -> Turn {
        let branch = match self.skyline.settle(region.clone(), self.pick) {
            Err(Dead) => return Turn::Back,
            Ok(Settled::Done) => return Turn::Done,
            Ok(Settled::Paused) => return Turn::Into(region),
            Ok(Settled::At(branch)) => branch,
        };
        if self.skyline.rules.cuts {
            let first = self.parts.len();
            self.parts.extend(self.skyline.parts(region.clone()));
            if self.parts.len() - first > 1 {
                self.frames.push(Frame::Cut { parts: first, next: first });
                return Turn::Done;
            }
            region = self.parts.pop().unwrap_or(region);
        }
        let first = self.ways.len();
        self.skyline.list_ways(&branch, &mut self.ways);
        let mark = self.skyline.mark();
        self.frames.push(Frame::Branch { region, branch, mark, ways: first, next: first });
        Turn::Back
    }

    /// After a region is placed: the next part of the innermost cut; `None` if there is none left.
    fn next_part(&mut self) -> Option<Turn> {
        loop {
            match self.frames.last_mut()? {
                Frame::Branch { ways, .. } => self.ways.truncate(*ways),
                Frame::Cut { next, .. } if *next < self.parts.len() => {
                    *next += 1;
                    return Some(Turn::Into(self.parts[*next - 1].clone()));
                }
                Frame::Cut { parts, .. } => self.parts.truncate(*parts),
            }
            self.frames.pop();
        }
    }

    /// After a dead end: the next way of the innermost branch that has one; `None` if none has.
    fn next_way(&mut self) -> Option<Turn> {
        loop {
            match self.frames.last_mut()? {
                Frame::Cut { parts, .. } => self.parts.truncate(*parts),
                Frame::Branch { region, branch, mark, ways, next } => {
                    self.skyline.undo(*mark);
                    while let Some(&way) = self.ways.get(*next) {
                        *next += 1;
                        if self.skyline.go(branch, way).is_ok() {
                            return Some(Turn::Into(region.clone()));
                        }
                    }
                    self.ways.truncate(*ways);
                }
            }
            self.frames.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::grid::Grid;
    use super::super::order::{Order, STRATEGIES, Strategy};
    use super::super::rules::Rules;
    use super::*;
    use crate::analysis::max_load;
    use crate::limits::Limits;
    use crate::model::{Buffer, Bytes, Problem};

    /// Numbers below a limit, by the generator of *Numerical Recipes*.
    fn chance(seed: u32) -> impl FnMut(u32) -> u32 {
        let mut state = seed;
        move |limit| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % limit
        }
    }

    /// Many twins and equal spans; of every four problems one is aligned and one has a pin.
    fn problem(seed: u32) -> Problem {
        let mut below = chance(seed);
        let mut buffers: Vec<Buffer> = (0..10)
            .map(|_| {
                let start = below(5);
                Buffer::new(Bytes::from(1 + below(5)), start, start + 1 + below(3))
            })
            .collect();
        match seed % 4 {
            1 => buffers.iter_mut().for_each(|b| b.alignment = 1 + Bytes::from(below(4))),
            2 => buffers[0].pin = Some(3),
            _ => {}
        }
        Problem::new(buffers).unwrap()
    }

    fn answer(grid: &Grid, strategy: Strategy, rules: Rules, target: Bytes) -> Answer {
        let deadline = Limits::default().start();
        let order = Order::of(grid, strategy, 1);
        let mut skyline = Skyline::new(grid, &order, rules, target);
        let mut search = Search::new(&mut skyline, strategy.pick);
        search.run(0..grid.section_count(), u64::MAX, &mut Meter::new(&deadline))
    }

    #[test]
    fn every_strategy_gives_the_same_answer() {
        let plain = Rules { rest: false, stacks: false, twins: false, ..Rules::ALL };
        for seed in 0..60 {
            let problem = problem(seed);
            let grid = Grid::of(&problem);
            let load = max_load(&problem).bytes / grid.unit;
            for target in load.saturating_sub(1)..load + 4 {
                let expected = answer(&grid, STRATEGIES[0], plain, target);
                assert!(target >= load || expected == Answer::Refuted, "{seed} {target}");
                for strategy in STRATEGIES {
                    let found = answer(&grid, strategy, Rules::ALL, target);
                    assert_eq!(found, expected, "{seed} {target} {strategy:?}: {problem:?}");
                }
            }
        }
    }

    /// A square of so many steps and bytes cut into pieces, of which some are then made smaller,
    /// left out or, in every other problem, pinned: what is left is known to fit.
    fn planted(seed: u32, length: u32) -> Problem {
        let mut below = chance(seed);
        let mut pieces = vec![[0, length, 0, length]];
        for _ in 0..40 {
            let idx = below(u32::try_from(pieces.len()).unwrap()) as usize;
            let [left, right, low, high] = pieces[idx];
            if right - left > 1 && below(2) == 0 {
                let at = left + 1 + below(right - left - 1);
                pieces[idx] = [left, at, low, high];
                pieces.push([at, right, low, high]);
            } else if high - low > 1 && pieces.len() < 18 {
                let at = low + 1 + below(high - low - 1);
                pieces[idx] = [left, right, low, at];
                pieces.push([left, right, at, high]);
            }
        }
        let smaller = |[left, right, low, high]: [u32; 4]| {
            let size = (high - low).saturating_sub([0, 0, 0, 1, 1, 3][below(6) as usize]);
            // A pin leaves no mirror image of the plan that would do as well.
            let pin = (seed % 2 == 1 && below(4) == 0).then(|| low.into());
            Buffer { pin, ..Buffer::new(size.into(), left, right) }
        };
        Problem::new(pieces.into_iter().map(smaller).collect()).unwrap()
    }

    #[test]
    fn every_strategy_finds_what_is_known_to_be_there() {
        for seed in 0..400 {
            let problem = planted(seed, 9);
            let grid = Grid::of(&problem);
            for strategy in STRATEGIES {
                let found = answer(&grid, strategy, Rules::ALL, 9 / grid.unit);
                assert_eq!(found, Answer::Found, "{seed} {strategy:?}: {problem:?}");
            }
        }
    }
}
