//! The load with the bytes that alignment wastes.
//!
//! Take a number of bytes, the grain, and of the buffers live at a step those whose alignment is a
//! multiple of it. From below, each of them but the topmost is followed by one that starts at a
//! multiple of the grain, as it does itself: it takes its size rounded up to the grain. The topmost
//! takes its size. Whichever that is, no peak is below
//!
//! ```text
//! Σ rounded − max (rounded − size)
//! ```
//! which buffers that all conflict and have one alignment meet: the one that gains most goes on top.
//!
//! The aligned load of a step is the largest of these over all grains. Of the grains that divide the
//! same alignments the greatest common divisor of these rounds up the most, so the greatest common
//! divisors of some alignments or other are enough. It scales as sizes and alignments do, and does
//! not rise when a buffer goes or gets shorter, as the load does not.
//!
//! Alignments that hardly divide each other have too many such divisors. Then some are left out:
//! first come those of all alignments that a power of two divides, then those of the smallest
//! alignments, until they are 64.
//!
//! A sweep over the starts for each grain: O(n log n) each. The sum rises at starts only, and never
//! falls there. Where all sizes are multiples of their alignments it takes nothing but a look at each
//! buffer.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::Load;
use crate::model::{Buffer, Bytes, Step, gcd};

/// Enough for a divisor by each power of two.
const GRAINS_MAX: usize = 64;

/// The largest aligned load and the first step that has it. Where no size is rounded to its own
/// alignment none is to any grain, and it is 0: the load says as much.
pub(super) fn max_aligned_load(needs: &[Buffer]) -> Load {
    let is_whole = |b: &Buffer| b.alignment == 1 || b.size.is_multiple_of(b.alignment);
    if needs.iter().all(is_whole) {
        return Load::default();
    }
    let loads = grains(needs).into_iter().map(|grain| at_grain(needs, grain));
    loads.fold(Load::default(), |max, load| if load.bytes > max.bytes { load } else { max })
}

fn sized(needs: &[Buffer]) -> impl Iterator<Item = &Buffer> {
    needs.iter().filter(|buffer| buffer.size > 0)
}

/// Closed under common divisors, whether some are left out or not.
fn grains(needs: &[Buffer]) -> BTreeSet<Bytes> {
    let alignments: BTreeSet<Bytes> = sized(needs).map(|buffer| buffer.alignment).collect();
    let mut grains = divisors_by_power(&alignments);
    for alignment in alignments {
        let divisors = grains.iter().map(|&grain| gcd(grain, alignment)).chain([alignment]);
        let more: BTreeSet<Bytes> = divisors.filter(|divisor| !grains.contains(divisor)).collect();
        if grains.len() + more.len() > GRAINS_MAX {
            break;
        }
        grains.extend(more);
    }
    grains
}

/// What the alignments that a power of two divides have in common, for each power.
fn divisors_by_power(alignments: &BTreeSet<Bytes>) -> BTreeSet<Bytes> {
    let mut by_power = [0; Bytes::BITS as usize];
    for &alignment in alignments {
        let of_power = &mut by_power[alignment.trailing_zeros() as usize];
        *of_power = gcd(*of_power, alignment);
    }
    let divisors = by_power.into_iter().rev().scan(0, |common, of_power| {
        *common = gcd(*common, of_power);
        Some(*common)
    });
    divisors.filter(|&divisor| divisor > 0).collect()
}

/// A buffer whose alignment is a multiple of the grain.
struct Coarse {
    start: Step,
    end: Step,
    /// The size, rounded up.
    rounded: Bytes,
    /// What rounding added.
    slack: Bytes,
}

fn at_grain(needs: &[Buffer], grain: Bytes) -> Load {
    let coarse = coarse_by_start(needs, grain);
    let mut ends: BinaryHeap<Reverse<(Step, Bytes)>> = BinaryHeap::new();
    let mut slacks: BinaryHeap<(Bytes, Step)> = BinaryHeap::new();
    let (mut live, mut max) = (0, Load::default());
    for Coarse { start, end, rounded, slack } in coarse {
        while let Some(&Reverse((ended, rounded))) = ends.peek()
            && ended <= start
        {
            ends.pop();
            live -= rounded;
        }
        // One that has ended matters only once it is the largest.
        while slacks.peek().is_some_and(|&(_, ended)| ended <= start) {
            slacks.pop();
        }
        ends.push(Reverse((end, rounded)));
        slacks.push((slack, end));
        live += rounded;
        let bytes = live - slacks.peek().map_or(0, |&(slack, _)| slack);
        if bytes > max.bytes {
            max = Load { bytes, step: start };
        }
    }
    max
}

fn coarse_by_start(needs: &[Buffer], grain: Bytes) -> Vec<Coarse> {
    let is_coarse = |buffer: &&Buffer| buffer.alignment.is_multiple_of(grain);
    let rounded = |buffer: &Buffer| {
        // At most size + alignment − 1, which a problem keeps from overflowing.
        let rounded = buffer.size.next_multiple_of(grain);
        let (start, end) = (buffer.lifetime.start, buffer.lifetime.end);
        Coarse { start, end, rounded, slack: rounded - buffer.size }
    };
    let mut coarse: Vec<Coarse> = sized(needs).filter(is_coarse).map(rounded).collect();
    coarse.sort_unstable_by_key(|coarse| coarse.start);
    coarse
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aligned_load(buffers: &[(Bytes, Bytes)]) -> Bytes {
        let buffer = |&(size, alignment)| Buffer::new(size, 0, 1).aligned(alignment);
        max_aligned_load(&buffers.iter().map(buffer).collect::<Vec<_>>()).bytes
    }

    #[test]
    fn all_but_the_topmost_are_rounded_up() {
        assert_eq!(aligned_load(&[(5, 8), (6, 8), (7, 8)]), 8 + 8 + 5);
        assert_eq!(aligned_load(&[(5, 24), (25, 24)]), 24 + 25);
    }

    #[test]
    fn the_grains_are_what_alignments_have_in_common() {
        let grains_of = |alignments: &[Bytes]| {
            let aligned = |&alignment| Buffer::new(1, 0, 1).aligned(alignment);
            Vec::from_iter(grains(&alignments.iter().map(aligned).collect::<Vec<_>>()))
        };
        assert_eq!(grains_of(&[1, 4, 6]), [1, 2, 4, 6]);
        assert_eq!(grains_of(&[3, 12, 18]), [3, 6, 12, 18]);
        let of_four = [1, 2, 3, 5, 6, 7, 10, 14, 15, 21, 30, 35, 42, 70, 105];
        assert_eq!(grains_of(&[30, 42, 70, 105]), of_four);
        assert_eq!(grains_of(&[]), []);
    }

    #[test]
    fn of_too_many_alignments_the_smallest_are_grains_and_what_powers_of_two_divide() {
        let odd_times_four = |count| (1..=count).map(|odd| (1, 4 * (2 * odd + 1)));
        assert_eq!(aligned_load(&odd_times_four(9).collect::<Vec<_>>()), 8 * 4 + 1);
        let twins = |count| odd_times_four(count).flat_map(|b| [b, b]).collect::<Vec<_>>();
        assert_eq!(aligned_load(&twins(64)[126..]), 4 * 129 + 1);
        assert_eq!(aligned_load(&twins(65)), 129 * 4 + 1);
        let large = [(1, 1 << 20); 3];
        assert_eq!(aligned_load(&[&twins(65)[..], &large[..]].concat()), (2 << 20) + 1);
    }

    #[test]
    fn one_buffer_without_alignment_does_not_hide_the_others() {
        assert_eq!(aligned_load(&[(1, 64), (1, 64), (1, 64), (3, 1)]), 64 + 64 + 1);
    }

    #[test]
    fn where_nothing_is_rounded_there_is_nothing_to_say() {
        assert_eq!(aligned_load(&[(5, 1), (64, 64), (128, 64)]), 0);
        assert_eq!(aligned_load(&[]), 0);
    }

    #[test]
    fn what_has_ended_is_forgotten_with_its_slack() {
        let buffers = [(1, 0, 2), (7, 1, 9), (6, 2, 9), (5, 4, 6)];
        let buffers = buffers.map(|(size, start, end)| Buffer::new(size, start, end).aligned(8));
        let load = max_aligned_load(&buffers);
        assert_eq!((load.bytes, load.step), (8 + 8 + 5, 4));
    }
}
