//! The input of a planner.

use std::borrow::Cow;

use super::{BYTES_MAX, Buffer, BufferIdx, Bytes, Error, OpIdx, OpTag, gcd};

/// Buffers to be placed, and the room they may use.
///
/// Invariants, held by construction:
/// * every lifetime has `start < end`, every alignment is at least 1, every pin is aligned;
/// * `max(pin + size) + Σ(size + alignment − 1) ≤ BYTES_MAX`, so no sum a planner forms from the
///   sizes can overflow;
/// * every op index is in range; ids, when given, are as many as buffers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problem {
    buffers: Vec<Buffer>,
    ids: Vec<String>,
    ops: Vec<OpTag>,
    capacity: Option<Bytes>,
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
        Ok(Problem { buffers, ids: Vec::new(), ops, capacity: None })
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
        Ok(Problem {
            ids: self.ids,
            capacity: self.capacity,
            ..Problem::with_ops(buffers, self.ops)?
        })
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

fn common_multiple(a: Bytes, b: Bytes) -> Option<Bytes> {
    let divisor = gcd(a, b);
    if divisor == 0 || b == 0 { None } else { (a / divisor).checked_mul(b) }
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
