//! From asking whether a target can be met to the smallest peak.
//!
//! ```text
//!  bound ├──────┬──────┬───────┤ peak     refuted below the bound, the best plan at the peak
//!        1      4      3   2       aims of a round: the bound itself, then bisection
//! ```
//! The work goes in rounds. In a round every strategy may make so many moves at a target, and twice
//! as many some rounds later: as luck has heavy tails, many searches of other orders are worth more
//! than one long one. A round aims at the bound first: most problems meet it, and as there is no
//! room to spare the search is at its strongest. Then it bisects some steps between the bound and
//! the best peak, with smaller shares so that this takes about as long. A target that no strategy
//! met or refuted within its moves only steers the bisection of its round; the bound rises when a
//! search has finished, and in no other way. Parts of the problem between which nothing is live are
//! solved one by one; each is first asked for a [`tiling`](super::tiling).

use std::ops::Range;

use super::grid::Grid;
use super::meter::Meter;
use super::order::{Order, STRATEGIES};
use super::rules::Rules;
use super::search::{Answer, Search};
use super::skyline::Skyline;
use super::tiling::Tiling;
use crate::model::{Bytes, Reason};
use crate::planners::race::Race;

/// Moves of the first round for each bar. A search that succeeds at once makes one to three.
const MOVES_PER_BAR: u64 = 4;

/// Rounds after which the moves double. On the hardest public instance about one search in a hundred
/// succeeds within a hundred moves for each bar, while most do not within ten thousand.
const ROUNDS_PER_LEVEL: u32 = 4;

/// Steps of bisection in the first round, one more whenever the moves double. Sizes may be so many
/// units that a bisection to the end would leave no time for the bound.
const BISECTIONS: u32 = 2;

/// The hunt for a small peak; all bytes in units.
#[derive(Debug)]
pub(super) struct Hunt<'a> {
    grid: &'a Grid,
    rules: Rules,
    meter: Meter<'a>,
    race: &'a Race,
    /// The parts between which nothing is live, the fullest first.
    parts: Vec<Range<usize>>,
    /// The best offsets found, one for each bar, and the largest top.
    found: Option<Found>,
    /// No plan has a smaller peak.
    bound: Bytes,
    round: u32,
}

/// Offsets, one for each bar, and the largest top of these and of the pins.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) offsets: Vec<Bytes>,
    pub(super) peak: Bytes,
}

/// What a hunt came to.
#[derive(Debug)]
pub(super) struct Catch {
    pub(super) found: Option<Found>,
    pub(super) bound: Bytes,
    /// The limit that ended it before its goal.
    pub(super) stopped: Option<Reason>,
}

impl<'a> Hunt<'a> {
    pub(super) fn new(
        grid: &'a Grid,
        rules: Rules,
        bound: Bytes,
        meter: Meter<'a>,
        race: &'a Race,
    ) -> Hunt<'a> {
        Hunt { grid, rules, meter, race, parts: parts_of(grid), found: None, bound, round: 0 }
    }

    /// Finds the smallest peak, or proves that none is below `peak` or that of another in the race.
    pub(super) fn minimise(mut self, mut peak: Bytes) -> Catch {
        while self.bound < peak {
            self.meter.tell(peak * self.grid.unit, self.bound * self.grid.unit);
            match self.bisect(peak) {
                Ok(smaller) => peak = smaller.min(self.race.peak() / self.grid.unit),
                Err(reason) => return self.end(Some(reason)),
            }
            self.round += 1;
        }
        self.end(None)
    }

    /// Finds a peak within the capacity, or proves that there is none.
    pub(super) fn decide(mut self, capacity: Bytes) -> Catch {
        while self.found.is_none() && self.bound <= capacity {
            match self.aim(capacity, self.share()) {
                Answer::Stopped(reason) => return self.end(Some(reason)),
                Answer::Refuted => self.bound = capacity + 1,
                Answer::Found | Answer::Spent => self.round += 1,
            }
        }
        self.end(None)
    }

    fn end(self, stopped: Option<Reason>) -> Catch {
        Catch { found: self.found, bound: self.bound, stopped }
    }

    /// One round of aims below a peak; the best peak after it.
    fn bisect(&mut self, mut peak: Bytes) -> Result<Bytes, Reason> {
        let (mut low, mut target) = (self.bound, self.bound);
        for step in 0..=BISECTIONS + self.level() {
            if low >= peak {
                break;
            }
            let share = if step == 0 { self.share() } else { self.share() / 4 };
            match self.aim(target, share) {
                Answer::Found => peak = self.found.as_ref().map_or(peak, |found| found.peak),
                Answer::Refuted => {
                    self.bound = target + 1;
                    low = self.bound;
                }
                Answer::Spent => low = target + 1,
                Answer::Stopped(reason) => return Err(reason),
            }
            target = Bytes::midpoint(low, peak.saturating_sub(1));
        }
        Ok(peak)
    }

    /// Asks all strategies for a plan within a target.
    fn aim(&mut self, target: Bytes, share: u64) -> Answer {
        let mut offsets = vec![0; self.grid.bars.len()];
        for part in self.parts.clone() {
            match self.aim_part(part, target, share, &mut offsets) {
                Answer::Found => {}
                answer => return answer,
            }
        }
        let tops = offsets.iter().zip(&self.grid.bars).map(|(offset, bar)| offset + bar.size);
        let pins = self.grid.pinned.iter().flatten().map(|&(_, top)| top);
        let peak = tops.chain(pins).max().unwrap_or(0);
        debug_assert!(peak <= target, "the search keeps to its target");
        self.race.tell(peak * self.grid.unit);
        self.meter.tell(peak * self.grid.unit, self.bound * self.grid.unit);
        self.found = Some(Found { offsets, peak });
        Answer::Found
    }

    fn aim_part(
        &mut self,
        part: Range<usize>,
        target: Bytes,
        share: u64,
        offsets: &mut [Bytes],
    ) -> Answer {
        match self.tile(part.clone(), target, offsets) {
            Answer::Spent => {}
            answer => return answer,
        }
        for strategy in STRATEGIES {
            let order = Order::of(self.grid, strategy, self.round);
            let mut skyline = Skyline::new(self.grid, &order, self.rules, target);
            let mut search = Search::new(&mut skyline, strategy.pick);
            match search.run(part.clone(), share, &mut self.meter) {
                Answer::Spent => {}
                Answer::Found => {
                    for (idx, bar) in self.grid.bars.iter().enumerate() {
                        if part.contains(&bar.span.start) {
                            offsets[idx] = skyline.offset(idx);
                        }
                    }
                    return Answer::Found;
                }
                answer => return answer,
            }
        }
        Answer::Spent
    }

    /// Asks for a plan without waste, forwards and backwards in time.
    fn tile(&mut self, part: Range<usize>, target: Bytes, offsets: &mut [Bytes]) -> Answer {
        for turned in [false, true] {
            let Some(tiling) = Tiling::of(self.grid, part.clone(), target, turned) else { break };
            match tiling.search(self.round, &mut self.meter) {
                Err(reason) => return Answer::Stopped(reason),
                Ok(None) => {}
                Ok(Some(found)) => {
                    for (bar, offset) in found {
                        offsets[bar] = offset;
                    }
                    return Answer::Found;
                }
            }
        }
        Answer::Spent
    }

    /// The moves of a strategy in this round.
    fn share(&self) -> u64 {
        let first = MOVES_PER_BAR * self.grid.bars.len() as u64;
        first.saturating_mul(1_u64.checked_shl(self.level()).unwrap_or(u64::MAX))
    }

    /// How often the moves have doubled.
    fn level(&self) -> u32 {
        self.round / ROUNDS_PER_LEVEL
    }
}

fn parts_of(grid: &Grid) -> Vec<Range<usize>> {
    let loads = grid.loads();
    let order = Order::of(grid, STRATEGIES[0], 0);
    let skyline = Skyline::new(grid, &order, Rules::ALL, Bytes::MAX);
    let mut parts: Vec<Range<usize>> = skyline.parts(0..grid.section_count()).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(loads[part.clone()].iter().copied().max()));
    parts
}
