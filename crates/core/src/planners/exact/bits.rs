//! Sets of small numbers as rows of words.

/// Rows of equal length; each a set of numbers below a limit.
#[derive(Debug, Clone)]
pub(super) struct Bits {
    words: usize,
    bits: Vec<u64>,
}

impl Bits {
    /// So many empty sets of numbers below `limit`.
    pub(super) fn rows(rows: usize, limit: usize) -> Bits {
        let words = limit.div_ceil(64);
        Bits { words, bits: vec![0; rows * words] }
    }

    pub(super) fn insert(&mut self, row: usize, number: usize) {
        self.bits[row * self.words + number / 64] |= 1 << (number % 64);
    }

    pub(super) fn remove(&mut self, row: usize, number: usize) {
        self.bits[row * self.words + number / 64] &= !(1 << (number % 64));
    }

    pub(super) fn contains(&self, row: usize, number: usize) -> bool {
        self.bits[row * self.words + number / 64] >> (number % 64) & 1 == 1
    }

    /// What a row has in common with the row of another, in rising order.
    pub(super) fn common<'a>(
        &'a self,
        row: usize,
        other: &'a Bits,
        other_row: usize,
    ) -> impl Iterator<Item = usize> + 'a {
        let words = self.row(row).iter().zip(other.row(other_row));
        words.enumerate().flat_map(|(word, (a, b))| ones(a & b).map(move |bit| 64 * word + bit))
    }

    fn row(&self, row: usize) -> &[u64] {
        &self.bits[row * self.words..][..self.words]
    }
}

/// The positions of the ones of a word.
fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then_some(word.trailing_zeros() as usize)?;
        word &= word - 1;
        Some(bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sets_of_their_own() {
        let mut bits = Bits::rows(2, 130);
        for number in [0, 63, 64, 129] {
            bits.insert(1, number);
            assert!(bits.contains(1, number) && !bits.contains(0, number));
        }
        bits.remove(1, 63);
        let mut other = Bits::rows(1, 130);
        for number in [1, 63, 64, 129] {
            other.insert(0, number);
        }
        assert_eq!(bits.common(1, &other, 0).collect::<Vec<_>>(), [64, 129]);
        assert_eq!(bits.common(0, &other, 0).count(), 0);
    }
}
