//! Time cut into cells where little is live.
//!
//! A cell is wide enough for twice the buffers that are live at a time, so that most of those that
//! start in a few cells end in them, and ends at the least load within as many more. O(n log n) for
//! the sections; O(n) memory, as each buffer crosses half a cut on average.

use std::ops::Range;

use crate::limits::Deadline;
use crate::model::{Buffer, BufferIdx, Bytes, Lifetime, Problem, Reason, Step};
use crate::planners::sections::Sections;

/// The buffers that have bytes, by the cell they start in, and those live across each cut.
#[derive(Debug)]
pub(super) struct Cells {
    /// The first step of each cell.
    cuts: Vec<Step>,
    starting: Groups,
    /// By the cell at whose cut they are live: all that start before and end later.
    crossing: Groups,
    /// The first step of each stretch of time, and its largest load.
    stretches: Vec<Step>,
    loads: Vec<Bytes>,
}

/// A cell holds so many times the buffers that are live at a time, …
const TURNS: u64 = 2;

/// … and at least so many, which is where a pass begins to cost more than what is done for it.
const BUFFERS_MIN: u64 = 64;

impl Cells {
    /// The cells of all time.
    ///
    /// # Errors
    /// A limit was reached.
    pub(super) fn of(problem: &Problem, deadline: &Deadline) -> Result<Cells, Reason> {
        let go_on = || deadline.reached().map_or(Ok(()), Err);
        go_on()?;
        let sections = Sections::of(problem);
        go_on()?;
        let course = Course::of(problem, &sections);
        let (cut_sections, (stretches, loads)) = (course.cuts(), course.stretches(&sections));
        // The first cell begins with time, whether anything starts at all or not.
        let later = cut_sections[1..].iter().map(|&section| sections.start(section as usize));
        let cuts: Vec<Step> = std::iter::once(0).chain(later).collect();
        drop(sections);
        go_on()?;
        let starting = Groups::of(cuts.len(), |put| {
            for (idx, buffer) in sized(problem) {
                put(cell_of(&cuts, buffer.lifetime.start), idx);
            }
        });
        go_on()?;
        let crossing = Groups::of(cuts.len(), |put| {
            for (idx, buffer) in sized(problem) {
                let first = cell_of(&cuts, buffer.lifetime.start) + 1;
                let later = cuts[first..].iter().take_while(|&&cut| cut < buffer.lifetime.end);
                (first..).zip(later).for_each(|(cell, _)| put(cell, idx));
            }
        });
        Ok(Cells { cuts, starting, crossing, stretches, loads })
    }

    /// Stretches of time in which as many buffers start as are live at once, on average.
    pub(super) const STRETCHES: usize = 8;

    pub(super) fn len(&self) -> usize {
        self.cuts.len()
    }

    /// The first step of a cell, or the end of time.
    pub(super) fn start(&self, cell: usize) -> Step {
        self.cuts.get(cell).copied().unwrap_or(Step::MAX)
    }

    /// The cell that a step belongs to.
    pub(super) fn holding(&self, step: Step) -> usize {
        cell_of(&self.cuts, step)
    }

    /// The largest load of each stretch.
    pub(super) fn loads(&self) -> &[Bytes] {
        &self.loads
    }

    /// The first step of a stretch, or the end of time.
    pub(super) fn stretch(&self, at: usize) -> Step {
        self.stretches.get(at).copied().unwrap_or(Step::MAX)
    }

    /// The stretches that a lifetime meets.
    pub(super) fn stretches(&self, life: Lifetime) -> Range<usize> {
        let first = self.stretches.partition_point(|&start| start <= life.start);
        first.saturating_sub(1)..self.stretches.partition_point(|&start| start < life.end)
    }

    /// The stretches whose first step lies within a lifetime, after its start.
    pub(super) fn crossed(&self, life: Lifetime) -> Range<usize> {
        let at = |step| self.stretches.partition_point(|&start| start < step);
        at(life.start + 1)..at(life.end)
    }

    /// Those that start at a step or later, and end by another.
    pub(super) fn between(&self, problem: &Problem, from: Step, to: Step) -> Vec<BufferIdx> {
        let (first, last) = (self.holding(from), self.holding(to));
        let is_between = |idx: &&BufferIdx| {
            let Lifetime { start, end } = problem.buffers()[idx.usize()].lifetime;
            from <= start && end <= to
        };
        self.starting(first, last + 1).iter().filter(is_between).copied().collect()
    }

    /// Those that start before a step and end later.
    pub(super) fn live_at(&self, problem: &Problem, step: Step) -> Vec<BufferIdx> {
        let cell = self.holding(step);
        let is_live = |idx: &&BufferIdx| {
            let Lifetime { start, end } = problem.buffers()[idx.usize()].lifetime;
            start < step && step < end
        };
        self.live_in(cell, cell + 1).filter(is_live).copied().collect()
    }

    /// Those that are live at some time in the cells `from..to`.
    pub(super) fn live_in(&self, from: usize, to: usize) -> impl Iterator<Item = &BufferIdx> {
        self.crossing(from).iter().chain(self.starting(from, to))
    }

    /// Those that start in the cells `from..to`.
    pub(super) fn starting(&self, from: usize, to: usize) -> &[BufferIdx] {
        self.starting.members(from, to)
    }

    /// Those that start before a cell and end later than it begins.
    pub(super) fn crossing(&self, cell: usize) -> &[BufferIdx] {
        if cell < self.len() { self.crossing.members(cell, cell + 1) } else { &[] }
    }
}

fn sized(problem: &Problem) -> impl Iterator<Item = (BufferIdx, &Buffer)> {
    problem.iter().filter(|(_, buffer)| buffer.size > 0)
}

fn cell_of(cuts: &[Step], step: Step) -> usize {
    cuts.partition_point(|&cut| cut <= step).saturating_sub(1)
}

/// Section by section, how many have started and how much is live.
struct Course {
    /// How many start before each section.
    started: Vec<u32>,
    loads: Vec<i64>,
    /// How many are live at a time, on average.
    alive: u64,
}

impl Course {
    fn of(problem: &Problem, sections: &Sections) -> Course {
        let mut started = vec![0; sections.len() + 1];
        let mut loads = vec![0_i64; sections.len() + 1];
        let mut lives = 0;
        for (_, buffer) in sized(problem) {
            let (first, end) = sections.range(buffer.lifetime);
            started[first as usize + 1] += 1;
            loads[first as usize] += buffer.size.cast_signed();
            loads[end as usize] -= buffer.size.cast_signed();
            lives += u64::from(end - first);
        }
        for section in 0..sections.len() {
            started[section + 1] += started[section];
            loads[section + 1] += loads[section];
        }
        Course { started, loads, alive: lives / (sections.len() as u64).max(1) }
    }

    /// Where stretches of time begin, and the largest load of each.
    fn stretches(&self, sections: &Sections) -> (Vec<Step>, Vec<Bytes>) {
        let width = (self.alive / Cells::STRETCHES as u64).max(1);
        let loads = &self.loads[..self.loads.len() - 1];
        let (mut stretches, mut largest, mut first) = (Vec::new(), Vec::new(), 0);
        while first < loads.len() {
            let count = u64::from(self.started[first]) + width;
            let end = self.started.partition_point(|&started| u64::from(started) < count);
            let end = end.min(loads.len());
            stretches.push(sections.start(first));
            largest.push(loads[first..end].iter().max().map_or(0, |load| load.cast_unsigned()));
            first = end;
        }
        (stretches, largest)
    }

    /// The sections that cells begin with: the first, and those before which least is live.
    fn cuts(&self) -> Vec<u32> {
        let width = (TURNS * self.alive).max(BUFFERS_MIN);
        let wide = |from: u32, width| {
            let count = u64::from(self.started[from as usize]) + width;
            self.started.partition_point(|&started| u64::from(started) < count)
        };
        let mut cuts = vec![0];
        let mut last = 0;
        loop {
            let (from, to) = (wide(last, width), wide(last, 2 * width));
            if to >= self.loads.len() - 1 {
                return cuts;
            }
            let lowest = (from..=to).min_by_key(|&section| self.loads[section - 1]);
            // No more sections than buffers, whose number is an index of 32 bits.
            last = u32::try_from(lowest.unwrap_or(from)).unwrap_or(u32::MAX);
            cuts.push(last);
        }
    }
}

/// Buffers in groups, one after the other.
#[derive(Debug)]
struct Groups {
    members: Vec<BufferIdx>,
    /// Where each group begins, and where the last one ends.
    firsts: Vec<usize>,
}

impl Groups {
    /// So many groups of what is put into them, which is asked for twice: to count, and to keep.
    fn of(count: usize, each: impl Fn(&mut dyn FnMut(usize, BufferIdx))) -> Groups {
        let mut firsts = vec![0; count + 1];
        each(&mut |group, _| firsts[group + 1] += 1);
        for group in 0..count {
            firsts[group + 1] += firsts[group];
        }
        let mut next = firsts.clone();
        let mut members = vec![BufferIdx(0); firsts[count]];
        each(&mut |group, idx| {
            members[next[group]] = idx;
            next[group] += 1;
        });
        Groups { members, firsts }
    }

    fn members(&self, from: usize, to: usize) -> &[BufferIdx] {
        &self.members[self.firsts[from]..self.firsts[to]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::planners::random::Random;

    fn step(random: &mut Random, below: u64) -> Step {
        Step::try_from(random.below(below)).unwrap()
    }

    #[test]
    fn each_buffer_starts_in_one_cell_and_crosses_the_cuts_in_its_lifetime() {
        let mut random = Random::new(7);
        let buffers = (0..2000).map(|idx| {
            let start = step(&mut random, 3000);
            Buffer::new(idx % 5, start, start + 1 + step(&mut random, 40))
        });
        let problem = Problem::new(buffers.collect()).unwrap();
        let cells = Cells::of(&problem, &Limits::default().start()).unwrap();
        assert!(cells.len() > 10, "{}", cells.len());
        assert!(cells.cuts.is_sorted_by(|a, b| a < b));
        for cell in 0..cells.len() {
            let (start, end) = (cells.start(cell), cells.start(cell + 1));
            let those = |is_one: &dyn Fn(&Buffer) -> bool| -> Vec<BufferIdx> {
                sized(&problem).filter(|(_, b)| is_one(b)).map(|(idx, _)| idx).collect()
            };
            let starts = those(&|b| (start..end).contains(&b.lifetime.start));
            assert_eq!(cells.starting(cell, cell + 1), starts);
            let crosses = those(&|b| b.lifetime.start < start && start < b.lifetime.end);
            assert_eq!(cells.crossing(cell), if cell == 0 { &[][..] } else { &crosses });
        }
    }

    #[test]
    fn few_buffers_and_none_are_one_cell() {
        for count in [0, 1, 5] {
            let buffers = (0..count).map(|start| Buffer::new(1, start, start + 1));
            let problem = Problem::new(buffers.collect()).unwrap();
            assert_eq!(Cells::of(&problem, &Limits::default().start()).unwrap().len(), 1);
        }
    }
}
