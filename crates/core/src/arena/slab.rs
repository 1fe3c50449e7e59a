//! The memory of one arena.
//!
//! First touch of a page costs more than many calls of an allocator, so the pages of a slab come
//! once, at the start, as huge pages where the system has them, and stay. The tail that fills no
//! huge page has small ones: resident memory is the slab, rounded up to a page.

use std::ops::Range;
use std::ptr::NonNull;

use crate::model::Error;

use super::region;

/// Memory that an arena can serve from, resident, aligned to 2 MiB.
///
/// An arena without live blocks gives its slab to another one: [`Arena::take_slab`](super::Arena::take_slab).
#[derive(Debug)]
pub struct Slab {
    base: NonNull<u8>,
    len: usize,
    units: Range<usize>,
}

// SAFETY: a slab is a range of memory that it alone owns; nothing in it depends on a thread.
unsafe impl Send for Slab {}
// SAFETY: through a shared reference only its bounds can be read.
unsafe impl Sync for Slab {}

impl Slab {
    /// Memory for at least this many bytes, resident.
    ///
    /// # Errors
    /// When the system has no addresses or no memory left for it.
    pub fn new(bytes: usize) -> Result<Slab, Error> {
        let len = Slab::whole_pages(bytes);
        let (base, units) = region::take(len)?;
        // Made first: from here on, a drop gives the units back.
        let slab = Slab { base, len, units };
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: the units are reserved, and taken by this slab alone.
        if unsafe { libc::mprotect(base.as_ptr().cast(), len, access) } != 0 {
            return Err(region::no_slab(len, &std::io::Error::last_os_error().to_string()));
        }
        slab.make_resident();
        Ok(slab)
    }

    /// The first byte.
    #[inline]
    pub(super) fn base(&self) -> NonNull<u8> {
        self.base
    }

    /// The bytes of a slab that has at least so many.
    pub(super) fn whole_pages(bytes: usize) -> usize {
        bytes.max(1).next_multiple_of(page_bytes())
    }

    /// Its bytes, whole pages.
    pub fn bytes(&self) -> usize {
        self.len
    }

    /// The addresses.
    pub(super) fn range(&self) -> Range<usize> {
        let start = self.base.addr().get();
        start..start + self.len
    }

    /// The units it lies in.
    pub(super) fn units(&self) -> Range<usize> {
        self.units.clone()
    }

    /// Advice only: a system without huge pages, or too old to populate, gives pages when touched.
    #[cfg(target_os = "linux")]
    fn make_resident(&self) {
        for advice in [libc::MADV_HUGEPAGE, libc::MADV_POPULATE_WRITE] {
            // SAFETY: the range is committed memory of this slab; neither advice changes contents.
            unsafe { libc::madvise(self.base.as_ptr().cast(), self.len, advice) };
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn make_resident(&self) {}
}

impl Drop for Slab {
    fn drop(&mut self) {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_FIXED;
        let base = self.base.as_ptr().cast();
        // SAFETY: replaces this slab's own pages, in which no block is live, by a reservation.
        let again = unsafe { libc::mmap(base, self.len, libc::PROT_NONE, flags, -1, 0) };
        // If the system refuses, the units stay taken: addresses are lost, nothing else.
        if again != libc::MAP_FAILED {
            region::give_back(&self.units);
        }
    }
}

fn page_bytes() -> usize {
    // SAFETY: reads a constant of the system.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(bytes).unwrap_or(4096)
}
