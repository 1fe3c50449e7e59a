//! Skyline best fit: the lowest place is filled first.
//!
//! The placed buffers make a skyline over time: segments of one height each. The lowest segment is
//! taken, and a buffer that waits and whose lifetime keeps to the segment is put on it; if there is
//! none, what lies below the lower neighbour is wasted and the two become one segment:
//!
//! ```text
//!        ┌──┐                      which one is placed:
//!  ┌─────┘  └──┐  ┌────            * the longest of the earliest start that fits (breadth 1), or
//!  │           │  │                * the best of several starts by duration^a · size^b, or
//!  │        lowest│                * if a section here must end near the peak, the best that is
//!  └───────────┴──┴────              live there: waste is for sections that can bear it
//! ```
//!
//! Nothing is ever put under something else, so a segment tree over the waiting buffers and one
//! over the sections are all there is to ask: O(k n log n) for breadth k, O(n) memory. A pass is
//! left as soon as load + waste of some section exceeds the best peak known.
//!
//! No choice is best for all problems, but on most some choice ends at the lower bound. So a few
//! fixed ones are tried, forwards and backwards in time, then random ones until the budget is
//! spent. Of pins a pass sees only those that are live at an end of its time ([`fence`]), which is
//! what [`windows`](super::windows) needs; in a problem with pins its offsets become the order of a
//! first fit around them. Of ties it sees nothing either ([`tied`](super::tied)).
//!
//! Source: Burke, Kendall and Whitwell, *A new placement heuristic for the orthogonal
//! stock-cutting problem*, 2004. There pieces may go anywhere along the skyline and the widest is
//! taken; here time fixes where a buffer goes, so the choice is richer, and the critical sections
//! and the early end are ours.

mod fence;
mod outlook;
mod pass;
mod strip;
mod surface;
mod waiting;

pub(super) use self::pass::{Attempt, End, Pass, Style};
pub(super) use self::strip::{Strip, Window};

use super::Planner;
use super::fit::{Rule, place_in_order, plan_of};
use super::random::Random;
use super::tied;
use crate::analysis::refute;
use crate::limits::{Deadline, Limits};
use crate::model::{BufferIdx, Bytes, Error, Outcome, Problem, Reason};

/// Skyline best fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skyline {
    /// A few fixed passes, of which the first takes about a microsecond for each buffer.
    Passes,
    /// Random passes after the fixed ones, for as long as the limits allow.
    Restarts,
}

/// The fixed passes, in the order of their cost. On traces of training and inference one of them
/// is at the bound as a rule.
const FIXED: [Style; 3] = [
    Style { breadth: 1, duration: 0, size: 0, noise: 0, care: 0 },
    Style { breadth: 32, duration: 2, size: 1, noise: 0, care: 0 },
    Style { breadth: 1024, duration: 2, size: 1, noise: 0, care: 10 },
];

/// Without a limit, random passes place each buffer so many times, …
const RESTARTS_MAX: u64 = 64;

/// … and all buffers together so many times: a second or two.
const NODES_MAX: u64 = 1 << 20;

impl Planner for Skyline {
    fn name(&self) -> &'static str {
        match self {
            Skyline::Passes => "skyline",
            Skyline::Restarts => "skyline_restarts",
        }
    }

    fn plan(&self, problem: &Problem, limits: &Limits) -> Result<Outcome, Error> {
        if !problem.ties().is_empty() {
            return tied::guided(self, problem, limits);
        }
        let deadline = limits.start();
        if let Some(refutation) = refute(problem) {
            return Ok(Outcome::Infeasible(refutation));
        }
        let mut search = Search::of(problem, &deadline);
        let ended = search.fixed().and_then(|()| match self {
            Skyline::Passes => Ok(()),
            Skyline::Restarts => search.random(limits.seed, node_budget(problem, limits)),
        });
        let (offsets, pins_stopped) = search.around_pins();
        let plan = plan_of(problem, offsets);
        deadline.tell(plan.peak, plan.lower_bound);
        Ok(Outcome::stopped(plan, problem.capacity(), ended.err().or(pins_stopped)))
    }
}

/// How many buffers random passes may place.
fn node_budget(problem: &Problem, limits: &Limits) -> u64 {
    limits.nodes_or((problem.len() as u64 * RESTARTS_MAX).min(NODES_MAX))
}

/// How time runs in a pass.
#[derive(Debug, Clone, Copy)]
enum Direction {
    Forwards,
    Backwards,
}

/// The best of the passes so far.
struct Search<'a> {
    problem: &'a Problem,
    deadline: &'a Deadline,
    /// The max load, which no peak is below.
    floor: Bytes,
    /// Time running forwards, and backwards when that is first asked for.
    forwards: Strip,
    backwards: Option<Strip>,
    pass: Pass,
    peak: Bytes,
    /// By buffer; all 0 until a pass has ended.
    offsets: Vec<Bytes>,
    /// Whether the offsets are no plan yet: the passes know nothing of pins.
    is_pinned: bool,
}

impl<'a> Search<'a> {
    fn of(problem: &'a Problem, deadline: &'a Deadline) -> Search<'a> {
        let strip = Strip::of(problem);
        let floor = strip.loads.iter().copied().max().unwrap_or(0);
        Search {
            problem,
            deadline,
            floor,
            // Nothing is to be done where nothing has bytes.
            peak: if floor == 0 { 0 } else { Bytes::MAX },
            forwards: strip,
            backwards: None,
            pass: Pass::default(),
            offsets: vec![0; problem.len()],
            is_pinned: problem.buffers().iter().any(|buffer| buffer.pin.is_some()),
        }
    }

    /// The fixed passes, forwards then backwards.
    fn fixed(&mut self) -> Result<(), Reason> {
        for direction in [Direction::Forwards, Direction::Backwards] {
            for style in FIXED {
                self.attempt(direction, style, 0)?;
            }
        }
        Ok(())
    }

    /// Random passes until this many buffers are placed.
    fn random(&mut self, seed: u64, budget: u64) -> Result<(), Reason> {
        let mut random = Random::new(seed);
        let mut nodes = 0;
        while self.peak > self.floor && nodes < budget {
            let direction = random.pick(&[Direction::Forwards, Direction::Backwards]);
            let style = random_style(&mut random);
            self.attempt(direction, style, random.next())?;
            nodes += self.pass.placed.max(1) as u64;
        }
        Ok(())
    }

    /// A pass that keeps its offsets if they are better. The first pass is finished even when a
    /// limit is reached, so that there are always offsets.
    fn attempt(&mut self, direction: Direction, style: Style, seed: u64) -> Result<(), Reason> {
        if self.peak <= self.floor {
            return Ok(());
        }
        let strip = match direction {
            Direction::Forwards => &self.forwards,
            Direction::Backwards => self.backwards.get_or_insert_with(|| self.forwards.mirrored()),
        };
        let target = self.peak - 1;
        let end = self.pass.run(strip, Attempt { style, target, seed }, self.deadline);
        let found = match end {
            End::Placed(peak) => Some(peak),
            End::Stopped(_) if self.peak == Bytes::MAX => Some(self.pass.stack_rest(strip)),
            End::TooHigh | End::Stopped(_) => None,
        };
        if let Some(peak) = found {
            self.peak = peak;
            self.pass.write(strip, &mut self.offsets);
            if !self.is_pinned {
                self.deadline.tell(peak, self.floor);
            }
        }
        if let End::Stopped(reason) = end { Err(reason) } else { Ok(()) }
    }

    /// The offsets; if there are pins, those of a first fit in their order.
    fn around_pins(self) -> (Vec<Bytes>, Option<Reason>) {
        if !self.is_pinned {
            return (self.offsets, None);
        }
        let mut order: Vec<BufferIdx> = self.problem.iter().map(|(idx, _)| idx).collect();
        order.sort_by_key(|idx| self.offsets[idx.usize()]);
        place_in_order(self.problem, &order, Rule::FirstFit, self.deadline)
    }
}

/// How a pass chooses, by chance.
pub(super) fn random_style(random: &mut Random) -> Style {
    Style {
        breadth: random.pick(&[2, 4, 8, 16, 32, 64, 128, 1024]),
        duration: random.pick(&[0, 1, 2, 3, 4]),
        size: random.pick(&[0, 1, 2, 3, 4]),
        noise: random.pick(&[0, 1, 2, 4, 8]),
        care: random.pick(&[0, 2, 10, 50, 100, 1024]),
    }
}
