//! What binds buffers beyond their lifetimes: live intervals, shared offsets, pairs kept apart.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{BufferIdx, Error, Lifetime};

/// The ties of a problem; of most problems there are none.
///
/// Invariants, held by construction:
/// * `spanned` is sorted; the intervals of a buffer in it are at least two, sorted, with steps
///   between them; the first starts and the last ends with the buffer's lifetime;
/// * a buffer is in at most one group; a group has at least two buffers, in order;
/// * `apart` is sorted and without doubles; of each pair the first index is the smaller.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ties {
    intervals: Vec<Lifetime>,
    /// Buffers that are not live in all of their lifetime, and which of the intervals are theirs.
    spanned: Vec<(BufferIdx, Range<usize>)>,
    groups: Vec<Vec<BufferIdx>>,
    /// The group of each buffer that is in one, by buffer.
    grouped: Vec<(BufferIdx, usize)>,
    apart: Vec<(BufferIdx, BufferIdx)>,
}

impl Ties {
    /// Whether nothing binds any buffer beyond its lifetime.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.spanned.is_empty() && self.groups.is_empty() && self.apart.is_empty()
    }

    /// The buffers that are live in several intervals only, with these.
    pub fn spanned(&self) -> impl Iterator<Item = (BufferIdx, &[Lifetime])> {
        self.spanned.iter().map(|(idx, range)| (*idx, &self.intervals[range.clone()]))
    }

    /// The intervals of a buffer that has several.
    pub(super) fn intervals(&self, idx: BufferIdx) -> Option<&[Lifetime]> {
        let found = self.spanned.binary_search_by_key(&idx, |&(buffer, _)| buffer).ok()?;
        Some(&self.intervals[self.spanned[found].1.clone()])
    }

    /// The groups of buffers that must have the same offset.
    pub fn groups(&self) -> &[Vec<BufferIdx>] {
        &self.groups
    }

    /// The position of the group that a buffer is in.
    pub fn group_of(&self, idx: BufferIdx) -> Option<usize> {
        let found = self.grouped.binary_search_by_key(&idx, |&(buffer, _)| buffer).ok()?;
        Some(self.grouped[found].1)
    }

    /// The pairs that must not share a byte, whenever they are live.
    pub fn apart(&self) -> &[(BufferIdx, BufferIdx)] {
        &self.apart
    }

    pub(super) fn is_apart(&self, a: BufferIdx, b: BufferIdx) -> bool {
        self.apart.binary_search(&(a.min(b), a.max(b))).is_ok()
    }

    /// The ties between these buffers, which are then counted in this order.
    pub(super) fn part(&self, kept: &[BufferIdx]) -> Ties {
        let position: BTreeMap<BufferIdx, BufferIdx> =
            kept.iter().copied().zip((0..).map(BufferIdx)).collect();
        let new = |idx: &BufferIdx| position.get(idx).copied();
        let mut part = Ties::default();
        let mut spanned: Vec<(BufferIdx, &[Lifetime])> =
            self.spanned().filter_map(|(idx, intervals)| Some((new(&idx)?, intervals))).collect();
        spanned.sort_unstable_by_key(|&(idx, _)| idx);
        for (idx, intervals) in spanned {
            let first = part.intervals.len();
            part.intervals.extend(intervals);
            part.spanned.push((idx, first..part.intervals.len()));
        }
        let groups = self.groups.iter().map(|group| group.iter().filter_map(new).collect());
        part.set_groups(&groups.collect::<Vec<_>>());
        let apart = self.apart.iter().filter_map(|(a, b)| Some((new(a)?, new(b)?)));
        part.apart = apart.map(|(a, b)| (a.min(b), a.max(b))).collect();
        part.apart.sort_unstable();
        part
    }

    /// Takes the intervals of buffers in any order. Those that touch become one.
    pub(super) fn set_intervals(
        &mut self,
        mut rows: Vec<(BufferIdx, Lifetime)>,
        lifetime: impl Fn(BufferIdx) -> Lifetime,
    ) -> Result<(), Error> {
        rows.sort_unstable_by_key(|&(buffer, interval)| (buffer, interval.start));
        (self.intervals, self.spanned) = (Vec::with_capacity(rows.len()), Vec::new());
        for of_buffer in rows.chunk_by(|a, b| a.0 == b.0) {
            let (buffer, first) = (of_buffer[0].0, self.intervals.len());
            for &(_, interval) in of_buffer {
                self.add_interval(buffer, interval, first)?;
            }
            let (start, end) =
                (self.intervals[first].start, self.intervals[self.intervals.len() - 1].end);
            let (hull, lifetime) = (Lifetime { start, end }, lifetime(buffer));
            if hull != lifetime {
                return Err(Error::IntervalsUnlike { buffer, hull, lifetime });
            }
            if self.intervals.len() - first > 1 {
                self.spanned.push((buffer, first..self.intervals.len()));
            } else {
                self.intervals.truncate(first);
            }
        }
        Ok(())
    }

    fn add_interval(
        &mut self,
        buffer: BufferIdx,
        interval: Lifetime,
        first: usize,
    ) -> Result<(), Error> {
        if interval.start >= interval.end {
            return Err(Error::EmptyLifetime { buffer, lifetime: interval });
        }
        match self.intervals[first..].last_mut() {
            Some(&mut first) if interval.start < first.end => {
                return Err(Error::IntervalsOverlap { buffer, first, second: interval });
            }
            Some(before) if interval.start == before.end => before.end = interval.end,
            _ => self.intervals.push(interval),
        }
        Ok(())
    }

    /// Takes groups, of which those with a common buffer become one.
    pub(super) fn set_groups(&mut self, groups: &[Vec<BufferIdx>]) {
        let mut members: Vec<BufferIdx> = groups.concat();
        members.sort_unstable();
        members.dedup();
        let position = |idx: &BufferIdx| members.partition_point(|member| member < idx);
        let mut roots = Roots((0..members.len()).collect());
        for pair in groups.iter().flat_map(|group| group.windows(2)) {
            roots.join(position(&pair[0]), position(&pair[1]));
        }
        let mut by_root: Vec<Vec<BufferIdx>> = vec![Vec::new(); members.len()];
        for (position, member) in members.iter().enumerate() {
            by_root[roots.of(position)].push(*member);
        }
        self.groups = by_root.into_iter().filter(|group| group.len() > 1).collect();
        let grouped = self.groups.iter().enumerate();
        self.grouped =
            grouped.flat_map(|(at, group)| group.iter().map(move |idx| (*idx, at))).collect();
        self.grouped.sort_unstable();
    }

    pub(super) fn set_apart(
        &mut self,
        mut pairs: Vec<(BufferIdx, BufferIdx)>,
    ) -> Result<(), Error> {
        for pair in &mut pairs {
            *pair = (pair.0.min(pair.1), pair.0.max(pair.1));
            if pair.0 == pair.1 {
                return Err(Error::TiedToItself { buffer: pair.0 });
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        self.apart = pairs;
        Ok(())
    }
}

/// Sets that are joined: each knows a smaller member of its set, the smallest knows itself.
struct Roots(Vec<usize>);

impl Roots {
    fn of(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            // Halving the way keeps later ways short.
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.of(a), self.of(b));
        self.0[a.max(b)] = a.min(b);
    }
}
