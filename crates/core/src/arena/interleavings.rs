//! Every order in which owners and those who free can meet, tried by a model checker.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p memo-malloc --lib interleavings`. The bytes of a slot are
//! a cell in which the checker sees any unordered access, so a load or store in `words` weaker than
//! needed fails here, and so does an arena or a slab that a pool hands on too early.

use std::ptr::NonNull;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use super::{Freed, Lease, Pool, Prepared, free};
use crate::model::{Buffer, BufferIdx, Bytes, Certificate, Key, Plan, Problem, Request, RunPlan};

use super::layout::Layout;
use super::ledger::Ledger;
use super::starts::Starts;
use super::words::{self, release};

/// What owner and freers share of an arena: the starts, and the bytes that all slots have.
struct Slots {
    starts: Starts,
    bytes: UnsafeCell<u32>,
}

impl Slots {
    fn new(starts: Starts) -> Arc<Slots> {
        Arc::new(Slots { starts, bytes: UnsafeCell::new(0) })
    }

    fn write(&self) {
        // SAFETY: the caller holds the only live slot; the checker fails the test if not.
        self.bytes.with_mut(|bytes| unsafe { *bytes += 1 });
    }
}

/// Uses the block of a slot with this start on another thread, then frees it.
fn free_elsewhere(slots: &Arc<Slots>, start: u32) -> thread::JoinHandle<()> {
    let slots = Arc::clone(slots);
    thread::spawn(move || {
        slots.write();
        assert!(release(slots.starts.word(start as usize)));
    })
}

/// Takes the slot of a turn if either check allows it, and uses it. The fast check may only allow
/// what the exact one does.
fn take(ledger: &mut Ledger, layout: &Layout, slots: &Slots, idx: usize) -> bool {
    let turn = &layout.turns()[idx];
    // SAFETY: the starts are of the layout.
    let fast = unsafe { ledger.few_free(&slots.starts, idx, turn) };
    let allowed = fast || ledger.nothing_live_overlaps(layout, &slots.starts, idx);
    if allowed {
        words::hand_out(slots.starts.word(turn.start as usize), u32::try_from(idx).unwrap());
        slots.write();
    }
    allowed
}

// The owner asks again until it may: a checker that reduces equal orders sees a load and a store of
// one thread as one step, and would not put a single look of the owner behind it.

#[test]
fn bytes_freed_elsewhere_are_handed_out_only_after_their_last_use() {
    loom::model(|| {
        let (layout, starts) = Layout::of_slots(&[(0, 8), (0, 8)]);
        let mut ledger = Ledger::new(layout.end());
        let slots = Slots::new(starts);
        ledger.begin(&layout, &slots.starts, layout.end());
        assert!(take(&mut ledger, &layout, &slots, 0));
        let freer = free_elsewhere(&slots, layout.turns()[0].start);
        while !take(&mut ledger, &layout, &slots, 1) {
            thread::yield_now();
        }
        // The second block goes the same way, into the next run.
        let second_freer = free_elsewhere(&slots, layout.turns()[1].start);
        ledger.begin(&layout, &slots.starts, layout.end());
        while !take(&mut ledger, &layout, &slots, 0) {
            thread::yield_now();
        }
        freer.join().unwrap();
        second_freer.join().unwrap();
    });
}

#[test]
fn an_arena_without_owner_goes_after_the_last_use_of_its_last_block() {
    loom::model(|| {
        let (layout, starts) = Layout::of_slots(&[(0, 8)]);
        let mut ledger = Ledger::new(layout.end());
        let slots = Slots::new(starts);
        ledger.begin(&layout, &slots.starts, layout.end());
        assert!(take(&mut ledger, &layout, &slots, 0));
        let freer = free_elsewhere(&slots, layout.turns()[0].start);
        while slots.starts.live_turns().next().is_some() {
            thread::yield_now();
        }
        // The sweep: what it does to the bytes stands for unmapping them.
        slots.write();
        freer.join().unwrap();
    });
}

/// What the tables outside of the checker's sight hold belongs to one exploration at a time.
static EXPLORING: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// All orders with at most so many switches away from a thread that could go on: those of leases
/// are too many otherwise, and errors that need three are rare.
fn explore(orders: impl Fn() + Sync + Send + 'static) {
    let _only = EXPLORING.lock();
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(orders);
}

const SIZE: Bytes = 4096;

/// A plan of one block, of all bytes of the slab.
fn one_block() -> std::sync::Arc<Prepared> {
    let certificate = Certificate::MaxLoad { step: 0 };
    let plan = Plan { offsets: vec![0], peak: SIZE, lower_bound: SIZE, certificate };
    let problem = Problem::new(vec![Buffer::new(SIZE, 0, 1)]).unwrap();
    let requests = vec![Request { size: SIZE, slot: Some(BufferIdx(0)) }];
    Prepared::new(RunPlan::new(Key::default(), problem, plan, requests).unwrap()).unwrap()
}

/// The bytes of the one slab that a pool may have.
type Shared = Arc<UnsafeCell<u32>>;

fn use_bytes(bytes: &Shared) {
    // SAFETY: the caller holds the only block; the checker fails the test if not.
    bytes.with_mut(|bytes| unsafe { *bytes += 1 });
}

fn use_and_free(bytes: &Shared, block: NonNull<u8>) {
    use_bytes(bytes);
    // SAFETY: a live block, used for the last time.
    assert_eq!(unsafe { free(block) }, Freed::Arena);
}

/// Waits for the slab of the pool.
fn lease(pool: &std::sync::Arc<Pool>, plan: &std::sync::Arc<Prepared>) -> Lease {
    loop {
        match pool.lease(plan) {
            Ok(lease) => return lease,
            Err(_) => thread::yield_now(),
        }
    }
}

fn alloc(lease: &mut Lease) -> Option<NonNull<u8>> {
    lease.begin();
    lease.alloc(usize::try_from(SIZE).unwrap())
}

/// A block on its way to the thread that frees it.
struct Sent(NonNull<u8>);

// SAFETY: the sender gives the block away.
unsafe impl Send for Sent {}

/// Has another thread use and free the block of a lease that has ended.
fn use_and_free_elsewhere(bytes: &Shared, mut lease: Lease) -> thread::JoinHandle<()> {
    let sent = Sent(alloc(&mut lease).unwrap());
    drop(lease);
    let bytes = Arc::clone(bytes);
    thread::spawn(move || {
        let Sent(block) = { sent };
        use_and_free(&bytes, block);
    })
}

#[test]
fn a_slab_goes_to_another_plan_only_after_the_last_use_of_its_blocks() {
    explore(|| {
        let (pool, bytes) = (Pool::new(4096), Shared::new(UnsafeCell::new(0)));
        let first = lease(&pool, &one_block());
        let freer = use_and_free_elsewhere(&bytes, first);
        let mut second = lease(&pool, &one_block());
        use_and_free(&bytes, alloc(&mut second).unwrap());
        // Moved, or, if it was freed between two looks at it, replaced.
        assert_eq!(pool.stats().moved + pool.stats().made, 2);
        freer.join().unwrap();
    });
}

#[test]
fn an_arena_goes_from_thread_to_thread_with_all_that_was_written() {
    explore(|| {
        let (pool, bytes) = (Pool::new(4096), Shared::new(UnsafeCell::new(0)));
        let plan = one_block();
        let (pool_there, bytes_there) = (std::sync::Arc::clone(&pool), Arc::clone(&bytes));
        let plan_there = std::sync::Arc::clone(&plan);
        let other = thread::spawn(move || {
            let mut there = lease(&pool_there, &plan_there);
            use_and_free(&bytes_there, alloc(&mut there).unwrap());
        });
        let mut here = lease(&pool, &plan);
        use_and_free(&bytes, alloc(&mut here).unwrap());
        drop(here);
        other.join().unwrap();
        assert_eq!((pool.stats().slabs, pool.stats().leased), (1, 0));
    });
}

#[test]
fn a_slab_is_given_back_only_after_the_last_use_of_its_blocks() {
    explore(|| {
        let (pool, bytes) = (Pool::new(4096), Shared::new(UnsafeCell::new(0)));
        let lease = lease(&pool, &one_block());
        let freer = use_and_free_elsewhere(&bytes, lease);
        while pool.trim() == 0 {
            thread::yield_now();
        }
        // What the system does to the pages.
        use_bytes(&bytes);
        freer.join().unwrap();
    });
}
