//! Bytes scaled down, so that a solver that computes with floating point stays exact.
//!
//! Push every buffer of any plan down as far as it goes: its offset is then 0 or another top, raised
//! to its alignment. So nothing is lost by asking only for offsets that are multiples of a unit that
//! * divides every alignment and pin: all offsets are multiples of it, and a buffer keeps others off
//!   as if its size were rounded up to it; or
//! * divides every size and pin, and of each alignment is a divisor or a multiple: so are all tops.
//!
//! The larger one wins. Only peaks may then lie between two multiples.

use crate::model::{Buffer, Bytes, Error, Problem, gcd};

/// Largest number of units an offset may reach. A `f64` holds it to within 2^-32, some 2·10^-10,
/// which is about the tolerance (10^-10) within which the solver takes two values for the same.
pub(super) const UNITS_MAX: u64 = 1 << 20;

/// The largest unit, counted in the common divisor of all sizes: two peaks that differ must differ
/// by clearly more than the solver's tolerance for a constraint, 10^-7 units.
const PARTS_MAX: u64 = 1 << 16;

/// The size of a unit in bytes; at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) bytes: Bytes,
    /// What all peaks are multiples of.
    pub(super) peak_step: Bytes,
}

impl Unit {
    pub(super) fn of(problem: &Problem) -> Unit {
        let of_tops = unit_of_tops(problem);
        let of_alignments = divisor(problem.buffers().iter().flat_map(|b| [b.alignment, pin(b)]));
        let peak_step = problem.buffers().iter().fold(of_alignments, |step, b| gcd(step, b.size));
        if of_alignments > of_tops && of_alignments / peak_step <= PARTS_MAX {
            Unit { bytes: of_alignments, peak_step }
        } else {
            Unit { bytes: of_tops, peak_step: of_tops }
        }
    }

    /// The number of units that hold so many bytes, as long as the solver can compute with it.
    pub(super) fn count(self, bytes: Bytes) -> Result<u32, Error> {
        let count = bytes.div_ceil(self.bytes);
        u32::try_from(count)
            .ok()
            .filter(|_| count <= UNITS_MAX)
            .ok_or(Error::BeyondSolver { value: count, max: UNITS_MAX })
    }

    /// The units between two offsets the buffer may have.
    pub(super) fn alignment(self, buffer: &Buffer) -> Result<u32, Error> {
        if self.bytes.is_multiple_of(buffer.alignment) {
            Ok(1)
        } else {
            self.count(buffer.alignment)
        }
    }

    /// A size or peak that [`Unit::count`] has accepted, in units and parts of them.
    #[expect(clippy::cast_precision_loss, reason = "at most UNITS_MAX · PARTS_MAX = 2^36 steps")]
    pub(super) fn exactly(self, bytes: Bytes) -> f64 {
        (bytes / self.peak_step) as f64 / (self.bytes / self.peak_step) as f64
    }

    /// The peak that is so many units.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "as above, and a peak is not negative"
    )]
    pub(super) fn peak(self, units: f64) -> Bytes {
        let steps = units * (self.bytes / self.peak_step) as f64;
        steps.round() as Bytes * self.peak_step
    }
}

fn unit_of_tops(problem: &Problem) -> Bytes {
    let mut unit = divisor(problem.buffers().iter().flat_map(|b| [b.size, pin(b)]));
    // A smaller unit may no longer be a multiple of an alignment that the larger one was.
    let fits = |unit: Bytes, b: &Buffer| {
        unit.is_multiple_of(b.alignment) || b.alignment.is_multiple_of(unit)
    };
    while let Some(unfit) = problem.buffers().iter().find(|b| !fits(unit, b)) {
        unit = gcd(unit, unfit.alignment);
    }
    unit
}

fn pin(buffer: &Buffer) -> Bytes {
    buffer.pin.unwrap_or(0)
}

fn divisor(numbers: impl Iterator<Item = Bytes>) -> Bytes {
    numbers.fold(0, gcd).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit_of(buffers: Vec<Buffer>) -> Bytes {
        Unit::of(&Problem::new(buffers).unwrap()).bytes
    }

    #[test]
    fn sizes_and_pins_are_multiples_of_the_unit() {
        assert_eq!(unit_of(vec![Buffer::new(12, 0, 1), Buffer::new(20, 0, 1)]), 4);
        assert_eq!(unit_of(vec![Buffer::new(12, 0, 1), Buffer::new(12, 0, 1).pinned(18)]), 6);
        assert_eq!(unit_of(vec![Buffer::new(0, 0, 1)]), 1);
        assert_eq!(unit_of(vec![]), 1);
    }

    #[test]
    fn an_alignment_divides_the_unit_or_is_a_multiple_of_it() {
        let sized = |alignment| Buffer::new(12, 0, 1).aligned(alignment);
        assert_eq!(unit_of(vec![sized(4)]), 12);
        assert_eq!(unit_of(vec![sized(8), sized(1)]), 4);
        assert_eq!(unit_of(vec![sized(6), sized(8)]), 2);
        let unit = Unit { bytes: 12, peak_step: 12 };
        assert_eq!(unit.alignment(&sized(4)), Ok(1));
        assert_eq!(unit.alignment(&sized(24)), Ok(2));
    }

    #[test]
    fn common_alignments_make_a_larger_unit_than_odd_sizes() {
        let sized = |size| Buffer::new(size, 0, 1).aligned(64);
        let unit = Unit::of(&Problem::new(vec![sized(100), sized(36)]).unwrap());
        assert_eq!(unit, Unit { bytes: 64, peak_step: 4 });
        assert_eq!(unit.count(100), Ok(2));
        assert!((unit.exactly(100) - 100.0 / 64.0).abs() < f64::EPSILON);
        assert_eq!(unit.peak(100.0 / 64.0), 100);
    }

    #[test]
    fn what_the_solver_cannot_hold_is_refused() {
        let unit = Unit { bytes: 2, peak_step: 2 };
        assert_eq!(unit.count(2 * UNITS_MAX), Ok(1 << 20));
        let error = unit.count(2 * UNITS_MAX + 1).unwrap_err();
        assert_eq!(error.code().name(), "BEYOND_SOLVER");
    }
}
