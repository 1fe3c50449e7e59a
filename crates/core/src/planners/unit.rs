//! The unit in which searches count bytes: sizes become small numbers, and scaling changes nothing.

use super::fit::plan_of;
use crate::model::{Buffer, BufferIdx, Bytes, Plan, Problem, gcd};

/// The largest number that divides every size and pin, and of each alignment is a divisor or a
/// multiple: so every offset at which a buffer rests on another is a whole number of units, and so
/// is every one under which another rests.
pub(super) fn unit_of(problem: &Problem) -> Bytes {
    let sized = || problem.buffers().iter().filter(|buffer| buffer.size > 0);
    let mut unit = sized().fold(0, |unit, b| gcd(gcd(unit, b.size), b.pin.unwrap_or(0))).max(1);
    let is_odd = |unit: Bytes, b: &Buffer| {
        let divides = unit.is_multiple_of(b.alignment) || b.alignment.is_multiple_of(unit);
        b.pin.is_none() && !divides
    };
    // Each turn at least halves the unit.
    while let Some(buffer) = sized().find(|b| is_odd(unit, b)) {
        unit = gcd(unit, buffer.alignment);
    }
    unit
}

/// The plan in which these buffers lie at so many units; all others are pinned or have no bytes.
pub(super) fn plan_in_units(
    problem: &Problem,
    unit: Bytes,
    placed: impl Iterator<Item = (BufferIdx, Bytes)>,
) -> Plan {
    let mut offsets: Vec<Bytes> = problem.buffers().iter().map(|b| b.pin.unwrap_or(0)).collect();
    for (idx, offset) in placed {
        offsets[idx.usize()] = offset * unit;
    }
    plan_of(problem, offsets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_keeps_every_resting_offset() {
        let unit = |buffers| unit_of(&Problem::new(buffers).unwrap());
        let two = |alignment| vec![Buffer::new(12, 0, 1), Buffer::new(18, 0, 1).aligned(alignment)];
        assert_eq!(unit(two(1)), 6);
        assert_eq!(unit(two(12)), 6);
        // 12 rounded up to a multiple of 4 is in units of 6; 18 is not.
        assert_eq!(unit(two(4)), 2);
        assert_eq!(unit(vec![Buffer::new(12, 0, 1).pinned(8)]), 4);
        assert_eq!(unit(vec![]), 1);
    }
}
