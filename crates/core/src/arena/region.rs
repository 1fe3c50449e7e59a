//! One range of addresses for all slabs.
//!
//! It is reserved once (addresses only: no memory, no page tables) and cut into units of 2 MiB, of
//! which a slab takes a run. So "is this pointer in a slab, and in which?" is a subtraction and a
//! shift, from any thread, without a lock. Units are given out first fit under a lock; that
//! happens when an arena is made, never while it serves.

use std::ops::Range;
use std::ptr::{self, NonNull};

use crate::model::{Bytes, Error};

use super::forked::Cold;
use super::sync::cold::{AtomicPtr, AtomicUsize, Ordering};

/// Bytes of a unit: a huge page, and the largest alignment a slab gives.
pub(super) const UNIT: usize = 2 << 20;

/// 256 GiB: slabs for more concurrent runs than a machine has memory for, a 512th of the address
/// space of a process.
const BYTES_LOG2_MAX: u32 = 38;

/// 32 MiB: with less there is hardly room for a plan.
const BYTES_LOG2_MIN: u32 = 25;

/// Where the address space of the process is limited, at most an eighth is taken: the rest of the
/// program needs it more.
const LIMIT_SHARE_LOG2: u32 = 3;

/// The most units there can be.
pub(super) const UNIT_COUNT_MAX: usize = 1 << (BYTES_LOG2_MAX - UNIT.trailing_zeros());

/// The first byte of the range with log2 of its length in the low bits, which are free because the
/// range is aligned to a unit: one load tells both. Null as long as nothing is reserved.
static RANGE: AtomicPtr<u8> = AtomicPtr::new(ptr::null_mut());

/// The address of the first byte alone, for [`unit_of`].
static START: AtomicUsize = AtomicUsize::new(NOWHERE);

/// Further from any address of a process than the range is long.
const NOWHERE: usize = 1 << (usize::BITS - 1);

/// Runs of units that are in use, by their start.
static TAKEN: Cold<Vec<Range<usize>>> = Cold::new(Vec::new());

/// The unit of an address, below [`UNIT_COUNT_MAX`]; `None` if it is not in the range. If the range
/// is shorter than it may be, also a unit after its last.
#[inline]
pub(super) fn unit_of(addr: usize) -> Option<usize> {
    // Relaxed: who has a pointer into a slab got it from a thread that had seen the range; for any
    // other pointer both the old and the new value lead to no slab.
    let unit = addr.wrapping_sub(START.load(Ordering::Relaxed)) / UNIT;
    (unit < UNIT_COUNT_MAX).then_some(unit)
}

/// Whether an address is in the range.
pub(super) fn contains(addr: usize) -> bool {
    let range = RANGE.load(Ordering::Relaxed).addr();
    addr.wrapping_sub(range & !(UNIT - 1)) >> (range & (UNIT - 1)) == 0
}

/// Takes a run of units for this many bytes.
pub(super) fn take(bytes: usize) -> Result<(NonNull<u8>, Range<usize>), Error> {
    let mut taken = TAKEN.lock().ok_or_else(|| lost(bytes))?;
    let range = reserved()?;
    let unit_count = (1_usize << (range.addr().get() & (UNIT - 1))) / UNIT;
    let needed = bytes.div_ceil(UNIT);
    let Some((position, first)) = first_fit(&taken, needed, unit_count) else {
        return Err(no_slab(bytes, "the reserved range of addresses is used up"));
    };
    let units = first..first + needed;
    taken.insert(position, units.clone());
    let base = range.as_ptr().map_addr(|addr| (addr & !(UNIT - 1)) + first * UNIT);
    let base = NonNull::new(base).ok_or_else(|| no_slab(bytes, "the range starts at 0"))?;
    Ok((base, units))
}

/// Gives a run of units back; where the lock is lost, they stay taken.
pub(super) fn give_back(units: &Range<usize>) {
    if let Some(mut taken) = TAKEN.lock() {
        taken.retain(|run| run != units);
    }
}

/// Where the first gap of `needed` units lies: its position among the runs and its first unit.
fn first_fit(taken: &[Range<usize>], needed: usize, unit_count: usize) -> Option<(usize, usize)> {
    let mut first = 0;
    for (position, run) in taken.iter().enumerate() {
        if run.start - first >= needed {
            return Some((position, first));
        }
        first = run.end;
    }
    (unit_count - first >= needed).then_some((taken.len(), first))
}

/// The tagged start of the range, reserved by the first who asks. Call with the lock held.
fn reserved() -> Result<NonNull<u8>, Error> {
    if let Some(range) = NonNull::new(RANGE.load(Ordering::Relaxed)) {
        return Ok(range);
    }
    let message =
        "no range of addresses can be reserved; is the address space limited (ulimit -v)?";
    let range = (BYTES_LOG2_MIN..=bytes_log2_max())
        .rev()
        .find_map(reserve)
        .ok_or_else(|| no_slab(1 << BYTES_LOG2_MIN, message))?;
    RANGE.store(range.as_ptr(), Ordering::Relaxed);
    START.store(range.addr().get() & !(UNIT - 1), Ordering::Relaxed);
    Ok(range)
}

/// What may be tried: less where the process may not have as many addresses.
fn bytes_log2_max() -> u32 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is to a whole rlimit.
    let rc = unsafe { libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) };
    let limit_log2 = if rc == 0 { limit.rlim_cur.checked_ilog2().unwrap_or(0) } else { 0 };
    limit_log2.saturating_sub(LIMIT_SHARE_LOG2).min(BYTES_LOG2_MAX)
}

fn reserve(bytes_log2: u32) -> Option<NonNull<u8>> {
    // One unit more, so that there is an aligned start.
    let bytes = (1_usize << bytes_log2) + UNIT;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a new anonymous mapping at an address the system chooses touches nothing of ours.
    let start = unsafe { libc::mmap(ptr::null_mut(), bytes, libc::PROT_NONE, flags, -1, 0) };
    if start == libc::MAP_FAILED {
        return None;
    }
    let tagged = |addr: usize| addr.next_multiple_of(UNIT) | bytes_log2 as usize;
    NonNull::new(start.cast::<u8>().map_addr(tagged))
}

/// The error of a slab that cannot be had.
pub(super) fn no_slab(bytes: usize, message: &str) -> Error {
    Error::NoSlab { bytes: bytes as Bytes, message: message.to_owned() }
}

/// The error of a slab that is not asked for, because a lock is lost.
pub(super) fn lost(bytes: usize) -> Error {
    no_slab(bytes, "the process was forked while another thread took or returned one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_gap_that_fits_is_taken() {
        let taken = [1..2, 4..6];
        assert_eq!(first_fit(&taken, 1, 8), Some((0, 0)));
        assert_eq!(first_fit(&taken, 2, 8), Some((1, 2)));
        assert_eq!(first_fit(&taken, 3, 9), Some((2, 6)));
        assert_eq!(first_fit(&taken, 3, 8), None);
    }

    #[test]
    fn addresses_outside_have_no_unit() {
        let (base, units) = take(UNIT + 1).unwrap();
        assert_eq!(units.len(), 2);
        assert_eq!(unit_of(base.addr().get()), Some(units.start));
        assert_eq!(unit_of(base.addr().get() + 2 * UNIT - 1), Some(units.start + 1));
        let local = 0_u8;
        assert_eq!(unit_of((&raw const local).addr()), None);
        assert_eq!(unit_of(1), None);
        give_back(&units);
    }
}
