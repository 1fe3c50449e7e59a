//! Columns of numbers as bytes that compress well.
//!
//! A column is written byte by byte: the lowest bytes of all values, then the next higher ones, as
//! many as the largest value has. So the bytes that say little stand together. Columns that hardly
//! change from row to row are written as differences.

use serde::Serialize;

use super::rows::Row;

/// How many bytes a value of each column takes, in the order in which the columns follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Widths {
    /// Differences, of either sign: see [`zigzag`].
    buffer: u32,
    /// Differences: rows are sorted by it.
    start: u32,
    duration: u32,
    offset: u32,
    size: u32,
    op: u32,
}

impl Widths {
    /// Appends the columns of these rows.
    pub(super) fn write(out: &mut Vec<u8>, rows: &[Row]) -> Widths {
        let buffer = |row: &Row| i64::from(row.buffer.0);
        let start = |row: &Row| i64::from(row.life.start);
        let steps = |value: fn(i64) -> u64, of: &dyn Fn(&Row) -> i64| -> Vec<u64> {
            let before = std::iter::once(0).chain(rows.iter().map(of));
            rows.iter().zip(before).map(|(row, before)| value(of(row) - before)).collect()
        };
        let plain = |of: fn(&Row) -> u64| -> Vec<u64> { rows.iter().map(of).collect() };
        Widths {
            buffer: column(out, &steps(zigzag, &buffer)),
            start: column(out, &steps(i64::cast_unsigned, &start)),
            duration: column(out, &plain(|row| row.life.duration().into())),
            offset: column(out, &plain(|row| row.offset)),
            size: column(out, &plain(|row| row.size)),
            op: column(out, &plain(|row| row.op)),
        }
    }
}

/// Appends a column; says how many bytes a value takes.
fn column(out: &mut Vec<u8>, values: &[u64]) -> u32 {
    let all = values.iter().fold(0, |all, value| all | value);
    let width = (u64::BITS - all.leading_zeros()).div_ceil(8);
    for place in 0..width {
        out.extend(values.iter().map(|value| value.to_le_bytes()[place as usize]));
    }
    width
}

/// 0, −1, 1, −2, … as 0, 1, 2, 3, …
fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_takes_as_many_bytes_as_its_largest_value() {
        let mut out = Vec::new();
        assert_eq!(column(&mut out, &[1, 0x0302, 0]), 2);
        assert_eq!(out, [1, 2, 0, 0, 3, 0]);
        assert_eq!(column(&mut out, &[0, 0]), 0);
        assert_eq!(column(&mut Vec::new(), &[u64::MAX]), 8);
        assert_eq!(out.len(), 6);
    }

    #[test]
    fn small_values_of_either_sign_stay_small() {
        assert_eq!([0, -1, 1, -2, 2].map(zigzag), [0, 1, 2, 3, 4]);
    }
}
