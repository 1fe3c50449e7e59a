//! The input of a planner.

use std::borrow::Cow;

use super::{
    BYTES_MAX, Buffer, BufferIdx, Bytes, Error, Lifetime, OpIdx, OpTag, Ties, common_multiple,
};

/// Buffers to be placed, and the room they may use.
///
/// Invariants, held by construction:
/// * every lifetime has `start < end`, every alignment is at least 1, every pin is aligned;
/// * `max(pin + size) + Σ(size + alignment − 1) ≤ BYTES_MAX`, so no sum a planner forms from the
///   sizes can overflow; a group of buffers that share an offset counts as one buffer of the largest
///   size at a common multiple of the alignments;
/// * every op index is in range; ids, when given, are as many as buffers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problem {
    buffers: Vec<Buffer>,
    ids: Vec<String>,
    ops: Vec<OpTag>,
    capacity: Option<Bytes>,
    ties: Ties,
}

impl Problem {
    /// A problem of these buffers, without ids, ops or capacity.
    ///
    /// # Errors
    /// Names the first buffer that breaks an invariant and the value that does.
    pub fn new(buffers: Vec<Buffer>) -> Result<Problem, Error> {
        Problem::with_ops(buffers, Vec::new())
    }

    /// A problem whose buffers name the ops that asked for them.
    ///
    /// # Errors
    /// As [`Problem::new`], and when an op index is out of range.
    pub fn with_ops(buffers: Vec<Buffer>, ops: Vec<OpTag>) -> Result<Problem, Error> {
        if u32::try_from(buffers.len()).is_err() {
            return Err(Error::TooManyBuffers { count: buffers.len() });
        }
        let mut total: Bytes = 0;
        let mut pin_top_max: Bytes = 0;
        for (idx, buffer) in (0..).map(BufferIdx).zip(&buffers) {
            buffer_is_valid(idx, buffer, ops.len())?;
            total = padded(buffer).and_then(|bytes| total.checked_add(bytes)).unwrap_or(Bytes::MAX);
            let pin_top = buffer.pin.map_or(0, |pin| pin.saturating_add(buffer.size));
            pin_top_max = pin_top_max.max(pin_top);
            if total.saturating_add(pin_top_max) > BYTES_MAX {
                let Buffer { size, alignment, .. } = *buffer;
                return Err(Error::TooLarge { buffer: idx, size, alignment });
            }
        }
        Ok(Problem { buffers, ops, ..Problem::default() })
    }

    /// The same problem with a name for each buffer.
    ///
    /// # Errors
    /// When there are not as many ids as buffers.
    pub fn with_ids(self, ids: Vec<String>) -> Result<Problem, Error> {
        if !ids.is_empty() && ids.len() != self.buffers.len() {
            return Err(Error::IdCount { ids: ids.len(), buffers: self.buffers.len() });
        }
        Ok(Problem { ids, ..self })
    }

    /// The same problem with at most this many bytes to use, or with no limit.
    #[must_use]
    pub fn with_capacity(self, capacity: Option<Bytes>) -> Problem {
        Problem { capacity, ..self }
    }

    /// The same problem with every alignment raised to a common multiple of itself and `alignment`.
    ///
    /// # Errors
    /// When `alignment` is 0, when a pin is not a multiple, or when the padding grows too large.
    pub fn with_alignment(self, alignment: Bytes) -> Result<Problem, Error> {
        let mut buffers = self.buffers;
        for (idx, buffer) in (0..).map(BufferIdx).zip(&mut buffers) {
            buffer.alignment = common_multiple(buffer.alignment, alignment)
                .ok_or(Error::BadAlignment { buffer: idx, alignment })?;
        }
        let raised = Problem::with_ops(buffers, self.ops)?;
        let Problem { ids, capacity, ties, .. } = self;
        Problem { ids, capacity, ties, ..raised }.with_sums_of_groups()
    }

    /// The same problem with buffers that are live in some intervals of their lifetime only: all
    /// intervals of each such buffer, in any order. In between, others may use its bytes.
    ///
    /// # Errors
    /// When a buffer is unknown, or its intervals overlap or do not begin and end with its lifetime.
    pub fn with_intervals(
        mut self,
        intervals: Vec<(BufferIdx, Lifetime)>,
    ) -> Result<Problem, Error> {
        self.are_known(intervals.iter().map(|&(buffer, _)| buffer))?;
        let buffers = &self.buffers;
        self.ties.set_intervals(intervals, |idx| buffers[idx.usize()].lifetime)?;
        Ok(self)
    }

    /// The same problem with groups of buffers that must have the same offset, be they live at the
    /// same time or not: results made in place, aliases. Groups with a common buffer become one.
    ///
    /// # Errors
    /// When a buffer is unknown, or the alignments of a group have no common multiple that fits.
    pub fn with_shares(mut self, groups: &[Vec<BufferIdx>]) -> Result<Problem, Error> {
        self.are_known(groups.iter().flatten().copied())?;
        self.ties.set_groups(groups);
        self.with_sums_of_groups()
    }

    /// The same problem with pairs of buffers that must not share a byte, though they may never be
    /// live at the same time.
    ///
    /// # Errors
    /// When a buffer is unknown, or to be kept apart from itself.
    pub fn with_apart(mut self, pairs: Vec<(BufferIdx, BufferIdx)>) -> Result<Problem, Error> {
        self.are_known(pairs.iter().flat_map(|&(a, b)| [a, b]))?;
        self.ties.set_apart(pairs)?;
        Ok(self)
    }

    /// Only these buffers, in this order, with the ties between them. Without ids and capacity.
    #[must_use]
    pub fn part(&self, kept: &[BufferIdx]) -> Problem {
        let buffers = kept.iter().map(|idx| self.buffers[idx.usize()]).collect();
        let mut part = Problem { buffers, ops: self.ops.clone(), ..Problem::default() };
        if !self.ties.is_empty() {
            part.ties = self.ties.part(kept);
        }
        part
    }

    /// The same problem where only these buffers have bytes: the others are there, so that each keeps
    /// its index, but in nobody's way.
    #[must_use]
    pub fn with_bytes_of(mut self, is_kept: impl Fn(BufferIdx) -> bool) -> Problem {
        // Every invariant holds for fewer bytes and fewer pins.
        for (idx, buffer) in (0..).map(BufferIdx).zip(&mut self.buffers) {
            if !is_kept(idx) {
                *buffer = buffer.without_bytes();
            }
        }
        self
    }

    /// The buffers, in the order of their [`BufferIdx`].
    #[inline]
    pub fn buffers(&self) -> &[Buffer] {
        &self.buffers
    }

    /// Each buffer with its index.
    pub fn iter(&self) -> impl Iterator<Item = (BufferIdx, &Buffer)> {
        (0..).map(BufferIdx).zip(&self.buffers)
    }

    /// The number of buffers.
    #[inline]
    pub fn len(&self) -> usize {
        self.buffers.len()
    }

    /// Whether there is nothing to place.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.buffers.is_empty()
    }

    /// The names given to the buffers; empty when they go by their index.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// What a person calls this buffer.
    pub fn id(&self, idx: BufferIdx) -> Cow<'_, str> {
        match self.ids.get(idx.usize()) {
            Some(id) => Cow::Borrowed(id),
            None => Cow::Owned(idx.to_string()),
        }
    }

    /// The ops that asked for the buffers.
    pub fn ops(&self) -> &[OpTag] {
        &self.ops
    }

    /// The op that asked for this buffer, if one is known.
    pub fn op(&self, idx: BufferIdx) -> Option<&OpTag> {
        self.buffers[idx.usize()].op.map(|op: OpIdx| &self.ops[op.usize()])
    }

    /// The most bytes a plan may use, if that is limited.
    #[inline]
    pub fn capacity(&self) -> Option<Bytes> {
        self.capacity
    }

    /// What binds buffers beyond their lifetimes.
    #[inline]
    pub fn ties(&self) -> &Ties {
        &self.ties
    }

    /// When a buffer is live: its lifetime, or the intervals of it in their order.
    #[inline]
    pub fn intervals(&self, idx: BufferIdx) -> &[Lifetime] {
        let lifetime = &self.buffers[idx.usize()].lifetime;
        self.ties.intervals(idx).unwrap_or(std::slice::from_ref(lifetime))
    }

    /// What the offset of a group that shares one must be a multiple of.
    pub fn group_alignment(&self, group: &[BufferIdx]) -> Bytes {
        let alignments = group.iter().map(|idx| self.buffers[idx.usize()].alignment);
        // There is one that fits, or the group had been refused.
        alignments.fold(1, |common, alignment| common_multiple(common, alignment).unwrap_or(common))
    }

    /// Whether the bytes of two buffers must differ: they are live at the same time and do not share
    /// their offset, or they are kept apart.
    pub fn conflict(&self, a: BufferIdx, b: BufferIdx) -> bool {
        let group = self.ties.group_of(a);
        let are_shared = group.is_some() && group == self.ties.group_of(b);
        let with_b = |life: &Lifetime| self.intervals(b).iter().any(|other| life.overlaps(*other));
        self.ties.is_apart(a, b) || !are_shared && self.intervals(a).iter().any(with_b)
    }

    fn are_known(&self, mut buffers: impl Iterator<Item = BufferIdx>) -> Result<(), Error> {
        let buffer_count = self.buffers.len();
        match buffers.find(|buffer| buffer.usize() >= buffer_count) {
            Some(buffer) => Err(Error::UnknownBuffer { buffer, buffer_count }),
            None => Ok(()),
        }
    }

    /// The invariant about sums, where buffers share offsets.
    fn with_sums_of_groups(self) -> Result<Problem, Error> {
        let grouped = |idx| self.ties.group_of(idx).is_some();
        let alone = self.iter().filter(|&(idx, _)| !grouped(idx));
        // Both were held against the most bytes when the problem was made.
        let mut total: Bytes = alone.map(|(_, buffer)| buffer.size + (buffer.alignment - 1)).sum();
        let mut pin_top_max: Bytes = self.buffers.iter().filter_map(pin_top).max().unwrap_or(0);
        for group in self.ties.groups() {
            let Buffer { size, alignment, pin, .. } = united(&self.buffers, group)?;
            let bytes = size.checked_add(alignment - 1).and_then(|bytes| total.checked_add(bytes));
            total = bytes.unwrap_or(Bytes::MAX);
            pin_top_max = pin_top_max.max(pin.map_or(0, |pin| pin.saturating_add(size)));
            if total.saturating_add(pin_top_max) > BYTES_MAX {
                return Err(Error::TooLarge { buffer: group[0], size, alignment });
            }
        }
        Ok(self)
    }
}

fn pin_top(buffer: &Buffer) -> Option<Bytes> {
    Some(buffer.pin? + buffer.size)
}

/// The largest of all in a group: what a buffer in their place would be, but for the lifetime.
fn united(buffers: &[Buffer], group: &[BufferIdx]) -> Result<Buffer, Error> {
    let mut united = buffers[group[0].usize()];
    for &idx in &group[1..] {
        let buffer = &buffers[idx.usize()];
        let alignment = common_multiple(united.alignment, buffer.alignment);
        united.alignment =
            alignment.ok_or(Error::BadAlignment { buffer: idx, alignment: united.alignment })?;
        united.size = united.size.max(buffer.size);
        united.pin = united.pin.max(buffer.pin);
    }
    Ok(united)
}

fn buffer_is_valid(idx: BufferIdx, buffer: &Buffer, op_count: usize) -> Result<(), Error> {
    let Buffer { alignment, lifetime, pin, op, .. } = *buffer;
    if lifetime.start >= lifetime.end {
        return Err(Error::EmptyLifetime { buffer: idx, lifetime });
    }
    if alignment == 0 {
        return Err(Error::BadAlignment { buffer: idx, alignment });
    }
    if let Some(offset) = pin.filter(|pin| !pin.is_multiple_of(alignment)) {
        return Err(Error::PinMisaligned { buffer: idx, offset, alignment });
    }
    match op {
        Some(op) if op.usize() >= op_count => Err(Error::UnknownOp { buffer: idx, op, op_count }),
        _ => Ok(()),
    }
}

fn padded(buffer: &Buffer) -> Option<Bytes> {
    buffer.size.checked_add(buffer.alignment - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(buffers: Vec<Buffer>) -> Option<&'static str> {
        Problem::new(buffers).err().map(|error| error.code().name())
    }

    #[test]
    fn an_empty_problem_is_valid() {
        assert!(Problem::new(Vec::new()).unwrap().is_empty());
    }

    #[test]
    fn a_lifetime_that_ends_where_it_starts_is_refused() {
        assert_eq!(code_of(vec![Buffer::new(1, 3, 3)]), Some("EMPTY_LIFETIME"));
    }

    #[test]
    fn alignment_zero_is_refused() {
        assert_eq!(code_of(vec![Buffer::new(1, 0, 1).aligned(0)]), Some("BAD_ALIGNMENT"));
    }

    #[test]
    fn a_pin_must_be_aligned() {
        assert_eq!(
            code_of(vec![Buffer::new(1, 0, 1).aligned(64).pinned(32)]),
            Some("PIN_MISALIGNED")
        );
    }

    #[test]
    fn sizes_whose_sum_could_overflow_are_refused() {
        let half = Buffer::new(BYTES_MAX / 2 + 1, 0, 1);
        assert_eq!(code_of(vec![half]), None);
        assert_eq!(code_of(vec![half, half]), Some("TOO_LARGE"));
        assert_eq!(code_of(vec![half.pinned(BYTES_MAX / 2 + 1)]), Some("TOO_LARGE"));
        assert_eq!(code_of(vec![Buffer::new(BYTES_MAX, 0, 1)]), None);
        assert_eq!(code_of(vec![Buffer::new(BYTES_MAX, 0, 1).aligned(2)]), Some("TOO_LARGE"));
        assert_eq!(code_of(vec![Buffer::new(u64::MAX, 0, 1)]), Some("TOO_LARGE"));
        assert_eq!(code_of(vec![Buffer::new(1, 0, 1).pinned(u64::MAX)]), Some("TOO_LARGE"));
    }

    #[test]
    fn alignment_is_raised_to_a_common_multiple() {
        let problem = Problem::new(vec![Buffer::new(1, 0, 1).aligned(6)]).unwrap();
        let raised = problem.clone().with_alignment(4).unwrap();
        assert_eq!(raised.buffers()[0].alignment, 12);
        assert!(problem.with_alignment(0).is_err());
    }
}
