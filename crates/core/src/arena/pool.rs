//! Arenas for many plans and many threads over few slabs.
//!
//! A scope *leases* an arena and gives it back when it ends. Between scopes arenas lie on a shelf
//! with their slabs, so a lease is the first of:
//!
//! ```text
//! an arena of the same plan, last used by this thread      (its bytes may still be in the cache)
//! any arena of the same plan
//! the slab of another plan's arena, large enough, nothing live in it, longest unused
//! a new slab, in place of one that is too small if there is one
//! an error: the general allocator serves the scope         (over the limit, or no memory)
//! ```
//!
//! So there are as many slabs as there were scopes at once, not as there are threads or plans, plus
//! those that live blocks keep from moving; each is as large as the largest plan it has served.
//! Blocks that outlive their scope do not hinder the next one of the same plan: the arena refuses
//! their bytes and no others.
//!
//! In the child of a fork a pool goes on, with a copy of its slabs, unless another thread was at its
//! shelf when the process was forked: then every lease is refused there, and counted.

use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use crate::model::{Error, RunPlan};

use super::forked::Checked;
use super::sync::cold::{AtomicU64, Ordering};
use super::{Arena, Slab, Stats, region};

/// A run plan ready to be served by any number of scopes at once.
#[derive(Debug)]
pub struct Prepared {
    run_plan: RunPlan,
    bytes: usize,
    /// Arenas that gave their slab away.
    vacant: Checked<Vec<Arena>>,
}

impl Prepared {
    /// # Errors
    /// As [`Arena::vacant`].
    pub fn new(run_plan: RunPlan) -> Result<Arc<Prepared>, Error> {
        let arena = Arena::vacant(&run_plan)?;
        let bytes = arena.bytes();
        Ok(Arc::new(Prepared { run_plan, bytes, vacant: Checked::new(vec![arena]) }))
    }

    /// The plan and its run.
    pub fn run_plan(&self) -> &RunPlan {
        &self.run_plan
    }

    fn vacant(&self) -> Result<Arena, Error> {
        // On its own, so that the lock is not held while an arena is made.
        let kept = self.vacant.lock().and_then(|mut vacant| vacant.pop());
        kept.map_or_else(|| Arena::vacant(&self.run_plan), Ok)
    }
}

/// The slabs of a process, or of a part of it that shares a limit.
#[derive(Debug)]
pub struct Pool {
    shelf: Checked<Shelf>,
    /// Leases refused because the shelf is lost.
    lost: AtomicU64,
}

#[derive(Debug, Default)]
struct Shelf {
    /// The most that all slabs may have together; 0 once the pool is closed.
    bytes_max: usize,
    /// The longest unused first.
    idle: Vec<Idle>,
    /// How often it was trimmed.
    trims: u64,
    stats: PoolStats,
}

#[derive(Debug)]
struct Idle {
    arena: Arena,
    prepared: Arc<Prepared>,
    thread: usize,
    /// When it came onto the shelf, in trims.
    trim: u64,
}

/// What a pool holds and has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PoolStats {
    /// Slabs, leased or idle.
    pub slabs: u64,
    /// Bytes of these slabs.
    pub bytes: u64,
    /// Arenas leased now.
    pub leased: u64,
    /// Most arenas ever leased at once.
    pub most_leased: u64,
    /// Slabs ever made.
    pub made: u64,
    /// Slabs that went from one plan's arena to another's.
    pub moved: u64,
    /// Leases refused: over the limit, the system had no memory, or the shelf was lost in a fork.
    pub refused: u64,
}

/// An arena for one scope at a time; goes back to its pool when dropped.
#[derive(Debug)]
pub struct Lease {
    arena: ManuallyDrop<Arena>,
    prepared: Arc<Prepared>,
    pool: Arc<Pool>,
    before: Stats,
}

impl Pool {
    /// A pool whose slabs have at most this many bytes together.
    pub fn new(bytes_max: usize) -> Arc<Pool> {
        let shelf = Checked::new(Shelf { bytes_max, ..Shelf::default() });
        Arc::new(Pool { shelf, lost: AtomicU64::new(0) })
    }

    /// An arena of this plan, outside of any run.
    ///
    /// # Errors
    /// When a new slab would exceed the limit, the system has no memory for it, or another thread was
    /// at the shelf when this process was forked.
    pub fn lease(self: &Arc<Pool>, prepared: &Arc<Prepared>) -> Result<Lease, Error> {
        let kept = self.on_shelf(|shelf| shelf.lease(prepared)).ok_or_else(|| {
            self.lost.fetch_add(1, Ordering::Relaxed);
            region::lost(prepared.bytes)
        })?;
        let arena = kept.map_or_else(|| self.seated(prepared), Ok);
        let arena = arena.inspect_err(|_| self.on_shelf(Shelf::refuse).unwrap_or_default())?;
        let before = arena.stats();
        let (prepared, pool) = (Arc::clone(prepared), Arc::clone(self));
        Ok(Lease { arena: ManuallyDrop::new(arena), prepared, pool, before })
    }

    /// Gives slabs back to the system that nobody has used since the last trim and in which nothing
    /// is live. Returns their bytes.
    pub fn trim(&self) -> u64 {
        let unused = self.on_shelf(Shelf::trim).unwrap_or_default();
        // Unmapped without the lock: that takes its time.
        unused.iter().map(|slab| slab.bytes() as u64).sum()
    }

    /// Refuses all leases from now on, and gives every slab back to the system: the idle ones now, the
    /// others when their scope has ended and nothing is live in them.
    pub fn close(&self) {
        // Dropped without the lock: unmapping takes its time.
        drop(self.on_shelf(Shelf::close));
    }

    /// What it holds and has done; of a lost shelf, only what was refused for that.
    pub fn stats(&self) -> PoolStats {
        let lost =
            || PoolStats { refused: self.lost.load(Ordering::Relaxed), ..Default::default() };
        self.on_shelf(|shelf| shelf.stats).unwrap_or_else(lost)
    }

    /// Works on the shelf unless it is lost.
    fn on_shelf<T>(&self, work: impl FnOnce(&mut Shelf) -> T) -> Option<T> {
        self.shelf.lock().map(|mut shelf| work(&mut shelf))
    }

    /// An arena that had no slab, with one.
    fn seated(&self, prepared: &Prepared) -> Result<Arena, Error> {
        let mut arena = prepared.vacant()?;
        // Never refused: it is large enough, and the arena has none.
        drop(arena.put_slab(self.slab(prepared.bytes)?));
        Ok(arena)
    }

    /// A slab from the shelf or a new one.
    fn slab(&self, bytes: usize) -> Result<Slab, Error> {
        let bytes = Slab::whole_pages(bytes);
        let room = self.on_shelf(|shelf| shelf.room(bytes));
        let replaced = match room.ok_or_else(|| region::lost(bytes))?? {
            Room::Idle(slab) => return Ok(slab),
            Room::Reserved(replaced) => replaced,
        };
        drop(replaced);
        let forget = |shelf: &mut Shelf| shelf.forget(bytes);
        Slab::new(bytes).inspect_err(|_| self.on_shelf(forget).unwrap_or_default())
    }
}

/// Where a slab comes from.
enum Room {
    /// From the shelf.
    Idle(Slab),
    /// From the system, once those it replaces have gone.
    Reserved(Vec<Slab>),
}

impl Shelf {
    /// An arena of this plan, of this thread if there is one.
    fn lease(&mut self, prepared: &Arc<Prepared>) -> Option<Arena> {
        self.stats.leased += 1;
        self.stats.most_leased = self.stats.most_leased.max(self.stats.leased);
        let thread = this_thread();
        let of_plan = |idle: &Idle| Arc::ptr_eq(&idle.prepared, prepared);
        let of_thread = |idle: &Idle| idle.thread == thread && of_plan(idle);
        let own = self.idle.iter().rposition(of_thread);
        let at = own.or_else(|| self.idle.iter().rposition(of_plan))?;
        Some(self.idle.remove(at).arena)
    }

    fn refuse(&mut self) {
        self.stats.leased -= 1;
        self.stats.refused += 1;
    }

    /// The arena again if the shelf is closed.
    fn give_back(&mut self, arena: Arena, prepared: &Arc<Prepared>) -> Option<Arena> {
        self.stats.leased -= 1;
        if self.bytes_max == 0 {
            self.forget(arena.range().len());
            return Some(arena);
        }
        let (prepared, thread, trim) = (Arc::clone(prepared), this_thread(), self.trims);
        self.idle.push(Idle { arena, prepared, thread, trim });
        None
    }

    fn close(&mut self) -> Vec<Idle> {
        self.bytes_max = 0;
        let idle = std::mem::take(&mut self.idle);
        for Idle { arena, .. } in &idle {
            self.forget(arena.range().len());
        }
        idle
    }

    fn trim(&mut self) -> Vec<Slab> {
        let mut unused = Vec::new();
        let trims = self.trims;
        while let Some(slab) = self.take(|idle| idle.trim < trims) {
            self.forget(slab.bytes());
            unused.push(slab);
        }
        self.trims += 1;
        unused
    }

    /// The slab of the longest unused such arena in which nothing is live.
    fn take(&mut self, wanted: impl Fn(&Idle) -> bool) -> Option<Slab> {
        let mut idle = self.idle.iter_mut().enumerate();
        let (at, slab) = idle.find_map(|(at, idle)| {
            let slab = if wanted(idle) { idle.arena.take_slab() } else { None };
            Some((at, slab?))
        })?;
        let Idle { arena, prepared, .. } = self.idle.remove(at);
        if let Some(mut vacant) = prepared.vacant.lock() {
            vacant.push(arena);
        }
        Some(slab)
    }

    /// A slab of so many bytes, or room for one.
    fn room(&mut self, bytes: usize) -> Result<Room, Error> {
        match self.slab_of_another(bytes) {
            Some(slab) => Ok(Room::Idle(slab)),
            None => self.make_room(bytes).map(Room::Reserved),
        }
    }

    fn slab_of_another(&mut self, bytes: usize) -> Option<Slab> {
        let slab = self.take(|idle| idle.arena.range().len() >= bytes)?;
        self.stats.moved += 1;
        Some(slab)
    }

    /// Counts a new slab of so many bytes in, and the idle ones out that it replaces: one of them
    /// if there is any, and as many more as the limit asks for.
    fn make_room(&mut self, bytes: usize) -> Result<Vec<Slab>, Error> {
        let bytes_max = self.bytes_max;
        let over = || region::no_slab(bytes, &format!("slabs may have {bytes_max} bytes in all"));
        if bytes > bytes_max {
            return Err(over());
        }
        let mut replaced = Vec::new();
        while replaced.is_empty() || self.stats.bytes > (bytes_max - bytes) as u64 {
            match self.take(|_| true) {
                Some(slab) => {
                    self.forget(slab.bytes());
                    replaced.push(slab);
                }
                None if self.stats.bytes > (bytes_max - bytes) as u64 => return Err(over()),
                None => break,
            }
        }
        self.stats.slabs += 1;
        self.stats.bytes += bytes as u64;
        self.stats.made += 1;
        Ok(replaced)
    }

    fn forget(&mut self, bytes: usize) {
        self.stats.slabs -= 1;
        self.stats.bytes -= bytes as u64;
    }
}

impl Lease {
    /// What the arena has done since it was leased.
    pub fn stats(&self) -> Stats {
        self.arena.stats().since(&self.before)
    }

    /// The plan and its run.
    pub fn prepared(&self) -> &Arc<Prepared> {
        &self.prepared
    }
}

impl Deref for Lease {
    type Target = Arena;

    fn deref(&self) -> &Arena {
        &self.arena
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Arena {
        &mut self.arena
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // SAFETY: the field is not used after this, as the lease is being dropped.
        let mut arena = unsafe { ManuallyDrop::take(&mut self.arena) };
        arena.end();
        let prepared = &self.prepared;
        // If the shelf is lost, the arena goes with what would have put it there; if it is closed, now
        // that the lock is free again.
        drop(self.pool.on_shelf(move |shelf| shelf.give_back(arena, prepared)));
    }
}

/// What the tests need.
#[cfg(all(test, not(loom)))]
impl Pool {
    /// Runs while this thread is at the shelf.
    pub(super) fn at_shelf<T>(&self, run: impl FnOnce() -> T) -> Option<T> {
        self.on_shelf(|_| run())
    }
}

/// A number that no other running thread has.
fn this_thread() -> usize {
    thread_local!(static HERE: u8 = const { 0 });
    HERE.with(|here| (&raw const *here).addr())
}
