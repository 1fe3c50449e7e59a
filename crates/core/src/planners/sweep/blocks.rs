//! Room in blocks of few sizes, for when there is no time to look for a hole.
//!
//! A size is rounded up to one of four in each octave, and a block that was given back serves the
//! next of its kind: O(log of the number of kinds) for each buffer, and less than a quarter of each
//! block is left empty. Source: size classes as in most general allocators.
//! Where that could lead beyond the most bytes there may be, sizes are kept as they are.

use std::collections::BTreeMap;

use crate::model::{BYTES_MAX, Bytes};

/// Blocks above some offset.
#[derive(Debug)]
pub(super) struct Blocks {
    top: Bytes,
    are_rounded: bool,
    /// Those that are free, by size and alignment.
    free: BTreeMap<(Bytes, Bytes), Vec<Bytes>>,
}

impl Blocks {
    /// For buffers that stacked on top of each other take at most so many bytes.
    pub(super) fn above(top: Bytes, total: Bytes) -> Blocks {
        let are_rounded = total < BYTES_MAX / 4 && top < BYTES_MAX / 2;
        Blocks { top, are_rounded, free: BTreeMap::new() }
    }

    /// The offset of a block that has room.
    pub(super) fn take(&mut self, size: Bytes, alignment: Bytes) -> Bytes {
        let size = self.size(size);
        if let Some(offset) = self.free.get_mut(&(size, alignment)).and_then(Vec::pop) {
            return offset;
        }
        let offset = self.top.next_multiple_of(alignment);
        self.top = offset + size;
        offset
    }

    /// Gives back the block that was taken for this size and alignment.
    pub(super) fn give(&mut self, offset: Bytes, size: Bytes, alignment: Bytes) {
        self.free.entry((self.size(size), alignment)).or_default().push(offset);
    }

    fn size(&self, size: Bytes) -> Bytes {
        if self.are_rounded { rounded(size) } else { size }
    }
}

/// The next size with at most three significant bits.
fn rounded(size: Bytes) -> Bytes {
    size.next_multiple_of(1 << size.ilog2().saturating_sub(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_four_sizes_in_an_octave() {
        assert_eq!(
            [1, 7, 8, 9, 10, 11, 13, 16, 17].map(rounded),
            [1, 7, 8, 10, 10, 12, 14, 16, 20]
        );
        assert!((1..5000).all(|size| rounded(size) >= size && 4 * rounded(size) < 5 * size + 4));
    }

    #[test]
    fn a_block_serves_the_next_of_its_kind_alone() {
        let mut blocks = Blocks::above(3, 100);
        assert_eq!(blocks.take(9, 4), 4);
        assert_eq!(blocks.take(9, 4), 16);
        blocks.give(4, 9, 4);
        assert_eq!(blocks.take(10, 2), 26);
        assert_eq!(blocks.take(10, 4), 4);
        assert_eq!(blocks.top, 36);
    }

    #[test]
    fn sizes_are_kept_where_there_is_no_room_to_round() {
        let mut blocks = Blocks::above(0, BYTES_MAX);
        assert_eq!(blocks.take(BYTES_MAX - 1, 1), 0);
        assert_eq!(blocks.take(1, 1), BYTES_MAX - 1);
        assert_eq!(blocks.top, BYTES_MAX);
    }
}
