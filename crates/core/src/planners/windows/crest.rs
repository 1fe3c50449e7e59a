//! Crests: the sweep again around a peak of its own, joined to the rest where little is live.
//!
//! A sweep is tight at the step that it begins with, and wastes more the further it is away. Where
//! the load nearly reaches its maximum again, far from there, its plan is highest. So the time around
//! such a peak is swept anew from it, and what lies between that and the plan on either side is
//! filled by skylines:
//!
//! ```text
//!   load          ╭─╮          the buffers between a and b, and between c and d, are placed last,
//!        ╮       ╭╯ ╰╮    ╭    between two fences: those live at a and d lie as they did, those
//!        ╰╮   ╭──╯   ╰─╮ ╭╯    live at b and c as the new sweep has them
//!    old  ╰───╯ sweep  ╰─╯ old
//!         a   b        c d
//! ```
//! The peak is that of the load while what lies too high is live, which may be far from where it was
//! noticed. The new sweep has a ceiling, below which others make way.
//!
//! A join has to reconcile two plans that know nothing of each other, which takes some percents of
//! room. So it is where the load is low all along, and so long that nothing that is live at one end
//! meets what is live at the other.

use std::ops::Range;

use super::Search;
use super::cells::Cells;
use crate::analysis::max_load;
use crate::model::{BufferIdx, Bytes, Reason, Step};
use crate::planners::skyline::{Strip, Window};
use crate::planners::sweep::{MANNERS, Way, swept};

/// How much is done for a crest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// How far from its peak a join may begin, in stretches.
    pub(super) reach: usize,
    /// The nearest join will do that leaves this part of the target free.
    pub(super) room: Bytes,
    /// In how many ways it is swept, at most, …
    pub(super) sweeps: usize,
    /// … and each join is filled.
    pub(super) attempts: u32,
}

/// The stretches of a join: four times as long as a buffer lives on average.
const JOIN: usize = 4 * Cells::STRETCHES;

/// A sweep that is lower by less than this part of the way to the target is not worth the joins.
const GAIN: Bytes = 8;

/// What is a larger part of the problem than this is no crest: all might as well be swept anew.
const PART: usize = 6;

/// All attempts at a join place no more than this part of the problem, if they are more than two.
const TURNS: usize = 8;

/// What a crest is to be lowered to, and from where.
#[derive(Debug, Clone, Copy)]
struct Aim {
    target: Bytes,
    from: Bytes,
    /// Where the load is highest.
    peak: Step,
}

/// Where two plans meet: from one of them to the other. At either end of time it is empty.
#[derive(Debug, Clone, Copy)]
struct Join {
    start: Step,
    end: Step,
}

impl Search<'_> {
    /// Sweeps what is around the highest load of a cell anew, if that makes it lower.
    pub(super) fn lower(
        &mut self,
        cell: usize,
        target: Bytes,
        effort: Effort,
    ) -> Result<(), Reason> {
        let Some(peak) = self.crest(cell) else { return Ok(()) };
        let Some(joins) = self.joins(peak, target, effort) else { return Ok(()) };
        let [left, right] = joins;
        let free = self.cells.between(self.problem, left.start, right.end);
        let aim = Aim { target, from: self.top_of(&free), peak: self.cells.stretch(peak) };
        // What is highest may reach beyond the joins, and stays then.
        if aim.from <= target || aim.from < self.tops[cell] {
            return Ok(());
        }
        let before: Vec<Bytes> = free.iter().map(|idx| self.offsets[idx.usize()]).collect();
        let top = self.renew(&free, joins, aim, effort);
        if top.is_ok_and(|top| top < aim.from) {
            self.note_tops(self.cells.holding(left.start), self.cells.holding(right.end) + 1);
        } else {
            free.iter().zip(before).for_each(|(idx, offset)| self.offsets[idx.usize()] = offset);
        }
        top.map(|_| ())
    }

    /// Sweeps between two joins and fills these; how high that became.
    fn renew(
        &mut self,
        free: &[BufferIdx],
        joins: [Join; 2],
        aim: Aim,
        effort: Effort,
    ) -> Result<Bytes, Reason> {
        let [left, right] = joins;
        let life = |idx: &BufferIdx| self.problem.buffers()[idx.usize()].lifetime;
        let is_within =
            |idx: &&BufferIdx| left.end < life(idx).end && life(idx).start < right.start;
        let core: Vec<BufferIdx> = free.iter().filter(is_within).copied().collect();
        if core.len() > self.problem.len() / PART {
            return Ok(aim.from);
        }
        let mut top = self.sweep(&core, aim, effort.sweeps)?;
        if top > aim.from - (aim.from - aim.target) / GAIN {
            return Ok(aim.from);
        }
        for join in joins {
            if top < aim.from {
                let aim = Aim { target: aim.target.max(top), ..aim };
                top = top.max(self.fill(join, aim, effort.attempts)?);
            }
        }
        Ok(top)
    }

    /// Sweeps some buffers by themselves, in several ways until one is as low as the target.
    fn sweep(&mut self, core: &[BufferIdx], aim: Aim, sweeps: usize) -> Result<Bytes, Reason> {
        let part = self.problem.part(core);
        let main = max_load(&part).step;
        let starts = [main, aim.peak, main.midpoint(aim.peak)];
        let ways = MANNERS.iter().flat_map(|&manner| starts.map(|from| (from, manner)));
        let affordable = self.problem.len() / core.len().max(1);
        let mut best = aim.from;
        for (from, manner) in ways.take(sweeps.min(affordable)) {
            let way = Way { from, manner: Some(manner), ceiling: aim.target };
            let (offsets, stopped) = swept(&part, way, self.deadline);
            self.nodes += core.len() as u64;
            if let Some(reason) = stopped {
                return Err(reason);
            }
            let tops = offsets.iter().zip(part.buffers()).map(|(offset, b)| offset + b.size);
            let top = tops.max().unwrap_or(0);
            if top < best {
                best = top;
                core.iter().zip(offsets).for_each(|(idx, o)| self.offsets[idx.usize()] = o);
            }
            if best <= aim.target {
                break;
            }
        }
        Ok(best)
    }

    /// Places what lives within a join, in several ways until one is as low as the target.
    fn fill(&mut self, join: Join, aim: Aim, attempts: u32) -> Result<Bytes, Reason> {
        let Join { start, end } = join;
        let free = self.cells.between(self.problem, start, end);
        if free.is_empty() {
            return Ok(0);
        }
        let [before, after] = [start, end].map(|step| self.cells.live_at(self.problem, step));
        let window = Window { free: &free, before: &before, after: &after };
        let strip = Strip::within(self.problem, window, &self.offsets);
        let affordable = self.problem.len() / TURNS / free.len();
        let attempts = attempts.min(u32::try_from(affordable).unwrap_or(u32::MAX).max(2));
        self.place(&strip, attempts, aim.from, aim.target)
    }

    /// The stretch of the largest load while that is live which lies highest in a cell.
    fn crest(&self, cell: usize) -> Option<usize> {
        let there = self.cells.live_in(cell, cell + 1);
        let highest = there.max_by_key(|&&idx| self.top_of(&[idx]))?;
        let life = self.problem.buffers()[highest.usize()].lifetime;
        self.cells.stretches(life).max_by_key(|&at| self.cells.loads()[at])
    }

    /// Where a crest may be parted from what is before and after.
    fn joins(&self, peak: usize, target: Bytes, effort: Effort) -> Option<[Join; 2]> {
        let Effort { reach, room, .. } = effort;
        let count = self.cells.loads().len();
        // Nothing that is live at the peak is live in a join, as a rule.
        let gap = Cells::STRETCHES;
        let first = peak.saturating_sub(reach);
        let tops = self.tops_at(first..(peak + reach).min(count) + 1);
        let is_low = |at: usize| tops.get(at - first).is_none_or(|&top| top <= target);
        let left = match (peak + 1).checked_sub(gap + JOIN) {
            None => Join { start: 0, end: 0 },
            Some(nearest) => {
                let places = (first..=nearest).rev().filter(|&at| is_low(at));
                self.join(places, target - target / room)?
            }
        };
        let right = if peak + gap + JOIN > count {
            Join { start: Step::MAX, end: Step::MAX }
        } else {
            let places = peak + gap..(peak + reach).min(count) + 1 - JOIN;
            self.join(places.filter(|&at| is_low(at + JOIN)), target - target / room)?
        };
        Some([left, right])
    }

    /// The nearest join with room, else that with the most.
    fn join(&self, places: impl Iterator<Item = usize>, least: Bytes) -> Option<Join> {
        let load = |at: usize| self.cells.loads()[at..at + JOIN].iter().max().copied();
        let mut places: Vec<(Bytes, usize)> =
            places.map(|at| (load(at).unwrap_or(0).max(least), at)).collect();
        // Stable: the nearest of equals first.
        places.sort_by_key(|&(load, _)| load);
        let mut joins = places.into_iter().map(|(_, at)| Join {
            start: self.cells.stretch(at),
            end: self.cells.stretch(at + JOIN),
        });
        joins.find(|join| self.parts(*join))
    }

    /// The highest top of what is live across the first step of each of some stretches.
    fn tops_at(&self, stretches: Range<usize>) -> Vec<Bytes> {
        let cell = |at: usize| self.cells.holding(self.cells.stretch(at));
        let (first, last) = (cell(stretches.start), cell(stretches.end));
        let mut tops = vec![0; stretches.len()];
        for idx in self.cells.live_in(first, last + 1) {
            let top = self.top_of([idx]);
            let crossed = self.cells.crossed(self.problem.buffers()[idx.usize()].lifetime);
            let from = crossed.start.max(stretches.start);
            for at in from..crossed.end.min(stretches.end) {
                let highest = &mut tops[at - stretches.start];
                *highest = top.max(*highest);
            }
        }
        tops
    }

    /// Whether nothing that is live at one end of a join meets what is live at the other.
    fn parts(&self, join: Join) -> bool {
        let life = |idx: &BufferIdx| self.problem.buffers()[idx.usize()].lifetime;
        let [first, last] = [join.start, join.end].map(|at| self.cells.live_at(self.problem, at));
        let ends = first.iter().map(|idx| life(idx).end).max();
        let starts = last.iter().map(|idx| life(idx).start).min();
        ends.zip(starts).is_none_or(|(end, start)| end <= start)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Sweep;
    use super::*;
    use crate::check;
    use crate::limits::Limits;
    use crate::model::{Buffer, Problem};
    use crate::planners::Planner;
    use crate::planners::fit::plan_of;
    use crate::planners::random::Random;

    const EFFORT: Effort = Effort { reach: 96, room: 14, sweeps: 2, attempts: 8 };

    fn problem(random: &mut Random) -> Problem {
        let buffers = (0..20_000).map(|_| {
            let start = Step::try_from(random.below(20_000)).unwrap();
            let duration = Step::try_from(1 + random.below(400)).unwrap();
            Buffer::new(1 + random.below(4_096), start, start + duration)
        });
        Problem::new(buffers.collect()).unwrap()
    }

    #[test]
    fn a_crest_is_lowered_or_left_as_it_was() {
        let (mut random, mut lowered, mut left) = (Random::new(1), 0, 0);
        for _ in 0..4 {
            let problem = problem(&mut random);
            let deadline = Limits::default().start();
            let swept = Sweep.plan(&problem, &Limits::default()).unwrap().into_plan().unwrap();
            let cells = Cells::of(&problem, &deadline).unwrap();
            let mut search = Search::of(&problem, cells, swept.offsets, u64::MAX, &deadline);
            for cell in 0..search.cells.len() {
                let (before, tops) = (search.offsets.clone(), search.tops.clone());
                search.lower(cell, swept.lower_bound, EFFORT).unwrap();
                let plan = plan_of(&problem, search.offsets.clone());
                assert_eq!(check(&problem, &plan), Ok(()));
                assert!(search.peak() <= tops.into_iter().max().unwrap());
                let is_left = before == search.offsets;
                (lowered, left) = (lowered + usize::from(!is_left), left + usize::from(is_left));
            }
        }
        assert!(lowered > 5 && left > 5, "{lowered} {left}");
    }
}
