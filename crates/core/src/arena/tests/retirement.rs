//! Blocks that outlive their run, their thread and their arena; pages that stay.

use std::thread;

use super::{free_block, slots};
use crate::arena::shared::is_retired;
use crate::arena::{Arena, Freed, sweep};

#[test]
fn a_block_outlives_its_arena_and_its_thread() {
    let owner = thread::spawn(|| {
        let mut arena = Arena::new(&slots(&[(0, 4096), (4096, 4096)])).unwrap();
        arena.begin();
        (arena.alloc(4096).unwrap().expose_provenance(), arena.range())
    });
    let (exposed, range) = owner.join().unwrap();
    let block = std::ptr::NonNull::with_exposed_provenance(exposed);
    // SAFETY: the block is live and has 4096 bytes.
    unsafe { block.write_bytes(0xa5, 4096) };
    sweep();
    assert!(is_retired(range.start), "a live block keeps the slab");
    assert_eq!(free_block(block), Freed::Arena);
    sweep();
    assert!(!is_retired(range.start), "all blocks were freed and swept");
}

#[test]
fn an_arena_moves_to_another_thread() {
    let mut arena = Arena::new(&slots(&[(0, 64)])).unwrap();
    arena.begin();
    let first = arena.alloc(64).unwrap();
    assert_eq!(free_block(first), Freed::Arena);
    let hits = thread::spawn(move || {
        arena.begin();
        let block = arena.alloc(64).unwrap();
        assert_eq!(free_block(block), Freed::Arena);
        arena.stats().hits
    });
    assert_eq!(hits.join().unwrap(), 2);
}

#[test]
fn slabs_of_dropped_arenas_are_used_again() {
    let ranges: Vec<_> =
        (0..200).map(|_| Arena::new(&slots(&[(0, 3 << 20)])).unwrap().range()).collect();
    let mut starts: Vec<usize> = ranges.iter().map(|range| range.start).collect();
    starts.sort_unstable();
    starts.dedup();
    assert!(starts.len() < 100, "{} places for 200 arenas made one after the other", starts.len());
}

#[test]
#[cfg(target_os = "linux")]
fn serving_takes_no_page_fault() {
    let plan = slots(&[(0, 1 << 20), (1 << 20, 3 << 20), (0, 2 << 20), (4 << 20, 5000)]);
    let mut arena = Arena::new(&plan).unwrap();
    let mut run = || {
        arena.begin();
        for size in [1 << 20, 3 << 20, 2 << 20, 5000] {
            let block = arena.alloc(size).unwrap();
            // SAFETY: the block has `size` bytes.
            unsafe { block.write_bytes(1, size) };
            assert_eq!(free_block(block), Freed::Arena);
        }
    };
    run();
    let before = minor_faults();
    for _ in 0..50 {
        run();
    }
    // Memory given back and touched again would fault at least once in each run; the few that are
    // left are the process's own.
    let faults = minor_faults() - before;
    assert!(faults < 50, "{faults} page faults in 50 runs");
}

#[cfg(target_os = "linux")]
fn minor_faults() -> i64 {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the pointer is to a whole rusage.
    let rc = unsafe { libc::getrusage(libc::RUSAGE_THREAD, usage.as_mut_ptr()) };
    assert_eq!(rc, 0);
    // SAFETY: zeroes are a rusage, and the call has filled it.
    unsafe { usage.assume_init() }.ru_minflt
}
