//! Free slots that nobody may touch: for tests under AddressSanitizer, with `--cfg poison`.
//!
//! A slot is poisoned just before it is free, and no more when it is handed out again, so a use after
//! the free is reported at the instruction that does it. AddressSanitizer knows about *granules* of 8
//! bytes. A free poisons those wholly in the slot: nobody else has bytes of them. A hand-out clears
//! those that the slot touches: a neighbour of one of them is live too, or in nobody's slot.

use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::ptr::NonNull;

const GRANULE: usize = 8;

unsafe extern "C" {
    fn __asan_poison_memory_region(start: *const c_void, bytes: usize);
    fn __asan_unpoison_memory_region(start: *const c_void, bytes: usize);
    fn __asan_address_is_poisoned(addr: *const c_void) -> c_int;
}

/// The slot at this block is about to be free.
pub(super) fn set(block: NonNull<u8>, size: usize) {
    let Range { start, end } = bytes_of(block, size);
    let (start, end) = (start.next_multiple_of(GRANULE), end - end % GRANULE);
    let first = block.as_ptr().with_addr(start).cast();
    // SAFETY: the region is of a slot that nobody uses.
    unsafe { __asan_poison_memory_region(first, end.saturating_sub(start)) };
}

/// The slot at this block is about to be handed out.
pub(super) fn clear(block: NonNull<u8>, size: usize) {
    let Range { start, end } = bytes_of(block, size);
    let (start, end) = (start - start % GRANULE, end.next_multiple_of(GRANULE));
    let first = block.as_ptr().with_addr(start).cast();
    // SAFETY: the region is of a slab.
    unsafe { __asan_unpoison_memory_region(first, end - start) };
}

fn bytes_of(block: NonNull<u8>, size: usize) -> Range<usize> {
    let start = block.addr().get();
    start..start + size
}

/// Whether a use of this byte would be reported.
#[cfg(test)]
pub(super) fn is_set(byte: NonNull<u8>) -> bool {
    // SAFETY: only looks it up.
    unsafe { __asan_address_is_poisoned(byte.as_ptr().cast()) != 0 }
}
