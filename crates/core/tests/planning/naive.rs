//! Oracles that are obviously right, and slow.

use memo_malloc::{Bytes, Problem, Step};

/// The bytes live at a step, by asking every buffer.
pub(crate) fn load_at(problem: &Problem, step: Step) -> Bytes {
    let live = problem.buffers().iter();
    live.filter(|b| b.lifetime.start <= step && step < b.lifetime.end).map(|b| b.size).sum()
}

/// The largest load, by asking at every start.
pub(crate) fn max_load(problem: &Problem) -> Bytes {
    let starts = problem.buffers().iter().map(|b| b.lifetime.start);
    starts.map(|step| load_at(problem, step)).max().unwrap_or(0)
}

/// The most that rounding proves of some step and some grain, for every grain that divides an
/// alignment: each live buffer of such an alignment in turn is the topmost.
pub(crate) fn aligned_load(problem: &Problem) -> Bytes {
    let unit = problem.buffers().iter().filter(|b| b.size > 0).map(|b| b.alignment);
    let unit =
        unit.fold(0, |a, b| (1..=a.max(b)).rev().find(|d| a % d == 0 && b % d == 0).unwrap());
    let grains = (0..16).map(|power| unit << power);
    let mut most = 0;
    for grain in grains {
        for step in problem.buffers().iter().map(|b| b.lifetime.start) {
            let live: Vec<_> = (problem.buffers().iter())
                .filter(|b| b.size > 0 && b.lifetime.start <= step && step < b.lifetime.end)
                .filter(|b| b.alignment.is_multiple_of(grain))
                .collect();
            let below = |top: usize| {
                let others = live.iter().enumerate().filter(move |(idx, _)| *idx != top);
                others.map(|(_, b)| b.size.div_ceil(grain) * grain).sum::<Bytes>()
            };
            let peaks = (0..live.len()).map(|top| below(top) + live[top].size);
            most = most.max(peaks.min().unwrap_or(0));
        }
    }
    most
}

/// The smallest peak of any plan, by trying every order with first fit.
///
/// Some order of any optimal plan's offsets, from below, reproduces a plan that is as good: each
/// buffer then only sinks. Pinned buffers are there from the beginning.
pub(crate) fn optimum(problem: &Problem) -> Bytes {
    let mut offsets: Vec<Option<Bytes>> = problem.buffers().iter().map(|b| b.pin).collect();
    let mut best = Bytes::MAX;
    try_all(problem, &mut offsets, &mut best);
    best
}

fn try_all(problem: &Problem, offsets: &mut Vec<Option<Bytes>>, best: &mut Bytes) {
    if offsets.iter().all(Option::is_some) {
        *best = (*best).min(peak(problem, offsets));
        return;
    }
    for idx in 0..offsets.len() {
        if offsets[idx].is_none() {
            offsets[idx] = Some(first_fit(problem, offsets, idx));
            try_all(problem, offsets, best);
            offsets[idx] = None;
        }
    }
}

/// The lowest multiple of the alignment that keeps clear of every placed buffer in conflict. It is 0
/// or the first multiple above some top.
fn first_fit(problem: &Problem, offsets: &[Option<Bytes>], idx: usize) -> Bytes {
    let buffer = &problem.buffers()[idx];
    let taken: Vec<(Bytes, Bytes)> = problem
        .buffers()
        .iter()
        .zip(offsets)
        .filter(|(other, _)| other.conflicts(buffer) && other.size > 0)
        .filter_map(|(other, offset)| Some(((*offset)?, (*offset)? + other.size)))
        .collect();
    let clear = |at: Bytes| taken.iter().all(|&(low, top)| at + buffer.size <= low || top <= at);
    let tops = taken.iter().map(|&(_, top)| top.next_multiple_of(buffer.alignment));
    std::iter::once(0).chain(tops).filter(|&at| buffer.size == 0 || clear(at)).min().unwrap()
}

/// First fit in an order, by a walk over all placed buffers. Pins come first.
pub(crate) fn first_fit_in(problem: &Problem, order: &[usize]) -> Vec<Bytes> {
    let mut offsets: Vec<Option<Bytes>> = problem.buffers().iter().map(|b| b.pin).collect();
    for &idx in order {
        if offsets[idx].is_none() {
            offsets[idx] = Some(first_fit(problem, &offsets, idx));
        }
    }
    offsets.into_iter().map(Option::unwrap).collect()
}

fn peak(problem: &Problem, offsets: &[Option<Bytes>]) -> Bytes {
    let tops = problem.buffers().iter().zip(offsets).map(|(b, o)| o.unwrap() + b.size);
    tops.max().unwrap_or(0)
}
