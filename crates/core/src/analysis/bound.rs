//! What can be proven of a problem without placing anything.

use super::aligned::max_aligned_load;
use super::load::{Load, load_of};
use super::pins::{colliding_pins, pin_tops};
use super::reduce::{Contradiction, needs};
use crate::model::{Bytes, Certificate, Problem, Refutation, RefutationCause};

/// What is known before anything is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// No plan has a smaller peak.
    pub bytes: Bytes,
    /// How that is proven.
    pub certificate: Certificate,
    /// The max load, which may be less.
    pub load: Load,
}

/// The bound that is known without search: the largest of the max load, the aligned load and the
/// highest top of a pinned buffer; of equal ones the first is named. O(n log n).
pub fn bound(problem: &Problem) -> Bound {
    let needs = needs(problem);
    let (load, aligned) = (load_of(&needs), max_aligned_load(&needs));
    let pin_top = pin_tops(problem).map(|(_, top)| top).max().unwrap_or(0);
    let bounds = [
        (aligned.bytes, Certificate::AlignedLoad { step: aligned.step }),
        (pin_top, Certificate::PinTop),
    ];
    let first = (load.bytes, Certificate::MaxLoad { step: load.step });
    let larger = |best: (Bytes, _), bound: (Bytes, _)| if bound.0 > best.0 { bound } else { best };
    let (bytes, certificate) = bounds.into_iter().fold(first, larger);
    Bound { bytes, certificate, load }
}

/// A number of bytes below which no plan can stay, and why: of [`bound`].
pub fn lower_bound(problem: &Problem) -> (Bytes, Certificate) {
    let Bound { bytes, certificate, .. } = bound(problem);
    (bytes, certificate)
}

/// A proof that no plan exists, where one is found without search: ties that contradict each other,
/// a pin beyond the capacity, two pins that collide, or a lower bound above the capacity.
/// O(n log n).
pub fn refute(problem: &Problem) -> Option<Refutation> {
    refute_by(problem, &bound(problem))
}

/// As [`refute`], where the bound is known.
pub fn refute_by(problem: &Problem, bound: &Bound) -> Option<Refutation> {
    let Bound { bytes: lower_bound, certificate, .. } = *bound;
    let refutation = |cause| Refutation { lower_bound, certificate, cause };
    match colliding_pins(problem) {
        Err(Contradiction { first, second }) => {
            return Some(refutation(RefutationCause::TiesContradict { first, second }));
        }
        Ok(Some((first, second))) => {
            return Some(refutation(RefutationCause::PinsCollide { first, second }));
        }
        Ok(None) => {}
    }
    let capacity = problem.capacity().filter(|&capacity| lower_bound > capacity)?;
    let over = pin_tops(problem).find(|&(_, top)| top > capacity);
    Some(refutation(match over {
        Some((buffer, _)) => RefutationCause::PinOverCapacity { buffer },
        None => RefutationCause::Capacity { capacity },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Buffer, BufferIdx};

    fn cause(buffers: Vec<Buffer>, capacity: Option<Bytes>) -> Option<RefutationCause> {
        let problem = Problem::new(buffers).unwrap().with_capacity(capacity);
        refute(&problem).map(|refutation| refutation.cause)
    }

    #[test]
    fn a_pin_above_the_load_is_the_bound() {
        let problem = Problem::new(vec![Buffer::new(4, 0, 1).pinned(60), Buffer::new(9, 0, 1)]);
        assert_eq!(lower_bound(&problem.unwrap()), (64, Certificate::PinTop));
    }

    #[test]
    fn a_load_as_high_as_the_pin_is_named_first() {
        let problem = Problem::new(vec![Buffer::new(4, 2, 3).pinned(9), Buffer::new(9, 1, 3)]);
        assert_eq!(lower_bound(&problem.unwrap()), (13, Certificate::MaxLoad { step: 2 }));
    }

    #[test]
    fn each_refutation_names_its_cause() {
        let pinned = Buffer::new(8, 0, 2).pinned(8);
        assert_eq!(cause(vec![pinned], Some(16)), None);
        assert_eq!(
            cause(vec![Buffer::new(1, 5, 6), pinned], Some(15)),
            Some(RefutationCause::PinOverCapacity { buffer: BufferIdx(1) })
        );
        assert_eq!(
            cause(vec![Buffer::new(8, 0, 2), Buffer::new(8, 1, 3)], Some(15)),
            Some(RefutationCause::Capacity { capacity: 15 })
        );
        assert_eq!(
            cause(vec![pinned, Buffer::new(8, 3, 4), Buffer::new(1, 1, 3).pinned(15)], None),
            Some(RefutationCause::PinsCollide { first: BufferIdx(0), second: BufferIdx(2) })
        );
    }

    #[test]
    fn pins_that_follow_each_other_or_have_no_bytes_do_not_collide() {
        let pinned = Buffer::new(8, 0, 2).pinned(8);
        assert_eq!(cause(vec![pinned, Buffer::new(8, 2, 3).pinned(8)], None), None);
        assert_eq!(cause(vec![pinned, Buffer::new(8, 0, 2).pinned(16)], None), None);
        assert_eq!(cause(vec![pinned, Buffer::new(0, 0, 2).pinned(12)], None), None);
    }

    #[test]
    fn a_pin_inside_a_longer_one_collides() {
        let long = Buffer::new(100, 0, 9).pinned(0);
        let inside = [Buffer::new(1, 1, 2).pinned(50), Buffer::new(200, 3, 4).pinned(0)];
        for other in inside {
            assert_eq!(
                cause(vec![long, other], None),
                Some(RefutationCause::PinsCollide { first: BufferIdx(0), second: BufferIdx(1) })
            );
        }
    }
}
