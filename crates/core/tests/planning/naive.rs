//! Oracles that are obviously right, and slow.

use std::collections::BTreeMap;

use memo_malloc::{BufferIdx, Bytes, Problem, Step};

/// The bytes live at a step, by asking every buffer; of buffers that share an offset, the largest.
pub(crate) fn load_at(problem: &Problem, step: Step) -> Bytes {
    let mut largest: BTreeMap<Vec<BufferIdx>, Bytes> = BTreeMap::new();
    for (idx, buffer) in problem.iter() {
        if problem.intervals(idx).iter().any(|life| life.start <= step && step < life.end) {
            let bytes = largest.entry(mates(problem, idx)).or_default();
            *bytes = buffer.size.max(*bytes);
        }
    }
    largest.values().sum()
}

/// The buffers that must have the offset of this one, and itself.
fn mates(problem: &Problem, idx: BufferIdx) -> Vec<BufferIdx> {
    let group = problem.ties().groups().iter().find(|group| group.contains(&idx));
    group.cloned().unwrap_or_else(|| vec![idx])
}

/// The largest load, by asking at every start.
pub(crate) fn max_load(problem: &Problem) -> Bytes {
    let intervals = problem.iter().flat_map(|(idx, _)| problem.intervals(idx));
    intervals.map(|life| life.start).map(|step| load_at(problem, step)).max().unwrap_or(0)
}

/// The most that rounding to any number proves of some step: each live buffer whose alignment is a
/// multiple of it in turn is the topmost.
pub(crate) fn aligned_load(problem: &Problem) -> Bytes {
    let mut most = 0;
    let alignments = problem.buffers().iter().filter(|b| b.size > 0).map(|b| b.alignment);
    for grain in 1..=alignments.max().unwrap_or(0) {
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
    let mut best = Bytes::MAX;
    try_all(problem, &mut pins(problem), &mut best);
    best
}

/// The offsets of buffers that are pinned or share the offset of one that is.
fn pins(problem: &Problem) -> Vec<Option<Bytes>> {
    let pin = |idx: BufferIdx| problem.buffers()[idx.usize()].pin;
    problem.iter().map(|(idx, _)| mates(problem, idx).into_iter().find_map(pin)).collect()
}

fn try_all(problem: &Problem, offsets: &mut Vec<Option<Bytes>>, best: &mut Bytes) {
    if offsets.iter().all(Option::is_some) {
        *best = (*best).min(peak(problem, offsets));
        return;
    }
    for idx in 0..offsets.len() {
        if offsets[idx].is_none() {
            let before = offsets.clone();
            place(problem, offsets, idx);
            try_all(problem, offsets, best);
            *offsets = before;
        }
    }
}

/// Gives a buffer and those that share its offset the lowest that keeps clear of every placed buffer
/// in conflict. It is 0 or the first common multiple of the alignments above some top.
fn place(problem: &Problem, offsets: &mut [Option<Bytes>], idx: usize) {
    let mates = mates(problem, BufferIdx(u32::try_from(idx).unwrap()));
    let buffer = |idx: BufferIdx| &problem.buffers()[idx.usize()];
    let taken =
        |idx: BufferIdx| Some((offsets[idx.usize()]?, offsets[idx.usize()]? + buffer(idx).size));
    let placed: Vec<_> = problem.iter().filter_map(|(idx, _)| Some((idx, taken(idx)?))).collect();
    let clear = |at: Bytes| {
        let pairs = mates.iter().flat_map(|mate| placed.iter().map(move |other| (*mate, other)));
        pairs.filter(|(mate, (other, _))| problem.conflict(*mate, *other)).all(
            |(mate, (_, (low, top)))| {
                let size = buffer(mate).size;
                size == 0 || low == top || at + size <= *low || *top <= at
            },
        )
    };
    let is_aligned =
        |at: &Bytes| mates.iter().all(|mate| at.is_multiple_of(buffer(*mate).alignment));
    let raised = |at: Bytes| {
        let step = mates.iter().map(|mate| buffer(*mate).alignment).max().unwrap();
        let mut multiples = (0..1_000).map(|times| at.next_multiple_of(step) + times * step);
        multiples.find(is_aligned).unwrap()
    };
    let tops = placed.iter().map(|(_, (_, top))| raised(*top));
    let lowest = std::iter::once(0).chain(tops).filter(|&at| clear(at)).min();
    for mate in &mates {
        offsets[mate.usize()] = lowest;
    }
}

/// First fit in an order, by a walk over all placed buffers. Pins come first.
pub(crate) fn first_fit_in(problem: &Problem, order: &[usize]) -> Vec<Bytes> {
    let mut offsets = pins(problem);
    for &idx in order {
        if offsets[idx].is_none() {
            place(problem, &mut offsets, idx);
        }
    }
    offsets.into_iter().map(Option::unwrap).collect()
}

fn peak(problem: &Problem, offsets: &[Option<Bytes>]) -> Bytes {
    let tops = problem.buffers().iter().zip(offsets).map(|(b, o)| o.unwrap() + b.size);
    tops.max().unwrap_or(0)
}
