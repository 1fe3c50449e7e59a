//! What only a process of its own can show: no memory for a slab, and forks while others are at work.

use std::process::Command;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::{env, fs, thread};

use super::{free_block, slots};
use crate::arena::{Arena, Freed, Pool, Prepared};
use crate::model::{Bytes, Code};

const CHILD: &str = "MEMO_TEST_CHILD";

/// Runs this in a process that runs nothing else.
fn alone(test: &str, run: impl FnOnce()) {
    if env::var_os(CHILD).is_some() {
        return run();
    }
    let test = format!("arena::tests::children::{test}");
    let child = Command::new(env::current_exe().unwrap())
        .args([&test, "--exact", "--test-threads=1"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{child:?}");
}

/// Leaves the process so many bytes more of a resource than `/proc` says that it uses, and runs.
fn limited<T>(
    resource: libc::__rlimit_resource_t,
    used: &str,
    more: Bytes,
    run: impl FnOnce() -> T,
) -> T {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(used)).unwrap();
    let kib: Bytes = line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap();
    let mut before = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is to a whole rlimit.
    assert_eq!(unsafe { libc::getrlimit(resource, &raw mut before) }, 0);
    let limit = libc::rlimit { rlim_cur: (kib << 10) + more, ..before };
    // SAFETY: as above.
    assert_eq!(unsafe { libc::setrlimit(resource, &raw const limit) }, 0);
    let result = run();
    // SAFETY: as above.
    assert_eq!(unsafe { libc::setrlimit(resource, &raw const before) }, 0);
    result
}

#[test]
fn without_addresses_for_slabs_scopes_fall_back() {
    alone("without_addresses_for_slabs_scopes_fall_back", || {
        let plan = Prepared::new(slots(&[(0, 4096)])).unwrap();
        let pool = Pool::new(usize::MAX);
        let lease = || pool.lease(&plan).map(drop).map_err(|error| error.code());
        assert_eq!(limited(libc::RLIMIT_AS, "VmSize", 16 << 20, lease), Err(Code::NoSlab));
        assert_eq!((pool.stats().refused, pool.stats().slabs), (1, 0));
        assert_eq!(lease(), Ok(()), "with addresses again");
        assert_eq!((pool.stats().refused, pool.stats().slabs), (1, 1));
    });
}

#[test]
fn without_memory_for_a_slab_scopes_fall_back() {
    alone("without_memory_for_a_slab_scopes_fall_back", || {
        let large = slots(&[(0, 256 << 20)]);
        let prepared = Prepared::new(slots(&[(0, 256 << 20)])).unwrap();
        let pool = Pool::new(usize::MAX);
        limited(libc::RLIMIT_DATA, "VmData", 32 << 20, || {
            assert_eq!(Arena::new(&large).unwrap_err().code(), Code::NoSlab);
            assert_eq!(pool.lease(&prepared).unwrap_err().code(), Code::NoSlab);
            assert!(Arena::new(&slots(&[(0, 4096)])).is_ok(), "there is some memory left");
        });
        assert_eq!((pool.stats().refused, pool.stats().bytes), (1, 0));
    });
}

/// Two slots beside each other, and one over both.
fn three_slots() -> Arena {
    Arena::new(&slots(&[(0, 4096), (4096, 4096), (0, 8192)])).unwrap()
}

/// Whether the rest of a run is served in which `first` is live. Takes no lock and no memory, as
/// other threads may have had any of them when they were lost.
fn finish(arena: &mut Arena, first: NonNull<u8>) -> bool {
    let Some(second) = arena.alloc(4096) else { return false };
    // SAFETY: the block has so many bytes.
    unsafe { second.write_bytes(2, 4096) };
    // SAFETY: as above.
    let kept = unsafe { first.read() } == 1;
    let refused = arena.alloc(8192).is_none();
    kept && refused && free_block(first) == Freed::Arena && free_block(second) == Freed::Arena
}

/// What this says in a process forked from this one; false if it has not returned for long.
fn forked(run: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child calls nothing but what is safe there, as that is what is tested.
    match unsafe { libc::fork() } {
        -1 => false,
        0 => {
            // SAFETY: has no conditions.
            unsafe { libc::alarm(60) };
            let status = i32::from(!run());
            // SAFETY: has no conditions.
            unsafe { libc::_exit(status) }
        }
        child => {
            let mut status = 0;
            // SAFETY: the pointer is to a whole status.
            (unsafe { libc::waitpid(child, &raw mut status, 0) }) == child && status == 0
        }
    }
}

#[test]
fn a_forked_process_goes_on_while_others_allocated() {
    alone("a_forked_process_goes_on_while_others_allocated", || {
        let done = AtomicBool::new(false);
        let serve = || {
            while !done.load(Ordering::Relaxed) {
                let mut arena = three_slots();
                arena.begin();
                let first = first_of(&mut arena);
                assert!(finish(&mut arena, first));
            }
        };
        thread::scope(|scope| {
            (0..2).for_each(|_| drop(scope.spawn(serve)));
            let mut arena = three_slots();
            for _ in 0..50 {
                arena.begin();
                let first = first_of(&mut arena);
                assert!(forked(|| finish(&mut arena, first)));
                assert!(finish(&mut arena, first), "what the other did is not seen here");
            }
            done.store(true, Ordering::Relaxed);
        });
    });
}

/// Whether a lease serves its plan of one page.
fn serves(pool: &Arc<Pool>, plan: &Arc<Prepared>) -> bool {
    let Ok(mut lease) = pool.lease(plan) else { return false };
    lease.begin();
    lease.alloc(4096).is_some_and(|block| free_block(block) == Freed::Arena)
}

fn of_one_page() -> Arc<Prepared> {
    Prepared::new(slots(&[(0, 4096)])).unwrap()
}

/// Whether leases of many threads at once are all served.
fn all_serve(pool: &Arc<Pool>, plan: &Arc<Prepared>) -> bool {
    thread::scope(|scope| {
        let threads = [(); 4].map(|()| scope.spawn(|| serves(pool, plan)));
        threads.into_iter().all(|thread| thread.join().unwrap())
    })
}

#[test]
fn a_forked_process_leases_unless_another_thread_was_at_the_shelf() {
    alone("a_forked_process_leases_unless_another_thread_was_at_the_shelf", || {
        let (pool, plan, barrier) = (Pool::new(usize::MAX), of_one_page(), Barrier::new(2));
        let mut lease = Some(pool.lease(&plan).unwrap());
        assert!(forked(|| all_serve(&pool, &plan) && pool.stats().refused == 0));
        thread::scope(|scope| {
            scope.spawn(|| pool.at_shelf(|| [barrier.wait(), barrier.wait()]));
            barrier.wait();
            let refuses = forked(|| {
                let refused = [(); 2].map(|()| pool.lease(&plan).map_err(|error| error.code()));
                lease = None;
                refused.iter().all(|refused| matches!(refused, Err(Code::NoSlab)))
                    && (pool.stats().refused, pool.trim()) == (2, 0)
                    && serves(&Pool::new(usize::MAX), &plan)
            });
            barrier.wait();
            assert!(refuses);
        });
        assert!(serves(&pool, &plan), "what is lost there is not lost here");
        assert_eq!((pool.stats().refused, pool.stats().leased), (0, 1));
    });
}

#[test]
fn a_forked_process_waits_for_no_lock_of_those_who_leased() {
    alone("a_forked_process_waits_for_no_lock_of_those_who_leased", || {
        let (pool, plans) = (Pool::new(2 * 4096), [(); 3].map(|()| of_one_page()));
        let done = AtomicBool::new(false);
        let lease = || {
            for plan in plans.iter().cycle().take_while(|_| !done.load(Ordering::Relaxed)) {
                serves(&pool, plan);
                pool.trim();
                drop(three_slots());
            }
        };
        let refused = || usize::try_from(pool.stats().refused).unwrap();
        thread::scope(|scope| {
            (0..2).for_each(|_| drop(scope.spawn(lease)));
            let goes_on = |_| {
                forked(|| {
                    let before = refused();
                    let served = plans.iter().filter(|plan| serves(&pool, plan)).count();
                    let own = Arena::new(&slots(&[(0, 4096)])).map_err(|error| error.code());
                    served + refused() - before == plans.len()
                        && matches!(own, Ok(_) | Err(Code::NoSlab))
                })
            };
            let go_on = (0..200).all(goes_on);
            done.store(true, Ordering::Relaxed);
            assert!(go_on);
        });
    });
}

fn first_of(arena: &mut Arena) -> NonNull<u8> {
    let first = arena.alloc(4096).unwrap();
    // SAFETY: the block has so many bytes.
    unsafe { first.write_bytes(1, 4096) };
    first
}
