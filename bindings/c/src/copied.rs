//! Columns of a caller, copied while it waits.
//!
//! The copy of a large column costs the caller less than the first touch of the memory that it goes
//! to: page by page that takes several times as long. So a large copy lies in huge pages of its own, which
//! also go back to the system at once. Where there are none, it is slower, and nothing else.

use std::mem::MaybeUninit;
use std::ops::Deref;
use std::slice;

/// The elements of a column, whatever happens to it later.
#[derive(Debug)]
pub(crate) struct Copied<T>(Memory<T>);

#[derive(Debug)]
enum Memory<T> {
    Small(Vec<T>),
    /// The first `count` elements lie at the start of these pages, and were written there.
    Large {
        pages: Vec<HugePage>,
        count: usize,
    },
}

/// Bytes of a huge page on all systems that have one size of them.
const HUGE: usize = 2 << 20;

/// As much memory, where a huge page can lie; never looked at as such.
#[derive(Debug)]
#[repr(C, align(2_097_152))]
struct HugePage(MaybeUninit<[u8; HUGE]>);

impl<T: Copy> Copied<T> {
    pub(crate) fn of(column: &[T]) -> Copied<T> {
        let bytes = size_of_val(column);
        if bytes < HUGE {
            return Copied(Memory::Small(column.to_vec()));
        }
        let mut pages = Vec::with_capacity(bytes.div_ceil(HUGE));
        make_resident(&mut pages);
        let count = column.len();
        let to = pages.as_mut_ptr().cast();
        // SAFETY: the pages have room for all elements, are aligned to more, and belong to nobody else.
        unsafe { std::ptr::copy_nonoverlapping(column.as_ptr(), to, count) };
        Copied(Memory::Large { pages, count })
    }
}

impl<T: Copy> Deref for Copied<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Memory::Small(column) => column,
            Memory::Large { pages, count } => {
                // SAFETY: so many elements were written there, and live as long as the pages.
                unsafe { slice::from_raw_parts(pages.as_ptr().cast(), *count) }
            }
        }
    }
}

/// Advice only: a system without huge pages, or too old to populate, gives pages when touched.
#[cfg(target_os = "linux")]
fn make_resident(pages: &mut Vec<HugePage>) {
    let bytes = pages.capacity() * HUGE;
    for advice in [libc::MADV_HUGEPAGE, libc::MADV_POPULATE_WRITE] {
        // SAFETY: the range is room of this vector; neither advice changes contents.
        unsafe { libc::madvise(pages.as_mut_ptr().cast(), bytes, advice) };
    }
}

#[cfg(not(target_os = "linux"))]
fn make_resident(_pages: &mut Vec<HugePage>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_the_same_elements_whatever_its_size() {
        let huge = u32::try_from(HUGE / size_of::<u32>()).unwrap();
        for count in [0, 1, huge - 1, huge, huge + 1, 3 * huge] {
            let mut column: Vec<u32> = (0..count).collect();
            let copied = Copied::of(&column);
            column.fill(7);
            assert!(copied.iter().copied().eq(0..count), "{count} elements");
        }
    }
}
