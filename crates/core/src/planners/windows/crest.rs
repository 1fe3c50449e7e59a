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
//! A join has to reconcile two plans that know nothing of each other, which takes some percents of
//! room. So it is where the load is low all along, and so long that nothing that is live at one end
//! meets what is live at the other.

use super::cells::Cells;
use super::{FIXED, Search};
use crate::model::{BufferIdx, Bytes, Reason, Step};
use crate::planners::skyline::{Strip, Window, random_style};
use crate::planners::sweep::{MANNERS, swept};

/// How much is done for a crest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// How far from its peak a join may begin, in stretches.
    pub(super) reach: usize,
    /// In how many ways it is swept, at most, …
    pub(super) sweeps: usize,
    /// … and each join is filled.
    pub(super) attempts: u32,
}

/// The stretches of a join: four times as long as a buffer lives on average.
const JOIN: usize = 4 * Cells::STRETCHES;

/// The part of the target that is left free where a join is likely to be filled.
const ROOM: Bytes = 14;

/// So many places for a join are looked at.
const PLACES: usize = 16;

/// Where two plans meet: from one of them to the other. At either end of time it is empty.
#[derive(Debug, Clone, Copy)]
struct Join {
    start: Step,
    end: Step,
}

/// What a crest is to be lowered to, and from where.
#[derive(Debug, Clone, Copy)]
struct Aim {
    target: Bytes,
    from: Bytes,
}

impl Search<'_> {
    /// Sweeps what is around the highest load of a cell anew, if that makes it lower.
    pub(super) fn lower(
        &mut self,
        cell: usize,
        target: Bytes,
        effort: Effort,
    ) -> Result<(), Reason> {
        let Some(joins) = self.joins(cell, target, effort.reach) else { return Ok(()) };
        let [left, right] = joins;
        let free = self.cells.between(self.problem, left.start, right.end);
        let aim = Aim { target, from: self.top_of(&free) };
        if aim.from <= target {
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
        let mut top = self.sweep(&core, aim, effort.sweeps)?;
        for join in joins {
            if top < aim.from {
                let aim = Aim { target: aim.target.max(top), ..aim };
                top = top.max(self.fill(join, aim, effort.attempts)?);
            }
        }
        Ok(top)
    }

    /// Sweeps some buffers by themselves, in several manners until one is as low as the target.
    fn sweep(&mut self, core: &[BufferIdx], aim: Aim, sweeps: usize) -> Result<Bytes, Reason> {
        let part = self.problem.part(core);
        let mut best = aim.from;
        for manner in MANNERS.into_iter().take(sweeps) {
            let (offsets, stopped) = swept(&part, manner, self.deadline);
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
        let mirrored = strip.mirrored();
        let mut best = Bytes::MAX;
        for attempt in 0..attempts {
            let chosen = FIXED.get(attempt as usize / 2).copied();
            let style = chosen.unwrap_or_else(|| random_style(&mut self.random));
            let strip = if attempt % 2 == 0 { &strip } else { &mirrored };
            best = best.min(self.attempt(strip, style, best.min(aim.from) - 1)?);
            if best <= aim.target {
                break;
            }
        }
        Ok(best)
    }

    /// Where the highest load of a cell may be parted from what is before and after.
    fn joins(&self, cell: usize, target: Bytes, reach: usize) -> Option<[Join; 2]> {
        let loads = self.cells.loads();
        let peak = self.cells.stretches(cell).max_by_key(|&at| loads[at])?;
        // Nothing that is live at the peak is live in a join, as a rule.
        let gap = Cells::STRETCHES;
        let nearest = (peak + 1).checked_sub(gap + JOIN);
        let left = match nearest {
            None => Join { start: 0, end: 0 },
            Some(nearest) => {
                let places = (peak.saturating_sub(reach)..=nearest).rev();
                self.join(places, target, |join| join.start)?
            }
        };
        let right = if peak + gap + JOIN > loads.len() {
            Join { start: Step::MAX, end: Step::MAX }
        } else {
            let places = peak + gap..(peak + reach).min(loads.len() - JOIN + 1);
            self.join(places, target, |join| join.end)?
        };
        Some([left, right])
    }

    /// The nearest join with room, else that with the most; what is live on its outer side stays,
    /// and so must be low.
    fn join(
        &self,
        places: impl Iterator<Item = usize>,
        target: Bytes,
        outer: impl Fn(Join) -> Step,
    ) -> Option<Join> {
        let load = |at: usize| self.cells.loads()[at..at + JOIN].iter().max().copied();
        let least = target - target / ROOM;
        let mut places: Vec<(Bytes, usize)> =
            places.map(|at| (load(at).unwrap_or(0).max(least), at)).collect();
        // Stable: the nearest of equals first.
        places.sort_by_key(|&(load, _)| load);
        let joins = places.into_iter().take(PLACES).map(|(_, at)| Join {
            start: self.cells.stretch(at),
            end: self.cells.stretch(at + JOIN),
        });
        let is_low =
            |join: &Join| self.top_of(&self.cells.live_at(self.problem, outer(*join))) <= target;
        joins.filter(|join| self.parts(*join)).find(is_low)
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

    const EFFORT: Effort = Effort { reach: 96, sweeps: 2, attempts: 8 };

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
