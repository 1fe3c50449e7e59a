//! Random programs against a model that knows only intervals.
//!
//! The model keeps the live blocks as a set of ranges. After each hand-out it asserts that the new
//! range meets none of them, and after each refusal as occupied that it would have met one: the
//! arena serves exactly what an exhaustive check would. Programs skip, insert, shrink and grow
//! requests, end early, begin again while blocks live, free late, twice, in any order, from other
//! threads, and run plans whose buffers collide.

use std::collections::BTreeMap;
use std::ptr::NonNull;
use std::sync::mpsc;
use std::thread;

use proptest::prelude::*;

use super::{free_block, run_plan};
use crate::arena::{Arena, Freed, Stats};
use crate::model::Bytes;

/// A few slots on a few bytes, so that nearly all of them meet others; `None` is an escape.
pub(super) type Slots = Vec<Option<(Bytes, Bytes)>>;

/// A generator for programs: `SplitMix64`.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    pub(super) fn one_in(&mut self, chance: usize) -> bool {
        self.below(chance) == 0
    }

    pub(super) fn slots(&mut self) -> Slots {
        let count = 1 + self.below(24);
        (0..count)
            .map(|_| {
                let slot = (self.below(48) as Bytes, 1 + self.below(24) as Bytes);
                (!self.one_in(10)).then_some(slot)
            })
            .collect()
    }
}

/// Ten million; `MEMO_CALLS` asks for more, or for fewer where each takes longer.
pub(super) fn calls_wanted() -> usize {
    std::env::var("MEMO_CALLS").map_or(10_000_000, |calls| calls.parse().unwrap())
}

/// Live blocks by their first byte, with one past their last.
#[derive(Default)]
pub(super) struct Live(BTreeMap<usize, usize>);

impl Live {
    fn meets(&self, start: usize, end: usize) -> bool {
        // They are disjoint: of those that begin before the end, the last ends last.
        self.0.range(..end).next_back().is_some_and(|(_, &high)| start < high)
    }

    pub(super) fn hand_out(&mut self, block: NonNull<u8>, size: usize) {
        let start = block.addr().get();
        assert!(
            !self.meets(start, start + size),
            "{start:x}+{size} is live in part: {:x?}",
            self.0
        );
        self.0.insert(start, start + size);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn free(&mut self, block: NonNull<u8>) {
        assert!(self.0.remove(&block.addr().get()).is_some());
    }
}

/// One program: an arena, the model, and the blocks it holds.
struct Program {
    random: Random,
    slots: Slots,
    arena: Arena,
    live: Live,
    blocks: Vec<NonNull<u8>>,
    /// How many times rarer than usual deviations and late frees are.
    calm: usize,
}

impl Program {
    fn new(seed: u64) -> Program {
        let mut random = Random(seed);
        let slots = random.slots();
        Program::of(random, slots)
    }

    fn of(mut random: Random, slots: Slots) -> Program {
        let arena = Arena::new(&run_plan(&slots)).unwrap();
        // Where deviations are rare, most hand-outs rest on the fast check.
        let calm = if random.one_in(2) { 1 } else { 32 };
        Program { random, slots, arena, live: Live::default(), blocks: Vec::new(), calm }
    }

    /// One run with deviations. Returns the number of calls.
    fn run(&mut self) -> usize {
        self.arena.begin();
        let mut calls = 1;
        for position in 0..self.slots.len() {
            match self.random.below(40 * self.calm) {
                0 => break,
                1 | 2 => continue,
                3 => self.request(None),
                4 => self.arena.begin(),
                _ => self.request(self.slots[position]),
            }
            calls += 2 + self.free_some();
        }
        if self.random.one_in(2) {
            self.arena.end();
        }
        calls
    }

    /// Asks for the slot's size, or one near it; an escape's, or any, without a slot.
    fn request(&mut self, slot: Option<(Bytes, Bytes)>) {
        let planned = slot.map_or(64, |(_, size)| usize::try_from(size).unwrap());
        let size = match self.random.below(20 * self.calm) {
            0 => self.random.below(40),
            1 => planned + 1,
            2 => planned - planned / 4,
            _ => planned,
        };
        let before = self.arena.stats();
        match self.arena.alloc(size) {
            Some(block) => self.served(block, size),
            None => self.refused(size, before),
        }
    }

    fn served(&mut self, block: NonNull<u8>, size: usize) {
        let range = self.arena.range();
        assert!(range.start <= block.addr().get() && block.addr().get() + size <= range.end);
        // The whole slot is taken, also by a smaller request.
        let slot_size = self.arena.planned_size(self.arena.last_turn());
        assert!(size <= slot_size);
        self.live.hand_out(block, slot_size);
        // SAFETY: the block has `size` bytes, and is nobody else's as just asserted.
        unsafe { block.write_bytes(0x5a, size) };
        self.blocks.push(block);
    }

    /// Exactly one reason is counted; if it is that the slot is occupied, it is.
    fn refused(&self, size: usize, before: Stats) {
        let after = self.arena.stats();
        assert_eq!(after.fallbacks() - before.fallbacks(), u64::from(size > 0));
        if after.occupied > before.occupied {
            let base = self.arena.range().start;
            let turn = self.arena.last_turn();
            let (offset, planned) = self.slots[turn].unwrap();
            let start = base + usize::try_from(offset).unwrap();
            assert!(self.live.meets(start, start + usize::try_from(planned).unwrap()));
        }
    }

    /// Frees like a run does: mostly soon, sometimes much later. Returns the number of calls.
    fn free_some(&mut self) -> usize {
        let mut calls = 0;
        while !self.blocks.is_empty() && !self.random.one_in(2 * self.calm) {
            let block = self.blocks.swap_remove(self.random.below(self.blocks.len()));
            self.live.free(block);
            assert_eq!(free_block(block), Freed::Arena);
            if self.random.one_in(16) {
                assert_eq!(free_block(block), Freed::Double);
            }
            calls += 1;
        }
        calls
    }

    fn finish(mut self) {
        for block in self.blocks.drain(..) {
            assert_eq!(free_block(block), Freed::Arena);
        }
    }
}

#[test]
fn random_programs_keep_blocks_apart() {
    let (mut calls, wanted) = (0, calls_wanted());
    let mut total = Stats::default();
    for seed in 0.. {
        let mut program = Program::new(seed);
        for _ in 0..200 {
            calls += program.run();
        }
        let stats = program.arena.stats();
        total.hits += stats.hits;
        total.occupied += stats.occupied;
        total.skipped += stats.skipped;
        total.smaller += stats.smaller;
        total.double_frees += stats.double_frees;
        program.finish();
        if calls > wanted {
            break;
        }
    }
    // The programs reach every path often; otherwise they prove nothing.
    let reached = [total.hits, total.occupied, total.skipped, total.smaller, total.double_frees];
    assert!(reached.iter().all(|&count| count > wanted as u64 / 200), "{reached:?}");
}

proptest! {
    #[test]
    fn any_plan_and_program_keeps_blocks_apart(
        slots in prop::collection::vec(
            prop::option::weighted(0.9, (0_u64..48, 1_u64..24)), 1..24),
        seed: u64,
    ) {
        let mut program = Program::of(Random(seed), slots);
        for _ in 0..8 {
            program.run();
        }
        program.finish();
    }

    #[test]
    fn a_conforming_run_of_a_valid_plan_is_served_whole(
        sizes in prop::collection::vec(1_u64..64, 1..40),
        depth in 1_usize..6,
    ) {
        // Each block is freed `depth` requests later; offsets cycle over `depth` disjoint places.
        let slot = |(idx, &size)| (((idx % depth) * 64) as Bytes, size);
        let slots: Slots = sizes.iter().enumerate().map(slot).map(Some).collect();
        let mut arena = Arena::new(&run_plan(&slots)).unwrap();
        for _ in 0..3 {
            let mut blocks = std::collections::VecDeque::new();
            arena.begin();
            for &size in &sizes {
                if blocks.len() == depth {
                    prop_assert_eq!(free_block(blocks.pop_front().unwrap()), Freed::Arena);
                }
                blocks.push_back(arena.alloc(usize::try_from(size).unwrap()).unwrap());
            }
            for block in blocks {
                prop_assert_eq!(free_block(block), Freed::Arena);
            }
        }
        prop_assert_eq!(arena.stats().fallbacks(), 0);
    }
}

/// A block on its way to the thread that frees it.
struct Sent {
    block: NonNull<u8>,
    size: usize,
    mark: u8,
}

// SAFETY: the sender gives the block away.
unsafe impl Send for Sent {}

#[test]
fn blocks_freed_on_other_threads_are_never_shared() {
    for seed in 0..20 {
        let mut random = Random(seed);
        let mut arena = Arena::new(&run_plan(&random.slots())).unwrap();
        let (senders, freers): (Vec<_>, Vec<_>) = (0..2).map(|_| freer()).unzip();
        for run in 0..500_u32 {
            arena.begin();
            for position in 0..arena.turn_count() {
                if random.one_in(20) {
                    continue;
                }
                let size = arena.planned_size(position);
                if let Some(block) = arena.alloc(size) {
                    let mark = u8::try_from(run % 251).unwrap();
                    // SAFETY: the block has `size` bytes.
                    unsafe { block.write_bytes(mark, size) };
                    let to = &senders[random.below(2)];
                    to.send(Sent { block, size, mark }).unwrap();
                }
            }
        }
        let hits = arena.stats().hits;
        // The owner goes first; the rest is freed after it.
        drop(arena);
        drop(senders);
        let freed: u64 = freers.into_iter().map(|freer| freer.join().unwrap()).sum();
        assert_eq!(freed, hits);
    }
}

/// A thread that looks whether each block still has only its mark, writes to it, and frees it.
fn freer() -> (mpsc::Sender<Sent>, thread::JoinHandle<u64>) {
    let (sender, receiver) = mpsc::channel::<Sent>();
    let freer = thread::spawn(move || {
        let mut freed = 0;
        for Sent { block, size, mark } in receiver {
            let bytes = NonNull::slice_from_raw_parts(block, size);
            // SAFETY: the block is this thread's until it is freed below.
            let bytes = unsafe { bytes.as_ref() };
            assert!(bytes.iter().all(|&byte| byte == mark));
            assert_eq!(free_block(block), Freed::Arena);
            freed += 1;
        }
        freed
    });
    (sender, freer)
}
