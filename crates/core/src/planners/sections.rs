//! Time as planners see it: a section begins at each distinct start.
//!
//! Two lifetimes overlap exactly if they share a section, since the later one starts in a section
//! of both.

use crate::model::{Lifetime, Problem, Step};

/// The distinct starts of a problem in their order, with an index over equal stretches of time
/// about as many as there are starts, so that finding a section is a look-up as a rule.
///
/// Invariant: `index[i]` is the number of starts below `i << shift`.
#[derive(Debug)]
pub(super) struct Sections {
    starts: Vec<Step>,
    index: Vec<u32>,
    shift: u32,
}

impl Sections {
    pub(super) fn of(problem: &Problem) -> Sections {
        Sections::from(problem.buffers().iter().map(|b| b.lifetime.start).collect())
    }

    /// Those that begin at these steps, at most one for each index of 32 bits.
    pub(super) fn from(mut starts: Vec<Step>) -> Sections {
        starts.sort_unstable();
        starts.dedup();
        let last = starts.last().copied().unwrap_or(0);
        let stretch = (last as usize / starts.len().max(1)).next_power_of_two();
        let shift = stretch.ilog2();
        let mut index = Vec::with_capacity((last >> shift) as usize + 2);
        for (section, &start) in (0..).zip(&starts) {
            index.resize((start >> shift) as usize + 1, section);
        }
        Sections { starts, index, shift }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The step at which a section begins.
    pub(super) fn start(&self, section: usize) -> Step {
        self.starts[section]
    }

    /// The sections `first..end` of the lifetime of a buffer of the problem.
    pub(super) fn range(&self, Lifetime { start, end }: Lifetime) -> (u32, u32) {
        (self.starts_before(start), self.starts_before(end))
    }

    fn starts_before(&self, step: Step) -> u32 {
        // There are no more starts than buffers, whose number is an index of 32 bits.
        let count = u32::try_from(self.starts.len()).unwrap_or(u32::MAX);
        let stretch = (step >> self.shift) as usize;
        let edge = |stretch| self.index.get(stretch).copied().unwrap_or(count);
        let (low, high) = (edge(stretch), edge(stretch + 1));
        let within = &self.starts[low as usize..high as usize];
        // No longer than the whole, whose length fits.
        low + u32::try_from(within.partition_point(|&start| start < step)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Buffer;

    #[test]
    fn a_lifetime_has_the_sections_that_begin_in_it() {
        for starts in [vec![0], vec![7], vec![0, 1, 2, 3], vec![5, 9, 9, 1000, 4_000_000_000]] {
            let buffers = starts.iter().map(|&start| Buffer::new(1, start, Step::MAX)).collect();
            let sections = Sections::of(&Problem::new(buffers).unwrap());
            let mut distinct = starts.clone();
            distinct.dedup();
            assert_eq!(sections.len(), distinct.len());
            let before = |step| distinct.iter().filter(|&&start| start < step).count();
            for step in starts.iter().flat_map(|&start| [start, start + 1, start + 300]) {
                assert_eq!(sections.starts_before(step) as usize, before(step), "{step}");
            }
        }
    }
}
