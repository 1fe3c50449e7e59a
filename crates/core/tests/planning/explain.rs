//! The explanation against every change of every buffer and op, one by one.

use memo_malloc::analysis::{BufferChange, OpChange, explain, lower_bound};
use memo_malloc::model::{OpIdx, OpTag};
use memo_malloc::{Buffer, BufferIdx, Bytes, Certificate, Lifetime, Problem, Step};
use proptest::prelude::*;

use crate::{families, metamorphic, naive};

const OP_COUNT: u32 = 3;

/// Every second buffer of one of the ops, the others of none.
fn tagged(mut buffers: Vec<Buffer>) -> Problem {
    for (idx, buffer) in (0..).zip(&mut buffers) {
        buffer.op = (idx % 2 == 0).then_some(OpIdx(idx / 2 % OP_COUNT));
    }
    let tag = |ordinal| OpTag { name: format!("op{ordinal}"), place: String::new(), ordinal };
    Problem::with_ops(buffers, (0..OP_COUNT).map(tag).collect()).unwrap()
}

/// The bound of the buffers that a change leaves.
fn bound(problem: &Problem, change: impl Fn(usize, &Buffer) -> Option<Buffer>) -> Bytes {
    let buffers = problem.buffers().iter().enumerate().filter_map(|(idx, b)| change(idx, b));
    let buffers = buffers.map(|b| Buffer { op: None, ..b });
    lower_bound(&Problem::new(buffers.collect()).unwrap()).0
}

fn without(problem: &Problem, buffer: usize) -> Bytes {
    bound(problem, |idx, b| (idx != buffer).then_some(*b))
}

/// None where the new lifetime is no part of the old one, or nothing or all of it.
fn with_lifetime(problem: &Problem, buffer: usize, lifetime: Lifetime) -> Option<Bytes> {
    let old = problem.buffers()[buffer].lifetime;
    let is_part = old.start <= lifetime.start && lifetime.end <= old.end && lifetime != old;
    (is_part && lifetime.start < lifetime.end).then(|| {
        bound(problem, |idx, b| Some(if idx == buffer { Buffer { lifetime, ..*b } } else { *b }))
    })
}

fn without_op(problem: &Problem, op: OpIdx) -> Bytes {
    bound(problem, |_, b| (b.op != Some(op)).then_some(*b))
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
    let live = |b: &Buffer| (b.lifetime.start..b.lifetime.end).contains(&told.step);
    let mut sizes: Vec<Bytes> =
        problem.buffers().iter().filter(|b| b.size > 0 && live(b)).map(|b| b.size).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let listed = |idx: &BufferIdx| problem.buffers()[idx.usize()].size;
    assert_eq!(told.live.iter().map(listed).collect::<Vec<_>>(), sizes);
    let others = problem.buffers().iter().filter(|b| !live(b)).map(|b| Buffer { op: None, ..*b });
    assert_eq!(told.others.bytes, naive::max_load(&Problem::new(others.collect()).unwrap()));

    let gone: Vec<Bytes> = told.buffers.iter().map(|change| change.gone).collect();
    let each = (0..problem.len()).map(|idx| without(problem, idx)).collect();
    assert_eq!(gone, lowest(each, told.lower_bound, shown), "{problem:?}");
    told.buffers.iter().for_each(|change| assert_holds(problem, (told.step, told.end), change));
    let gone: Vec<Bytes> = told.ops.iter().map(|change| change.gone).collect();
    let each = (0..OP_COUNT).map(|op| without_op(problem, OpIdx(op))).collect();
    assert_eq!(gone, lowest(each, told.lower_bound, shown), "{problem:?}");
    for &OpChange { op, live: bytes, gone } in &told.ops {
        let of_op = problem.buffers().iter().filter(|b| b.op == Some(op) && live(b));
        assert_eq!(bytes, of_op.map(|b| b.size).sum::<Bytes>());
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
