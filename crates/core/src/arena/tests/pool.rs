//! Leases: how many slabs there are, who gets which, and that no two live blocks ever meet.

use std::ptr::NonNull;
use std::sync::{Arc, Mutex};
use std::thread;

use super::model::Live;
use super::{free_block, slots};
use crate::arena::{Freed, Lease, Pool, Prepared};
use crate::model::Bytes;

const PAGE: Bytes = 4096;

/// A plan of one slot of so many pages.
fn of_pages(pages: Bytes) -> Arc<Prepared> {
    Prepared::new(slots(&[(0, pages * PAGE)])).unwrap()
}

fn alloc(lease: &mut Lease, pages: Bytes) -> NonNull<u8> {
    lease.begin();
    lease.alloc(usize::try_from(pages * PAGE).unwrap()).unwrap()
}

fn run(pool: &Arc<Pool>, plan: &Arc<Prepared>, pages: Bytes) -> usize {
    let mut lease = pool.lease(plan).unwrap();
    let block = alloc(&mut lease, pages);
    assert_eq!(free_block(block), Freed::Arena);
    block.addr().get()
}

#[test]
fn plans_in_turn_share_one_slab() {
    let pool = Pool::new(usize::MAX);
    let plans = [5, 3, 8, 1].map(|pages| (of_pages(pages), pages));
    for _ in 0..3 {
        for (plan, pages) in &plans {
            run(&pool, plan, *pages);
        }
    }
    let stats = pool.stats();
    assert_eq!((stats.slabs, stats.bytes), (1, 8 * PAGE), "{stats:?}");
    assert_eq!(stats.made, 2, "of 5 pages, then of 8: {stats:?}");
    assert_eq!((stats.leased, stats.most_leased), (0, 1));
}

#[test]
fn scopes_at_once_have_a_slab_each() {
    let pool = Pool::new(usize::MAX);
    let plan = of_pages(2);
    for _ in 0..3 {
        let mut leases: Vec<_> = (0..4).map(|_| pool.lease(&plan).unwrap()).collect();
        let blocks: Vec<_> = leases.iter_mut().map(|lease| alloc(lease, 2)).collect();
        for block in blocks {
            assert_eq!(free_block(block), Freed::Arena);
        }
    }
    let stats = pool.stats();
    assert_eq!((stats.slabs, stats.made, stats.most_leased), (4, 4, 4), "{stats:?}");
}

#[test]
fn a_slab_with_a_live_block_stays_with_its_plan() {
    let pool = Pool::new(usize::MAX);
    let (plan, other) = (of_pages(4), of_pages(3));
    let mut lease = pool.lease(&plan).unwrap();
    let block = alloc(&mut lease, 4);
    drop(lease);
    let elsewhere = run(&pool, &other, 3);
    assert!(!(0..4 * 4096).contains(&elsewhere.wrapping_sub(block.addr().get())));
    assert_eq!(pool.stats().slabs, 2);
    let mut lease = pool.lease(&plan).unwrap();
    lease.begin();
    assert_eq!(lease.alloc(4 * 4096), None, "the next scope must not get the live bytes");
    assert_eq!(lease.stats().occupied, 1);
    drop(lease);
    assert_eq!(free_block(block), Freed::Arena);
    assert_eq!(run(&pool, &plan, 4), block.addr().get());
}

#[test]
fn the_limit_holds_and_idle_slabs_make_room() {
    let pool = Pool::new(10 * 4096);
    let (small, large) = (of_pages(3), of_pages(8));
    let first = pool.lease(&small).unwrap();
    let refused = pool.lease(&large).unwrap_err().to_string();
    assert!(refused.contains("40960"), "{refused}");
    drop(pool.lease(&small).unwrap());
    assert_eq!(pool.stats().slabs, 2);
    drop(first);
    run(&pool, &large, 8);
    let stats = pool.stats();
    assert_eq!((stats.slabs, stats.bytes, stats.refused), (1, 8 * PAGE, 1), "{stats:?}");
    assert!(pool.lease(&of_pages(11)).is_err());
    assert_eq!(pool.stats().leased, 0);
}

#[test]
fn a_trim_gives_back_what_nobody_used_since_the_last() {
    let pool = Pool::new(usize::MAX);
    let plan = of_pages(3);
    run(&pool, &plan, 3);
    assert_eq!(pool.trim(), 0);
    run(&pool, &plan, 3);
    assert_eq!(pool.trim(), 0);
    assert_eq!(pool.trim(), 3 * PAGE);
    assert_eq!((pool.stats().slabs, pool.stats().bytes), (0, 0));
    let mut lease = pool.lease(&plan).unwrap();
    let block = alloc(&mut lease, 3);
    drop(lease);
    pool.trim();
    assert_eq!(pool.trim(), 0, "a live block keeps its slab");
    assert_eq!(free_block(block), Freed::Arena);
    assert_eq!(pool.trim(), 3 * PAGE);
}

#[test]
fn a_thread_gets_the_slab_it_had() {
    let pool = Pool::new(usize::MAX);
    let plan = of_pages(1);
    let first = pool.lease(&plan).unwrap();
    let start = first.range().start;
    let (at, of_pool) = (Arc::clone(&plan), Arc::clone(&pool));
    thread::spawn(move || run(&of_pool, &at, 1)).join().unwrap();
    drop(first);
    let (at, of_pool) = (Arc::clone(&plan), Arc::clone(&pool));
    thread::spawn(move || drop(of_pool.lease(&at).unwrap())).join().unwrap();
    assert_eq!(run(&pool, &plan, 1), start);
}

fn leave(live: &Mutex<Live>, block: NonNull<u8>) {
    live.lock().unwrap().free(block);
    assert_eq!(free_block(block), Freed::Arena);
}

/// A plan and its slots.
type Served = (Arc<Prepared>, Vec<(Bytes, Bytes)>);

/// Serves plans in turn, in an order of its own; each run keeps one block into the next but one.
fn serve(pool: &Arc<Pool>, plans: &[Served], live: &Mutex<Live>, seed: usize) {
    let mut kept = std::collections::VecDeque::new();
    for round in 0..400 {
        let (plan, slots) = &plans[(round * (seed + 1) + seed) % plans.len()];
        let mut lease = pool.lease(plan).unwrap();
        lease.begin();
        for (idx, &(_, size)) in slots.iter().enumerate() {
            let size = usize::try_from(size).unwrap();
            let Some(block) = lease.alloc(size) else { continue };
            live.lock().unwrap().hand_out(block, size);
            if idx == round % slots.len() {
                kept.push_back(block);
            } else {
                leave(live, block);
            }
        }
        drop(lease);
        if kept.len() > 2 {
            leave(live, kept.pop_front().unwrap());
        }
    }
    for block in kept {
        leave(live, block);
    }
}

#[test]
fn live_blocks_of_all_plans_and_threads_are_disjoint() {
    let plans: Vec<_> = (1..6)
        .map(|k| (0..6).map(|i| (i * k % 4 * PAGE, (1 + i * k % 3) * PAGE)).collect::<Vec<_>>())
        .map(|placed| (Prepared::new(slots(&placed)).unwrap(), placed))
        .collect();
    let (pool, live) = (Pool::new(usize::MAX), Mutex::new(Live::default()));
    thread::scope(|scope| {
        for seed in 0..4 {
            let (pool, plans, live) = (&pool, &plans, &live);
            scope.spawn(move || serve(pool, plans, live, seed));
        }
    });
    let stats = pool.stats();
    assert!(stats.moved > 0 && stats.leased == 0, "{stats:?}");
    assert!(live.lock().unwrap().is_empty());
}

#[test]
fn a_closed_pool_gives_its_slabs_back_as_soon_as_they_are_unused() {
    let (pool, plan) = (Pool::new(usize::MAX), of_pages(3));
    let [mut unused, mut used, mut keeps] = [(); 3].map(|()| pool.lease(&plan).unwrap());
    let freed = alloc(&mut unused, 3);
    assert_eq!(free_block(freed), Freed::Arena);
    drop(unused);
    let kept = alloc(&mut keeps, 3);
    pool.close();
    assert_eq!((pool.stats().slabs, pool.stats().leased), (2, 2), "one is given back at once");
    assert!(pool.lease(&plan).is_err());

    let block = alloc(&mut used, 3);
    assert_eq!(free_block(block), Freed::Arena, "what is leased serves to its end");
    drop((used, keeps));
    assert_eq!((pool.stats().slabs, pool.stats().bytes, pool.stats().leased), (0, 0, 0));
    assert_eq!(free_block(kept), Freed::Arena, "a live block holds its slab");
}
