//! The judge of any plan, whoever made it. Shares nothing with the planners but the nouns.
//!
//! Buffers are visited in the order of their start; those live at that step are kept sorted by
//! offset. As all kept ranges are disjoint, a new one collides with one of them exactly if it
//! collides with its neighbour below or above. O(n log n) time, O(n) memory.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::model::{
    Buffer, BufferIdx, Bytes, Certificate, Error, Lifetime, Plan, Problem, RunPlan, Step, gcd,
};

/// Judges a plan of a problem: every offset, the peak, and the lower bound as far as the buffers
/// themselves contradict it.
///
/// # Errors
/// The first fault found, with the buffers and both values.
pub fn check(problem: &Problem, plan: &Plan) -> Result<(), Error> {
    if plan.offsets.len() != problem.len() {
        return Err(Error::OffsetCount { offsets: plan.offsets.len(), buffers: problem.len() });
    }
    let mut peak = 0;
    for (idx, buffer) in problem.iter() {
        let top = placed_well(idx, buffer, plan.offsets[idx.usize()], problem.capacity())?;
        peak = peak.max(top);
    }
    // An offset that was edited often moves the peak too: the collision is what must be told.
    no_collision(problem, &plan.offsets)?;
    if plan.peak != peak {
        return Err(Error::PeakWrong { stated: plan.peak, found: peak });
    }
    bound_is_possible(problem, plan)
}

/// As [`check`] for a plan with the requests of its run.
///
/// # Errors
/// As [`check`].
pub fn check_run(run_plan: &RunPlan) -> Result<(), Error> {
    check(run_plan.problem(), run_plan.plan())
}

/// Alignment, pin and capacity of one buffer; returns its top.
fn placed_well(
    idx: BufferIdx,
    buffer: &Buffer,
    offset: Bytes,
    capacity: Option<Bytes>,
) -> Result<Bytes, Error> {
    let alignment = buffer.alignment;
    if !offset.is_multiple_of(alignment) {
        return Err(Error::OffsetMisaligned { buffer: idx, offset, alignment });
    }
    if let Some(pin) = buffer.pin.filter(|&pin| pin != offset) {
        return Err(Error::PinMoved { buffer: idx, offset, pin });
    }
    let limit = capacity.unwrap_or(crate::model::BYTES_MAX);
    match offset.checked_add(buffer.size) {
        Some(top) if top <= limit => Ok(top),
        top => Err(Error::OverCapacity {
            buffer: idx,
            top: top.unwrap_or(Bytes::MAX),
            capacity: limit,
        }),
    }
}

fn no_collision(problem: &Problem, offsets: &[Bytes]) -> Result<(), Error> {
    let mut live: BTreeMap<Bytes, BufferIdx> = BTreeMap::new();
    let mut ends: BinaryHeap<Reverse<(Step, Bytes)>> = BinaryHeap::new();
    for idx in by_start(problem) {
        let Buffer { size, lifetime, .. } = problem.buffers()[idx.usize()];
        let offset = offsets[idx.usize()];
        while let Some(&Reverse((end, ended))) = ends.peek()
            && end <= lifetime.start
        {
            ends.pop();
            live.remove(&ended);
        }
        let below = live.range(..=offset).next_back();
        let above = live.range(offset..).next();
        for (&other_offset, &other) in below.into_iter().chain(above) {
            let other_top = other_offset + problem.buffers()[other.usize()].size;
            let shared = (offset.max(other_offset), (offset + size).min(other_top));
            if shared.0 < shared.1 {
                let (first, second) = (idx.min(other), idx.max(other));
                return Err(Error::Collision {
                    first,
                    second,
                    step: lifetime.start,
                    bytes: shared,
                });
            }
        }
        live.insert(offset, idx);
        ends.push(Reverse((lifetime.end, offset)));
    }
    Ok(())
}

/// Buffers that have bytes, in the order of their start.
fn by_start(problem: &Problem) -> Vec<BufferIdx> {
    let mut order: Vec<BufferIdx> =
        problem.iter().filter(|(_, b)| b.size > 0).map(|(idx, _)| idx).collect();
    order.sort_by_key(|idx| problem.buffers()[idx.usize()].lifetime.start);
    order
}

/// A lower bound lies between what the certificate's step holds and the peak.
fn bound_is_possible(problem: &Problem, plan: &Plan) -> Result<(), Error> {
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
    live_at(problem, step).map(|b| b.size).sum()
}

fn live_at(problem: &Problem, step: Step) -> impl Iterator<Item = &Buffer> {
    let at = move |Lifetime { start, end }: Lifetime| start <= step && step < end;
    problem.buffers().iter().filter(move |b| b.size > 0 && at(b.lifetime))
}

/// The most that alignment proves of a step. For a grain `g`, of the live buffers whose alignment is
/// a multiple of `g` all but the topmost take their size rounded up to `g`, since the next one above
/// starts at a multiple of `g`. The grains are the common divisor of all alignments times powers of
/// two, for each live alignment the largest that divides it.
fn aligned_load_at(problem: &Problem, step: Step) -> Bytes {
    let has_bytes = problem.buffers().iter().filter(|b| b.size > 0);
    let unit = has_bytes.fold(0, |unit, b| gcd(unit, b.alignment));
    let grain_of = |b: &Buffer| unit << (b.alignment / unit).trailing_zeros();
    let grains: BTreeSet<Bytes> = live_at(problem, step).map(grain_of).collect();
    let at_grain = |grain: Bytes| {
        let coarse = live_at(problem, step).filter(|b| b.alignment.is_multiple_of(grain));
        let (mut sum, mut slack_max) = (0, 0);
        for size in coarse.map(|b| b.size) {
            let rounded = size.next_multiple_of(grain);
            sum += rounded;
            slack_max = slack_max.max(rounded - size);
        }
        sum - slack_max
    };
    grains.into_iter().map(at_grain).max().unwrap_or(0)
}

fn pin_top_max(problem: &Problem) -> Bytes {
    problem.buffers().iter().filter_map(|b| Some(b.pin? + b.size)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem() -> Problem {
        // 0 and 1 conflict; 2 follows 0.
        Problem::new(vec![
            Buffer::new(4, 0, 2),
            Buffer::new(4, 1, 4).aligned(4),
            Buffer::new(4, 2, 4),
        ])
        .unwrap()
    }

    fn plan(offsets: &[Bytes]) -> Plan {
        Plan {
            offsets: offsets.to_vec(),
            peak: 8,
            lower_bound: 8,
            certificate: Certificate::MaxLoad { step: 1 },
        }
    }

    fn fault(problem: &Problem, plan: &Plan) -> &'static str {
        check(problem, plan).map_or_else(|error| error.code().name(), |()| "none")
    }

    #[test]
    fn a_valid_plan_passes() {
        assert_eq!(fault(&problem(), &plan(&[0, 4, 0])), "none");
    }

    #[test]
    fn each_fault_is_named() {
        let p = problem();
        assert_eq!(fault(&p, &plan(&[0, 4])), "OFFSET_COUNT");
        assert_eq!(fault(&p, &plan(&[0, 2, 4])), "OFFSET_MISALIGNED");
        assert_eq!(fault(&p, &Plan { peak: 7, ..plan(&[0, 4, 0]) }), "PEAK_WRONG");
        assert_eq!(fault(&p, &Plan { peak: 12, ..plan(&[0, 8, 0]) }), "none");
        assert_eq!(fault(&p, &plan(&[u64::MAX - 1, 4, 0])), "OVER_CAPACITY");
        assert_eq!(fault(&p, &plan(&[4, 4, 0])), "COLLISION");
        assert_eq!(fault(&p, &plan(&[1, 4, 0])), "COLLISION");
        assert_eq!(fault(&p, &Plan { peak: 12, ..plan(&[4, 4, 0]) }), "COLLISION");
        assert_eq!(fault(&p, &Plan { lower_bound: 9, ..plan(&[0, 4, 0]) }), "BOUND_WRONG");
        assert_eq!(fault(&p, &Plan { lower_bound: 7, ..plan(&[0, 4, 0]) }), "BOUND_WRONG");
        assert_eq!(fault(&p.clone().with_capacity(Some(7)), &plan(&[0, 4, 0])), "OVER_CAPACITY");
    }

    #[test]
    fn a_moved_pin_is_named() {
        let pinned = Problem::new(vec![Buffer::new(8, 0, 2).pinned(8)]).unwrap();
        let moved = Plan { certificate: Certificate::PinTop, ..plan(&[0]) };
        assert_eq!(fault(&pinned, &moved), "PIN_MOVED");
    }

    #[test]
    fn a_range_inside_another_is_a_collision() {
        let p = Problem::new(vec![Buffer::new(16, 0, 2), Buffer::new(2, 1, 2)]).unwrap();
        let inside = Plan {
            offsets: vec![0, 7],
            peak: 16,
            lower_bound: 16,
            certificate: Certificate::FinishedSearch,
        };
        let error = check(&p, &inside).unwrap_err();
        assert_eq!(
            error.to_string(),
            "buffers 0 and 1 collide: both are live at step 1 and share bytes 7..9"
        );
    }

    #[test]
    fn buffers_without_bytes_collide_with_nothing() {
        let p = Problem::new(vec![Buffer::new(8, 0, 2), Buffer::new(0, 0, 2)]).unwrap();
        let plan = Plan {
            offsets: vec![0, 4],
            peak: 8,
            lower_bound: 8,
            certificate: Certificate::MaxLoad { step: 0 },
        };
        assert_eq!(fault(&p, &plan), "none");
    }

    #[test]
    fn nothing_to_place_has_peak_zero() {
        let nothing = Plan { peak: 0, lower_bound: 0, ..plan(&[]) };
        assert_eq!(fault(&Problem::default(), &nothing), "none");
    }
}
