//! Whether a lower bound can be right, as far as the problem itself tells.
//!
//! What a certificate says of one step or one pin is counted again, buffer by buffer. Buffers that
//! share an offset count as one: at each step the largest that is live, at a common multiple of the
//! alignments of all. O(n log n).

use std::collections::BTreeSet;

use crate::model::{BufferIdx, Bytes, Certificate, Error, Lifetime, Plan, Problem, Step, gcd};

/// A lower bound is what its certificate says, and not above the peak.
pub(super) fn bound_is_possible(problem: &Problem, plan: &Plan) -> Result<(), Error> {
    let stated = plan.lower_bound;
    if stated > plan.peak {
        return Err(Error::BoundWrong { stated, found: plan.peak });
    }
    let found = match plan.certificate {
        Certificate::MaxLoad { step } => load_at(problem, step),
        Certificate::AlignedLoad { step } => aligned_load_at(problem, step),
        Certificate::PinTop => pin_top_max(problem),
        Certificate::FinishedSearch => return Ok(()),
    };
    if found == stated { Ok(()) } else { Err(Error::BoundWrong { stated, found }) }
}

fn load_at(problem: &Problem, step: Step) -> Bytes {
    let mut load = 0;
    for_each_live(problem, step, |size, _| load += size);
    load
}

/// The most that alignment proves of a step. For a grain `g`, of the live buffers whose alignment is
/// a multiple of `g` all but the topmost take their size rounded up to `g`, since the next one above
/// starts at a multiple of `g`.
fn aligned_load_at(problem: &Problem, step: Step) -> Bytes {
    let mut live: Vec<(Bytes, Bytes)> = Vec::new();
    for_each_live(problem, step, |size, alignment| live.push((size, alignment)));
    let at_grain = |grain: Bytes| {
        let coarse = live.iter().filter(|(_, alignment)| alignment.is_multiple_of(grain));
        let (mut sum, mut slack_max) = (0, 0);
        for &(size, _) in coarse {
            let rounded = size.next_multiple_of(grain);
            sum += rounded;
            slack_max = slack_max.max(rounded - size);
        }
        sum - slack_max
    };
    grains(&alignments(problem)).into_iter().map(at_grain).max().unwrap_or(0)
}

/// The greatest common divisors of alignments, at most 64: of all that a power of two divides, and of
/// any of the smallest.
fn grains(alignments: &BTreeSet<Bytes>) -> BTreeSet<Bytes> {
    let divided_by = |power: Bytes| alignments.iter().filter(move |a| a.is_multiple_of(power));
    let powers = (0..Bytes::BITS).map(|log2| 1 << log2);
    let common = powers.map(|power| divided_by(power).fold(0, |divisor, &a| gcd(divisor, a)));
    let mut grains: BTreeSet<Bytes> = common.filter(|&divisor| divisor > 0).collect();
    for &alignment in alignments {
        let mut joined = grains.clone();
        joined.insert(alignment);
        joined.extend(grains.iter().map(|&grain| gcd(grain, alignment)));
        if joined.len() > 64 {
            break;
        }
        grains = joined;
    }
    grains
}

/// Calls with the size and the alignment of all that is live at a step and has bytes.
fn for_each_live(problem: &Problem, step: Step, mut call: impl FnMut(Bytes, Bytes)) {
    let at = |&Lifetime { start, end }: &Lifetime| start <= step && step < end;
    let size = |idx: BufferIdx| problem.buffers()[idx.usize()].size;
    let is_live = |idx: &BufferIdx| size(*idx) > 0 && problem.intervals(*idx).iter().any(at);
    for (idx, buffer) in problem.iter().filter(|(idx, _)| is_alone(problem, *idx)) {
        if is_live(&idx) {
            call(buffer.size, buffer.alignment);
        }
    }
    for group in problem.ties().groups() {
        let live = group.iter().copied().filter(is_live);
        if let Some(largest) = live.map(size).max() {
            call(largest, problem.group_alignment(group));
        }
    }
}

/// The alignments of all that has bytes.
fn alignments(problem: &Problem) -> BTreeSet<Bytes> {
    let has_bytes = |idx: &BufferIdx| problem.buffers()[idx.usize()].size > 0;
    let alone = problem.iter().filter(|&(idx, b)| b.size > 0 && is_alone(problem, idx));
    let groups = problem.ties().groups().iter().filter(|group| group.iter().any(has_bytes));
    let of_groups = groups.map(|group| problem.group_alignment(group));
    alone.map(|(_, buffer)| buffer.alignment).chain(of_groups).collect()
}

fn is_alone(problem: &Problem, idx: BufferIdx) -> bool {
    problem.ties().group_of(idx).is_none()
}

/// The highest top that pins decide: of a pinned buffer, or of any that shares its offset.
fn pin_top_max(problem: &Problem) -> Bytes {
    let buffer = |idx: &BufferIdx| &problem.buffers()[idx.usize()];
    let alone = problem.buffers().iter().filter_map(|b| Some(b.pin? + b.size));
    let shared = problem.ties().groups().iter().filter_map(|group| {
        let pin = group.iter().find_map(|idx| buffer(idx).pin)?;
        group.iter().map(|idx| pin + buffer(idx).size).max()
    });
    alone.chain(shared).max().unwrap_or(0)
}
