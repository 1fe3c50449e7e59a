//! Random programs of several threads over the slabs of one pool, against the same model.
//!
//! Each thread leases arenas of random plans, some at once, and ends scopes early. Some blocks go
//! to a bag from which any thread frees, also when the lease and the thread that asked for them
//! have gone. Slabs move between plans, are trimmed, and are refused over the limit. Only a free
//! that follows another at once may be tried twice: later the bytes may be another's.

use std::ptr::NonNull;
use std::sync::{Arc, Mutex};
use std::thread;

use super::model::{Live, Random, Slots, calls_wanted};
use super::{free_block, run_plan};
use crate::arena::{Freed, Lease, Pool, Prepared};

const THREADS: u64 = 3;

/// Threads are replaced by new ones after so many calls each.
const CALLS_PER_THREAD: usize = 20_000;

/// A block that any thread may free, with the mark that fills it.
struct Block {
    start: NonNull<u8>,
    size: usize,
    mark: u8,
}

// SAFETY: who has it owns the block.
unsafe impl Send for Block {}

/// What all threads share.
struct World {
    pool: Arc<Pool>,
    plans: Vec<(Arc<Prepared>, Slots)>,
    live: Mutex<Live>,
    bag: Mutex<Vec<Block>>,
}

impl World {
    /// Plans of less than a page up to three, on a few slabs.
    fn new() -> World {
        let mut random = Random(1);
        let plan = |scale: u64| {
            let scaled = |(offset, size)| (offset * scale, size * scale);
            let slots: Slots = random.slots().into_iter().map(|slot| slot.map(scaled)).collect();
            (Prepared::new(run_plan(&slots)).unwrap(), slots)
        };
        let plans = [1, 8, 64, 100, 170].map(plan).into();
        let pool = Pool::new(12 << 12);
        World { pool, plans, live: Mutex::default(), bag: Mutex::default() }
    }

    /// Marks a block that was handed out.
    fn enter(&self, start: NonNull<u8>, size: usize, mark: u8) -> Block {
        self.live.lock().unwrap().hand_out(start, size);
        // SAFETY: the block has `size` bytes and is nobody else's, as just asserted.
        unsafe { start.write_bytes(mark, size) };
        Block { start, size, mark }
    }

    /// Frees a block in which nobody else has written.
    fn leave(&self, Block { start, size, mark }: Block) {
        let bytes = NonNull::slice_from_raw_parts(start, size);
        // SAFETY: the block is this thread's until it is freed below.
        assert!(unsafe { bytes.as_ref() }.iter().all(|&byte| byte == mark));
        self.live.lock().unwrap().free(start);
        assert_eq!(free_block(start), Freed::Arena);
    }

    /// Frees some blocks of the bag, whoever asked for them.
    fn leave_some(&self, random: &mut Random) {
        while !random.one_in(4) {
            let mut bag = self.bag.lock().unwrap();
            if bag.is_empty() {
                return;
            }
            let at = random.below(bag.len());
            let block = bag.swap_remove(at);
            drop(bag);
            self.leave(block);
        }
    }
}

/// One thread of the program.
struct Thread<'a> {
    world: &'a World,
    random: Random,
    calls: usize,
}

impl Thread<'_> {
    fn run(&mut self) -> usize {
        while self.calls < CALLS_PER_THREAD {
            let depth = 1 + self.random.below(2);
            self.scope(depth);
            if self.random.one_in(64) {
                self.world.pool.trim();
            }
        }
        self.calls
    }

    /// A scope of a random plan, perhaps with others inside.
    fn scope(&mut self, depth: usize) {
        let world = self.world;
        let (plan, slots) = &world.plans[self.random.below(world.plans.len())];
        self.calls += 1;
        let Ok(mut lease) = world.pool.lease(plan) else {
            return world.leave_some(&mut self.random);
        };
        lease.begin();
        let mut blocks = Vec::new();
        for slot in slots {
            match self.random.below(24) {
                0 => break,
                1 => continue,
                2 if depth > 1 => self.scope(depth - 1),
                3 => lease.begin(),
                _ => {}
            }
            let size = slot.map_or(64, |(_, size)| usize::try_from(size).unwrap());
            blocks.extend(self.alloc(&mut lease, size));
            self.free_some(&mut blocks);
        }
        drop(lease);
        world.bag.lock().unwrap().extend(blocks);
        world.leave_some(&mut self.random);
    }

    fn alloc(&mut self, lease: &mut Lease, planned: usize) -> Option<Block> {
        let size = if self.random.one_in(16) { planned - planned / 4 } else { planned };
        self.calls += 1;
        let block = lease.alloc(size)?;
        let mark = u8::try_from(self.random.below(256)).unwrap();
        Some(self.world.enter(block, size, mark))
    }

    fn free_some(&mut self, blocks: &mut Vec<Block>) {
        while !blocks.is_empty() && !self.random.one_in(4) {
            let at = self.random.below(blocks.len());
            let block = blocks.swap_remove(at);
            self.calls += 1;
            if self.random.one_in(16) {
                self.world.bag.lock().unwrap().push(block);
            } else {
                self.world.leave(block);
            }
        }
    }
}

#[test]
fn random_leases_of_many_threads_keep_blocks_apart() {
    // A tenth: each call takes the locks of the model.
    let (wanted, world) = (calls_wanted() / 10, World::new());
    let (mut calls, mut seed) = (0, 0);
    while calls < wanted {
        let first = seed;
        seed += THREADS;
        let world = &world;
        calls += thread::scope(|scope| {
            let thread = |seed| {
                let mut thread = Thread { world, random: Random(seed), calls: 0 };
                scope.spawn(move || thread.run())
            };
            let threads: Vec<_> = (first..seed).map(thread).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
        });
    }
    for block in world.bag.lock().unwrap().drain(..) {
        world.leave(block);
    }
    let stats = world.pool.stats();
    // How often depends on how the threads meet: less on a busy machine, or under AddressSanitizer.
    let reached = [stats.moved, stats.made, stats.refused];
    assert!(reached.iter().all(|&count| count > calls as u64 / 100_000), "{stats:?}");
    assert_eq!(stats.leased, 0);
}
