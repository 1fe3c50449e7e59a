//! How high each section will be filled at the end of a pass, as far as that is decided.

use crate::model::Bytes;

/// A max-tree over the sections of load + waste, where waste are the bytes below the skyline that
/// can no longer be used. All else will be filled, so a pass is known to end too high long before
/// the buffer is met that is.
///
/// Invariant: `heights[i] = added[i] + max(heights[2i], heights[2i + 1])` for each inner node; the
/// height of a section is its leaf's plus what was added to the nodes above.
#[derive(Debug, Default)]
pub(super) struct Outlook {
    heights: Vec<Bytes>,
    added: Vec<Bytes>,
    leaf_count: usize,
}

impl Outlook {
    /// Nothing is wasted yet.
    pub(super) fn reset(&mut self, loads: &[Bytes]) {
        self.leaf_count = loads.len().next_power_of_two();
        self.heights.clear();
        self.heights.resize(self.leaf_count, 0);
        self.heights.extend_from_slice(loads);
        self.heights.resize(2 * self.leaf_count, 0);
        self.added.clear();
        self.added.resize(self.leaf_count, 0);
        (1..self.leaf_count).rev().for_each(|node| self.pull(node));
    }

    /// The least peak the pass can end with.
    pub(super) fn peak(&self) -> Bytes {
        self.heights[1]
    }

    /// Wastes bytes in each of the sections `first..end`.
    pub(super) fn waste(&mut self, first: u32, end: u32, bytes: Bytes) {
        let leaves = (self.leaf_count + first as usize, self.leaf_count + end as usize);
        let (mut low, mut high) = leaves;
        while low < high {
            if low % 2 == 1 {
                self.add(low, bytes);
            }
            if high % 2 == 1 {
                self.add(high - 1, bytes);
            }
            low = low.div_ceil(2);
            high /= 2;
        }
        self.pull_above(leaves.0);
        self.pull_above(leaves.1 - 1);
    }

    /// The section of `first..end` that will be highest, and its height. Climbs from both ends of
    /// the range until they meet, comparing with the subtrees between them, then up to the root.
    pub(super) fn highest(&self, first: u32, end: u32) -> (u32, Bytes) {
        let (mut left, mut right) =
            (self.leaf_count + first as usize, self.leaf_count + end as usize - 1);
        let mut of_left = (self.heights[left], left);
        let mut of_right = (self.heights[right], right);
        while left ^ right > 1 {
            if left % 2 == 0 {
                of_left = higher(of_left, (self.heights[left + 1], left + 1));
            }
            if right % 2 == 1 {
                of_right = higher((self.heights[right - 1], right - 1), of_right);
            }
            left /= 2;
            right /= 2;
            of_left.0 += self.added[left];
            of_right.0 += self.added[right];
        }
        let (mut height, node) = higher(of_left, of_right);
        while left > 1 {
            left /= 2;
            height += self.added[left];
        }
        (self.highest_leaf(node), height)
    }

    fn highest_leaf(&self, mut node: usize) -> u32 {
        while node < self.leaf_count {
            node *= 2;
            node += usize::from(self.heights[node] < self.heights[node + 1]);
        }
        u32::try_from(node - self.leaf_count).unwrap_or(u32::MAX)
    }

    fn add(&mut self, node: usize, bytes: Bytes) {
        self.heights[node] += bytes;
        if let Some(added) = self.added.get_mut(node) {
            *added += bytes;
        }
    }

    fn pull(&mut self, node: usize) {
        self.heights[node] =
            self.added[node] + self.heights[2 * node].max(self.heights[2 * node + 1]);
    }

    fn pull_above(&mut self, leaf: usize) {
        let mut node = leaf / 2;
        while node > 0 {
            self.pull(node);
            node /= 2;
        }
    }
}

/// The higher of two, the left one of equals.
fn higher(left: (Bytes, usize), right: (Bytes, usize)) -> (Bytes, usize) {
    if right.0 > left.0 { right } else { left }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planners::random::Random;

    #[test]
    fn it_is_what_a_plain_array_says() {
        for section_count in [1_u32, 2, 3, 8, 13] {
            let mut random = Random::new(section_count.into());
            let mut plain: Vec<Bytes> = (0..section_count).map(|_| random.below(9)).collect();
            let mut outlook = Outlook::default();
            outlook.reset(&plain);
            for _ in 0..200 {
                let first = random.below(section_count.into());
                let end = first + 1 + random.below(u64::from(section_count) - first);
                let bytes = random.below(4);
                let range = usize::try_from(first).unwrap()..usize::try_from(end).unwrap();
                plain[range.clone()].iter_mut().for_each(|height| *height += bytes);
                let (first, end) = (u32::try_from(first).unwrap(), u32::try_from(end).unwrap());
                outlook.waste(first, end, bytes);
                let highest = plain[range.clone()].iter().max().unwrap();
                let at = range.start + plain[range].iter().position(|h| h == highest).unwrap();
                assert_eq!(outlook.highest(first, end), (u32::try_from(at).unwrap(), *highest));
                assert_eq!(outlook.peak(), *plain.iter().max().unwrap());
            }
        }
    }
}
