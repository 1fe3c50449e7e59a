//! The explanation against every change of every buffer and op, one by one.

use memo_malloc::analysis::{BufferChange, OpChange, explain, lower_bound};
use memo_malloc::model::{OpIdx, OpTag};
use memo_malloc::{Buffer, BufferIdx, Bytes, Certificate, Lifetime, Problem, Step};
use proptest::prelude::*;

use crate::{families, metamorphic, naive, ties};

const OP_COUNT: u32 = 3;

/// Every second buffer of one of the ops, the others of none.
fn tagged(mut buffers: Vec<Buffer>) -> Problem {
    for (idx, buffer) in (0..).zip(&mut buffers) {
        buffer.op = (idx % 2 == 0).then_some(OpIdx(idx / 2 % OP_COUNT));
    }
    let tag = |ordinal| OpTag { name: format!("op{ordinal}"), place: String::new(), ordinal };
    Problem::with_ops(buffers, (0..OP_COUNT).map(tag).collect()).unwrap()
}

/// The same buffers and ties, each buffer of every second pair by one of the ops.
fn tagged_ties(count: u32, seed: u64) -> Problem {
    let tied = ties::tied(count, seed, 7);
    let rows = tied.ties().spanned().flat_map(|(idx, all)| all.iter().map(move |l| (idx, *l)));
    let problem = tagged(tied.buffers().to_vec()).with_intervals(rows.collect()).unwrap();
    let problem = problem.with_shares(tied.ties().groups()).unwrap();
    problem.with_apart(tied.ties().apart().to_vec()).unwrap()
}

/// The problem that is left of these buffers.
fn kept(problem: &Problem, is_kept: impl Fn(usize, &Buffer) -> bool) -> Problem {
    let kept = problem.iter().filter(|(idx, b)| is_kept(idx.usize(), b));
    problem.part(&kept.map(|(idx, _)| idx).collect::<Vec<_>>())
}

fn without(problem: &Problem, buffer: usize) -> Bytes {
    lower_bound(&kept(problem, |idx, _| idx != buffer)).0
}

/// None where the new lifetime is no part of the old one, or nothing or all of it.
fn with_lifetime(problem: &Problem, buffer: usize, lifetime: Lifetime) -> Option<Bytes> {
    let old = problem.buffers()[buffer].lifetime;
    let is_part = old.start <= lifetime.start && lifetime.end <= old.end && lifetime != old;
    (is_part && lifetime.start < lifetime.end)
        .then(|| lower_bound(&cut(problem, buffer, lifetime)).0)
}

/// One buffer live in these of its steps only.
fn cut(problem: &Problem, buffer: usize, lifetime: Lifetime) -> Problem {
    let (mut buffers, mut rows) = (problem.buffers().to_vec(), Vec::new());
    for (idx, _) in problem.iter() {
        let steps = problem.intervals(idx).iter().flat_map(|l| l.start..l.end);
        let kept = |step: &Step| (lifetime.start..lifetime.end).contains(step);
        let steps: Vec<Step> = steps.filter(|step| idx.usize() != buffer || kept(step)).collect();
        buffers[idx.usize()].lifetime =
            Lifetime { start: steps[0], end: steps[steps.len() - 1] + 1 };
        rows.extend(steps.iter().map(|&start| (idx, Lifetime { start, end: start + 1 })));
    }
    let cut = Problem::with_ops(buffers, problem.ops().to_vec()).unwrap();
    let cut = cut.with_intervals(rows).unwrap().with_shares(problem.ties().groups()).unwrap();
    cut.with_apart(problem.ties().apart().to_vec()).unwrap()
}

fn without_op(problem: &Problem, op: OpIdx) -> Bytes {
    lower_bound(&kept(problem, |_, b| b.op != Some(op))).0
}

/// The `count` lowest of these bounds that are below the one there is.
fn lowest(mut bounds: Vec<Bytes>, below: Bytes, count: usize) -> Vec<Bytes> {
    bounds.retain(|&bound| bound < below);
    bounds.sort_unstable();
    bounds.truncate(count);
    bounds
}

/// All that is said of a problem must hold, and nothing better may be left out.
fn assert_explained(problem: &Problem, shown: usize) {
    let told = explain(problem, shown);
    assert_eq!((told.lower_bound, told.certificate), lower_bound(problem));
    let is_live = |idx| {
        let mut intervals = problem.intervals(idx).iter();
        intervals.any(|life| (life.start..life.end).contains(&told.step))
    };
    let live = |idx: usize| is_live(BufferIdx(u32::try_from(idx).unwrap()));
    let those = problem.iter().filter(|&(idx, b)| b.size > 0 && is_live(idx));
    let mut sizes: Vec<Bytes> = those.map(|(_, b)| b.size).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let listed = |idx: &BufferIdx| problem.buffers()[idx.usize()].size;
    assert_eq!(told.live.iter().map(listed).collect::<Vec<_>>(), sizes);
    assert_eq!(told.live_bytes, naive::load_at(problem, told.step));
    let others = kept(problem, |idx, b| b.size == 0 || !live(idx));
    assert_eq!(told.others.bytes, naive::max_load(&others));

    let gone: Vec<Bytes> = told.buffers.iter().map(|change| change.gone).collect();
    let each = (0..problem.len()).map(|idx| without(problem, idx)).collect();
    assert_eq!(gone, lowest(each, told.lower_bound, shown), "{problem:?}");
    told.buffers.iter().for_each(|change| assert_holds(problem, (told.step, told.end), change));
    let gone: Vec<Bytes> = told.ops.iter().map(|change| change.gone).collect();
    let each = (0..OP_COUNT).map(|op| without_op(problem, OpIdx(op))).collect();
    assert_eq!(gone, lowest(each, told.lower_bound, shown), "{problem:?}");
    for &OpChange { op, live: bytes, gone } in &told.ops {
        let rest = kept(problem, |_, b| b.op != Some(op));
        assert_eq!(bytes, told.live_bytes - naive::load_at(&rest, told.step));
        assert_eq!(gone, without_op(problem, op));
    }
}

fn assert_holds(problem: &Problem, (step, end): (Step, Step), change: &BufferChange) {
    let idx = change.buffer.usize();
    let lifetime = problem.buffers()[idx].lifetime;
    assert_eq!(change.gone, without(problem, idx));
    let freed = with_lifetime(problem, idx, Lifetime { end: step, ..lifetime });
    assert_eq!(change.freed_by, freed);
    let made = with_lifetime(problem, idx, Lifetime { start: end, ..lifetime });
    assert_eq!(change.made_at, made);
}

proptest! {
    #[test]
    fn nothing_better_is_left_out(buffers in metamorphic::buffers(12), shown in 0_usize..5) {
        assert_explained(&tagged(buffers), shown);
    }

    #[test]
    fn the_steps_are_the_first_and_the_last_of_the_peak(buffers in metamorphic::buffers(12)) {
        let plain = buffers.iter().map(|b| Buffer { alignment: 1, ..*b }).collect();
        let problem = Problem::new(plain).unwrap();
        let told = explain(&problem, 0);
        prop_assume!(told.lower_bound > 0);
        let at_peak = |&step: &Step| naive::load_at(&problem, step) == told.lower_bound;
        let peak: Vec<Step> = (0..40).filter(at_peak).collect();
        prop_assert_eq!((peak[0], peak[peak.len() - 1] + 1), (told.step, told.end));
    }
}

#[test]
fn every_family_is_explained() {
    for &(_, family) in families::ALL {
        for (count, seed) in [(0, 0), (1, 1), (9, 2), (40, 3), (60, 4)] {
            assert_explained(&tagged(family(count, &mut families::Random(seed))), 6);
        }
    }
}

#[test]
fn ties_are_explained() {
    let mut by_ties = 0;
    for (count, seed) in [3, 9, 20, 40].iter().flat_map(|&n| (0..40).map(move |seed| (n, seed))) {
        let problem = tagged_ties(count, seed);
        assert_explained(&problem, 6);
        let plain = problem.buffers().iter().map(|b| Buffer { op: None, ..*b });
        let plain = Problem::new(plain.collect()).unwrap();
        by_ties += u32::from(lower_bound(&plain).0 > lower_bound(&problem).0);
    }
    assert!(by_ties > 40, "the ties hardly matter: {by_ties}");
}

#[test]
fn of_those_that_share_an_offset_only_the_largest_counts() {
    // 0 and 1 share an offset; without 0 there are still the six bytes of 1.
    let sizes = [(8, 0, 4), (6, 0, 4), (5, 2, 6)];
    let buffers = sizes.map(|(size, start, end)| Buffer::new(size, start, end));
    let problem = Problem::new(buffers.to_vec()).unwrap();
    let problem = problem.with_shares(&[vec![BufferIdx(0), BufferIdx(1)]]).unwrap();
    let told = explain(&problem, 9);
    assert_eq!((told.lower_bound, told.live_bytes, told.step), (13, 13, 2));
    assert_eq!(told.live, [BufferIdx(0), BufferIdx(1), BufferIdx(2)]);
    let gone = |change: &BufferChange| (change.buffer.0, change.gone);
    assert_eq!(told.buffers.iter().map(gone).collect::<Vec<_>>(), [(2, 8), (0, 11)]);
}

#[test]
fn a_pin_that_stands_out_is_what_must_move() {
    let buffers = vec![Buffer::new(9, 0, 4), Buffer::new(1, 6, 7).pinned(99), Buffer::new(3, 2, 5)];
    let told = explain(&Problem::new(buffers).unwrap(), 9);
    assert_eq!((told.lower_bound, told.certificate), (100, Certificate::PinTop));
    let expected = BufferChange { buffer: BufferIdx(1), gone: 12, freed_by: None, made_at: None };
    assert_eq!(told.buffers, [expected]);
}

#[test]
fn of_a_staircase_every_way_out_is_told() {
    // 2 and 3 meet at step 4, the peak; before it only 0 and 1 do, after it 3 and 4.
    let sizes = [(4, 0, 3), (3, 1, 4), (5, 3, 6), (6, 4, 9), (2, 6, 9)];
    let buffers = sizes.map(|(size, start, end)| Buffer::new(size, start, end));
    let told = explain(&Problem::new(buffers.to_vec()).unwrap(), 2);
    assert_eq!((told.lower_bound, told.step, told.end), (11, 4, 6));
    assert_eq!(told.others.bytes, 7);
    assert_eq!(told.live, [BufferIdx(3), BufferIdx(2)]);
    let first = BufferChange { buffer: BufferIdx(3), gone: 8, freed_by: None, made_at: Some(8) };
    let second = BufferChange { buffer: BufferIdx(2), gone: 8, freed_by: Some(8), made_at: None };
    assert_eq!(told.buffers, [second, first]);
}
