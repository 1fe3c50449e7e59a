//! The judge of any plan, whoever made it. Shares nothing with the planners but the nouns.
//!
//! Buffers are visited in the order of their start; those live at that step are kept sorted by
//! offset. As all kept ranges are disjoint, a new one collides with one of them exactly if it
//! collides with its neighbour below or above. A buffer with several intervals is visited once for
//! each. Buffers that share an offset are kept side by side: seen from elsewhere, the largest of
//! them is the neighbour. O(n log n) time, O(n) memory.

mod bound;
mod forced;
mod tiered;

pub use tiered::check_tiered;

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use self::bound::bound_is_possible;
use crate::model::{Buffer, BufferIdx, Bytes, Error, Lifetime, Plan, Problem, RunPlan, Step};

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
    ties_hold(problem, &plan.offsets)?;
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

/// Groups have one offset, and pairs that are kept apart share no byte.
fn ties_hold(problem: &Problem, offsets: &[Bytes]) -> Result<(), Error> {
    for group in problem.ties().groups() {
        let offset = |idx: BufferIdx| offsets[idx.usize()];
        if let Some(&second) = group.iter().find(|&&idx| offset(idx) != offset(group[0])) {
            let (first, offsets) = (group[0], (offset(group[0]), offset(second)));
            return Err(Error::ShareBroken { first, second, offsets });
        }
    }
    for &(first, second) in problem.ties().apart() {
        let range = |idx: BufferIdx| {
            let low = offsets[idx.usize()];
            (low, low + problem.buffers()[idx.usize()].size)
        };
        let bytes = shared(range(first), range(second));
        if bytes.0 < bytes.1 {
            return Err(Error::NotApart { first, second, bytes });
        }
    }
    Ok(())
}

/// The first of the buffers that must have the offset of this one.
fn shared_offset(problem: &Problem, idx: BufferIdx) -> Option<BufferIdx> {
    let group = problem.ties().group_of(idx)?;
    problem.ties().groups()[group].first().copied()
}

/// The bytes of both ranges; not a range if there are none.
fn shared(a: (Bytes, Bytes), b: (Bytes, Bytes)) -> (Bytes, Bytes) {
    (a.0.max(b.0), a.1.min(b.1))
}

/// The bytes of a buffer that is live: offset, top, and which it is.
type Kept = (Bytes, Bytes, BufferIdx);

fn no_collision(problem: &Problem, offsets: &[Bytes]) -> Result<(), Error> {
    let mut live: BTreeSet<Kept> = BTreeSet::new();
    let mut ends: BinaryHeap<Reverse<(Step, Kept)>> = BinaryHeap::new();
    for (Lifetime { start, end }, idx) in by_start(problem) {
        let offset = offsets[idx.usize()];
        let own = (offset, offset + problem.buffers()[idx.usize()].size, idx);
        while let Some(&Reverse((end, ended))) = ends.peek()
            && end <= start
        {
            ends.pop();
            live.remove(&ended);
        }
        for (low, top, other) in neighbours(problem, &live, own) {
            let bytes = shared((own.0, own.1), (low, top));
            if bytes.0 < bytes.1 {
                let (first, second) = (idx.min(other), idx.max(other));
                return Err(Error::Collision { first, second, step: start, bytes });
            }
        }
        live.insert(own);
        ends.push(Reverse((end, own)));
    }
    Ok(())
}

/// The nearest below and above among those that do not share the offset of this one.
fn neighbours(
    problem: &Problem,
    live: &BTreeSet<Kept>,
    (offset, _, idx): Kept,
) -> impl Iterator<Item = Kept> {
    let from = |offset| (offset, 0, BufferIdx(0));
    let below = live.range(..from(offset)).next_back();
    let mut above = live.range(from(offset)..).next();
    let group = problem.ties().group_of(idx);
    // Whoever lies at the offset of a group that is live is of the group.
    if group.is_some()
        && above.is_some_and(|&(_, _, other)| problem.ties().group_of(other) == group)
    {
        above = live.range(from(offset + 1)..).next();
    }
    below.into_iter().chain(above).copied()
}

/// When buffers that have bytes are live, in the order of the starts.
fn by_start(problem: &Problem) -> Vec<(Lifetime, BufferIdx)> {
    let sized = problem.iter().filter(|(_, buffer)| buffer.size > 0).map(|(idx, _)| idx);
    let mut order: Vec<(Lifetime, BufferIdx)> =
        sized.flat_map(|idx| problem.intervals(idx).iter().map(move |life| (*life, idx))).collect();
    order.sort_by_key(|(interval, _)| interval.start);
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Certificate;

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
