//! What is served, what falls back, and under which count.

use std::ptr::NonNull;

use super::{free_block, run_plan, slots};
use crate::arena::{Arena, Freed, Stats};
use crate::model::Code;

fn served(arena: &mut Arena, sizes: &[usize]) -> Vec<Option<usize>> {
    let base = arena.range().start;
    arena.begin();
    let blocks: Vec<Option<NonNull<u8>>> = sizes.iter().map(|&size| arena.alloc(size)).collect();
    arena.end();
    blocks
        .into_iter()
        .map(|block| {
            block.map(|block| {
                assert_eq!(free_block(block), Freed::Arena);
                block.addr().get() - base
            })
        })
        .collect()
}

#[test]
fn a_conforming_run_gets_its_plan() {
    let mut arena = Arena::new(&slots(&[(0, 64), (64, 128), (192, 64)])).unwrap();
    for _ in 0..3 {
        assert_eq!(served(&mut arena, &[64, 128, 64]), [Some(0), Some(64), Some(192)]);
    }
    let expected = Stats { scopes: 3, hits: 9, bytes: 3 * 256, ..Stats::default() };
    assert_eq!(arena.stats(), expected);
}

#[test]
fn requests_of_nothing_do_not_count() {
    let mut arena = Arena::new(&run_plan(&[None, Some((0, 64))])).unwrap();
    assert_eq!(served(&mut arena, &[0, 64, 0, 64, 0]), [None, None, None, Some(0), None]);
    assert_eq!(arena.stats().requests(), 2);
}

#[test]
fn escapes_fall_back_as_planned() {
    let mut arena = Arena::new(&run_plan(&[Some((0, 64)), None, Some((64, 32))])).unwrap();
    assert_eq!(served(&mut arena, &[64, 64, 32]), [Some(0), None, Some(64)]);
    assert_eq!(arena.stats().escapes, 1);
    assert_eq!(arena.stats().deviations(), 0);
}

#[test]
fn left_out_requests_are_skipped() {
    let mut arena = Arena::new(&slots(&[(0, 8), (8, 16), (24, 32), (56, 64)])).unwrap();
    assert_eq!(served(&mut arena, &[8, 64]), [Some(0), Some(56)]);
    assert_eq!(arena.stats().skipped, 2);
    assert_eq!(served(&mut arena, &[8, 16, 32, 64]).iter().flatten().count(), 4);
}

#[test]
fn an_extra_request_falls_back_and_the_rest_is_served() {
    let mut arena = Arena::new(&slots(&[(0, 8), (8, 16)])).unwrap();
    assert_eq!(served(&mut arena, &[8, 1000, 1, 16, 16]), [Some(0), None, None, Some(8), None]);
    assert_eq!(arena.stats().unexpected, 2);
    assert_eq!(arena.stats().past_end, 1);
}

#[test]
fn a_smaller_input_is_served() {
    let mut arena = Arena::new(&slots(&[(0, 100), (100, 200)])).unwrap();
    assert_eq!(served(&mut arena, &[50, 150]), [Some(0), Some(100)]);
    assert_eq!(arena.stats().smaller, 2);
}

#[test]
fn another_run_turns_the_plan_off_until_the_next() {
    let mut arena = Arena::new(&slots(&[(0, 8)])).unwrap();
    assert_eq!(served(&mut arena, &[99; 100]), [None; 100]);
    assert_eq!((arena.stats().unexpected, arena.stats().off), (64, 36));
    assert_eq!(served(&mut arena, &[8]), [Some(0)]);
}

#[test]
fn outside_of_a_run_everything_falls_back() {
    let mut arena = Arena::new(&slots(&[(0, 8)])).unwrap();
    assert_eq!(arena.alloc(8), None);
    let block = arena.scope().alloc(8).unwrap();
    assert_eq!(arena.alloc(8), None);
    assert_eq!(arena.stats().outside, 2);
    assert_eq!(free_block(block), Freed::Arena);
}

#[test]
fn a_skipped_owner_of_bytes_does_not_hide_who_has_them() {
    // A, B, C have the same bytes in turn. A stays live, so B falls back. "C's predecessor B is
    // free" would give A's bytes to C.
    let mut arena = Arena::new(&slots(&[(0, 64), (0, 32), (0, 16)])).unwrap();
    arena.begin();
    let a = arena.alloc(64).unwrap();
    assert_eq!(arena.alloc(32), None);
    assert_eq!(arena.alloc(16), None);
    assert_eq!(arena.stats().occupied, 2);
    // Also in the runs that follow, until it is freed.
    arena.begin();
    assert_eq!(arena.alloc(64), None);
    assert_eq!(free_block(a), Freed::Arena);
    assert_eq!(arena.alloc(32), Some(a));
}

#[test]
fn a_run_begun_inside_another_respects_its_blocks() {
    let mut arena = Arena::new(&slots(&[(0, 64), (64, 32)])).unwrap();
    arena.begin();
    let outer = arena.alloc(64).unwrap();
    arena.begin();
    assert_eq!(arena.alloc(64), None);
    assert!(arena.alloc(32).is_some());
    assert_eq!(free_block(outer), Freed::Arena);
}

#[test]
fn pointers_that_are_no_live_block_are_told_apart() {
    let mut arena = Arena::new(&slots(&[(0, 64), (128, 64)])).unwrap();
    arena.begin();
    let block = arena.alloc(64).unwrap();
    let inside = |offset| block.map_addr(|addr| addr.checked_add(offset).unwrap());
    let (interior, unused) = (inside(1), inside(4096 - 64));
    assert_eq!(free_block(interior), Freed::Stray);
    assert_eq!(free_block(unused), Freed::Stray);
    assert_eq!(free_block(block), Freed::Arena);
    assert_eq!(free_block(block), Freed::Double);
    let local = 0_u8;
    assert_eq!(free_block(NonNull::from(&local)), Freed::NotOurs);
    assert_eq!((arena.stats().double_frees, arena.stats().strays), (1, 2));
}

#[test]
fn plans_a_slab_cannot_honour_are_refused() {
    use crate::model::{
        Buffer, BufferIdx, Bytes, Certificate, Key, Plan, Problem, Request, RunPlan,
    };
    let refused = |size: Bytes, alignment: Bytes, offset: Bytes| {
        let problem = Problem::new(vec![Buffer::new(size, 0, 1).aligned(alignment)]).unwrap();
        let certificate = Certificate::FinishedSearch;
        let plan = Plan { offsets: vec![offset], peak: size, lower_bound: size, certificate };
        let requests = vec![Request { size, slot: Some(BufferIdx(0)) }];
        let run = RunPlan::new(Key::default(), problem, plan, requests).unwrap();
        Arena::new(&run).unwrap_err().code()
    };
    assert_eq!(refused(64, 24, 0), Code::SlabAlignment);
    assert_eq!(refused(64, 4 << 20, 0), Code::SlabAlignment);
    assert_eq!(refused(64, 64, 32), Code::OffsetMisaligned);
    assert_eq!(refused(64, 1, u64::MAX - 1), Code::OverCapacity);
    assert_eq!(refused(1 << 60, 64, 0), Code::NoSlab);
}

#[test]
fn a_run_of_escapes_only_needs_no_slot() {
    let mut arena = Arena::new(&run_plan(&[None, None])).unwrap();
    assert_eq!(served(&mut arena, &[64, 64]), [None, None]);
    assert_eq!(arena.stats().escapes, 2);
}
