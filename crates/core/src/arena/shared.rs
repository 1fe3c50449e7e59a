//! The part of an arena that those who free can see, and how they find it.
//!
//! A table has, for each unit of the region, the arena whose slab lies there. So a free needs the
//! pointer alone: pointer → unit → arena → start → word, without a lock and without a
//! locked instruction.
//!
//! An arena without live slots can give its slab to another; the table then leads to that one.
//!
//! Blocks may outlive their arena's owner. An owner that goes while slots are live leaves the
//! shared part and the slab on a list of retired ones; the next cold call ([`sweep`]) drops those
//! whose slots have all been freed. No free takes part in that: its last access is the release store into the
//! word, and a sweep drops an arena only after it has seen, with acquire loads, that store in every
//! word; no owner is left to make one live again. So nobody is inside an arena that is dropped.

use std::ptr::{self, NonNull};
use std::sync::Arc;

use super::forked::Cold;
use super::layout::Layout;
use super::region::{self, UNIT_COUNT_MAX};
use super::slab::Slab;
use super::starts::Starts;
use super::sync::cold::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use super::words;

/// The arena in each unit of the region; null where there is none. 1 MiB of zeros that cost nothing
/// until touched.
static ARENAS: [AtomicPtr<Shared>; UNIT_COUNT_MAX] =
    [const { AtomicPtr::new(ptr::null_mut()) }; UNIT_COUNT_MAX];

/// Arenas without an owner, with live slots when they were last looked at.
static RETIRED: Cold<Vec<Retired>> = Cold::new(Vec::new());

/// What became of a pointer given to [`free`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Freed {
    /// It was a live block of an arena and is free now.
    Arena,
    /// It is no memory of any arena: free it where it came from.
    NotOurs,
    /// It was a block of an arena and had been freed before. Nothing was done.
    Double,
    /// It points into an arena, but no block starts there. Nothing was done.
    Stray,
}

/// What an owner and those who free its blocks share. A free reads one line of the cache of it.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Shared {
    starts: Starts,
    /// The first byte of the slab. Relaxed: who frees a block got it after the arena got the slab.
    base: AtomicUsize,
    double_frees: AtomicU64,
    strays: AtomicU64,
    /// Of the slots, by turn.
    #[cfg(poison)]
    sizes: Box<[usize]>,
}

impl Shared {
    /// No slab yet. The starts are of this layout.
    #[cfg_attr(not(poison), expect(unused_variables, reason = "sizes are for poisoning only"))]
    pub(super) fn new(starts: Starts, layout: &Layout) -> Shared {
        Shared {
            starts,
            base: AtomicUsize::new(0),
            double_frees: AtomicU64::new(0),
            strays: AtomicU64::new(0),
            #[cfg(poison)]
            sizes: layout.turns().iter().map(|turn| turn.size).collect(),
        }
    }

    /// Poisons the block of this word if it is live, as its holder is about to free it.
    #[cfg(poison)]
    fn poison(&self, block: NonNull<u8>, word: &words::Word) {
        if let Some(turn) = words::live_turn(word) {
            super::poison::set(block, self.sizes[turn as usize]);
        }
    }

    /// Whether a slot is live.
    pub(super) fn is_live(&self) -> bool {
        self.starts.live_turns().next().is_some()
    }

    /// Blocks freed twice, and pointers freed that were no block.
    pub(super) fn faults(&self) -> (u64, u64) {
        (self.double_frees.load(Ordering::Relaxed), self.strays.load(Ordering::Relaxed))
    }

    /// Where an address is in the slab.
    #[inline]
    fn offset(&self, addr: usize) -> usize {
        addr.wrapping_sub(self.base.load(Ordering::Relaxed))
    }

    /// An address in the slab at which no block is live.
    #[cold]
    fn not_live(&self, addr: usize) -> Freed {
        let (count, freed) = match self.starts.find(self.offset(addr)) {
            Some(_) => (&self.double_frees, Freed::Double),
            None => (&self.strays, Freed::Stray),
        };
        count.fetch_add(1, Ordering::Relaxed);
        freed
    }
}

/// Enters an arena into the table: pointers into the slab lead to it.
pub(super) fn enter(shared: &Arc<Shared>, slab: &Slab) {
    shared.base.store(slab.base().addr().get(), Ordering::Relaxed);
    for arena in &ARENAS[slab.units()] {
        // Release: who finds the pointer finds what it points to.
        arena.store(Arc::as_ptr(shared).cast_mut(), Ordering::Release);
    }
}

/// Takes the arena of a slab out of the table, before the slab goes to another or to the system.
pub(super) fn leave(slab: &Slab) {
    for arena in &ARENAS[slab.units()] {
        arena.store(ptr::null_mut(), Ordering::Release);
    }
}

/// What is left of an arena whose owner has gone.
#[derive(Debug)]
struct Retired {
    shared: Arc<Shared>,
    slab: Slab,
}

impl Drop for Retired {
    fn drop(&mut self) {
        leave(&self.slab);
    }
}

/// Frees a block of any arena, on any thread; tells what the pointer was if it is not one.
///
/// # Safety
/// If `ptr` is a live block of an arena, nobody uses the block any more, and nobody else frees it
/// at the same time. A block that was freed before is reported, not freed again, unless the arena
/// has handed out its bytes since or is dropped at the same time.
#[inline]
pub unsafe fn free(ptr: NonNull<u8>) -> Freed {
    let addr = ptr.addr().get();
    let Some(unit) = region::unit_of(addr) else { return Freed::NotOurs };
    let arena = ARENAS[unit].load(Ordering::Acquire);
    // SAFETY: an arena in the table lives at least as long as the block, which is the caller's.
    let Some(shared) = (unsafe { arena.as_ref() }) else { return nowhere(addr) };
    let word = shared.starts.word_at(shared.offset(addr));
    #[cfg(poison)]
    shared.poison(ptr, word);
    if words::release(word) { Freed::Arena } else { shared.not_live(addr) }
}

/// A pointer into a unit that no slab has.
#[cold]
fn nowhere(addr: usize) -> Freed {
    if region::contains(addr) { Freed::Stray } else { Freed::NotOurs }
}

/// Ends the owner's part: the arena goes now if no slot is live, else when the last one is freed
/// and someone sweeps.
pub(super) fn retire(shared: Arc<Shared>, slab: Slab) {
    let retired = Retired { shared, slab };
    match RETIRED.lock() {
        Some(mut list) => list.push(retired),
        // Nobody will sweep: what is live stays for ever.
        None if retired.shared.is_live() => std::mem::forget(retired),
        None => drop(retired),
    }
    sweep();
}

/// Whether the slab at this address waits for its last blocks to be freed.
#[cfg(all(test, not(loom)))]
pub(super) fn is_retired(addr: usize) -> bool {
    let is_of = |retired: &Retired| retired.slab.range().contains(&addr);
    RETIRED.lock().is_some_and(|retired| retired.iter().any(is_of))
}

/// Gives the memory of retired arenas back whose blocks have all been freed, and returns how many
/// are left. Making or dropping an arena does so too.
pub fn sweep() -> usize {
    let Some(mut retired) = RETIRED.lock() else { return 0 };
    let gone: Vec<_> = retired.extract_if(.., |arena| !arena.shared.is_live()).collect();
    let left = retired.len();
    // Unmapped without the lock: that takes its time.
    drop(retired);
    drop(gone);
    left
}
