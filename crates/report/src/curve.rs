//! The load over time, as the columns of a picture.

use std::ops::Range;

use memo_malloc::{Bytes, Problem, Step, analysis};

/// The largest load within each of `width` equal spans of `steps`.
///
/// One sweep over the starts and ends. O(n log n + width).
pub(crate) fn loads(problem: &Problem, steps: &Range<Step>, width: usize) -> Vec<Bytes> {
    let mut columns = vec![0; width];
    let loads = analysis::loads(problem);
    for (position, &(step, load)) in loads.iter().enumerate() {
        let until = loads.get(position + 1).map_or(steps.end, |next| next.0);
        if step < until {
            for column in columns_of(&(step..until), steps, width) {
                columns[column] = columns[column].max(load);
            }
        }
    }
    columns
}

fn columns_of(span: &Range<Step>, steps: &Range<Step>, width: usize) -> Range<usize> {
    let count = u64::from(steps.end - steps.start);
    let scaled = |step: Step| u64::from(step - steps.start) * width as u64;
    let index = |column: u64| usize::try_from(column).unwrap_or(usize::MAX).min(width);
    index(scaled(span.start) / count)..index(scaled(span.end).div_ceil(count))
}

#[cfg(test)]
mod tests {
    use memo_malloc::Buffer;

    use super::*;

    #[test]
    fn a_column_a_step_is_the_load_itself() {
        let buffers = vec![Buffer::new(4, 2, 4), Buffer::new(8, 3, 6), Buffer::new(1, 6, 7)];
        let problem = Problem::new(buffers).unwrap();
        assert_eq!(loads(&problem, &(2..7), 5), [4, 12, 8, 8, 1]);
        assert_eq!(loads(&problem, &(2..7), 2), [12, 8]);
    }

    #[test]
    fn without_buffers_there_is_no_load() {
        assert_eq!(loads(&Problem::default(), &(0..0), 2), [0, 0]);
    }
}
