//! A plan as a picture of characters: time to the right, offsets upwards.
//!
//! The picture is cut into cells. A cell shows the buffer that holds most of it, or nothing when
//! less than half of it is held. All in whole numbers, so that the same plan gives the same picture
//! everywhere. O(buffers + cells touched).
//!
//! ```text
//! 12 bccccccccccc.........
//!    bccccccccccceeeeeeeee
//!  0 aaabbbbbbddddddddddd.
//!    0                  21
//! ```

use std::fmt;
use std::ops::Range;

use crate::model::{Buffer, BufferIdx, Bytes, Plan, Problem, Step};

/// Which buffer is where, cell by cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    steps: Range<Step>,
    peak: Bytes,
    width: usize,
    height: usize,
    cells: Vec<Cell>,
}

/// What is known of a cell while buffers are laid over it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Cell {
    held: u128,
    most: u128,
    by: Option<BufferIdx>,
}

/// The steps in which anything is live; empty without buffers.
pub fn steps(problem: &Problem) -> Range<Step> {
    let lifetimes = problem.buffers().iter().map(|buffer| buffer.lifetime);
    let start = lifetimes.clone().map(|lifetime| lifetime.start).min().unwrap_or(0);
    start..lifetimes.map(|lifetime| lifetime.end).max().unwrap_or(start)
}

impl Map {
    /// Lays the buffers of a plan over `width` × `height` cells.
    pub fn new(problem: &Problem, plan: &Plan, width: usize, height: usize) -> Map {
        let steps = steps(problem);
        let cells = vec![Cell::default(); width * height];
        let mut map = Map { steps, peak: plan.peak, width, height, cells };
        for (idx, buffer) in problem.iter().filter(|(_, buffer)| buffer.size > 0) {
            for &interval in problem.intervals(idx) {
                map.lay(idx, Buffer { lifetime: interval, ..*buffer }, plan.offsets[idx.usize()]);
            }
        }
        map
    }

    /// The number of columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The number of rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The buffer shown in a column, from the left, and a row, from the top.
    pub fn at(&self, column: usize, row: usize) -> Option<BufferIdx> {
        let cell = self.cells[row * self.width + column];
        let whole = self.step_count() * u128::from(self.peak);
        cell.by.filter(|_| cell.held * 2 >= whole)
    }

    fn step_count(&self) -> u128 {
        u128::from(self.steps.end - self.steps.start)
    }

    /// Adds a buffer to the cells it touches. Steps are counted in units of 1 / `width` and bytes
    /// in units of 1 / `height`, so that cells have whole borders.
    fn lay(&mut self, idx: BufferIdx, buffer: Buffer, offset: Bytes) {
        let (cell_steps, cell_bytes) = (self.step_count(), u128::from(self.peak));
        let first = self.steps.start;
        let lifetime =
            u128::from(buffer.lifetime.start - first)..u128::from(buffer.lifetime.end - first);
        let held = scaled(&lifetime, self.width);
        let bytes = scaled(
            &(u128::from(offset)..u128::from(offset) + u128::from(buffer.size)),
            self.height,
        );
        for level in touched(&bytes, cell_bytes) {
            let row = self.height - 1 - level;
            let tall = overlap(&bytes, level, cell_bytes);
            for column in touched(&held, cell_steps) {
                let area = tall * overlap(&held, column, cell_steps);
                self.cells[row * self.width + column].add(idx, area);
            }
        }
    }
}

impl Cell {
    fn add(&mut self, idx: BufferIdx, area: u128) {
        self.held += area;
        if area > self.most {
            (self.most, self.by) = (area, Some(idx));
        }
    }
}

fn scaled(range: &Range<u128>, factor: usize) -> Range<u128> {
    range.start * factor as u128..range.end * factor as u128
}

/// The cells a non-empty range reaches into.
fn touched(range: &Range<u128>, cell: u128) -> Range<usize> {
    let index = |position: u128| usize::try_from(position).unwrap_or(usize::MAX);
    index(range.start / cell)..index(range.end.div_ceil(cell))
}

fn overlap(range: &Range<u128>, cell: usize, size: u128) -> u128 {
    let (low, high) = (cell as u128 * size, (cell as u128 + 1) * size);
    range.end.min(high) - range.start.max(low)
}

/// The characters buffers go by, in turn.
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

impl fmt::Display for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let peak = self.peak.to_string();
        let margin = peak.len();
        for row in 0..self.height {
            let label = if row == 0 { &*peak } else { "" };
            let label = if row + 1 == self.height && row > 0 { "0" } else { label };
            let line: String = (0..self.width).map(|column| letter(self.at(column, row))).collect();
            writeln!(f, "{label:>margin$} {}", line.trim_end())?;
        }
        let first = self.steps.start.to_string();
        let width = self.width.saturating_sub(first.len());
        write!(f, "{:margin$} {first}{:>width$}", "", self.steps.end)
    }
}

fn letter(buffer: Option<BufferIdx>) -> char {
    buffer.map_or('.', |idx| char::from(LETTERS[idx.usize() % LETTERS.len()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Certificate;

    fn map(buffers: Vec<Buffer>, offsets: &[Bytes], width: usize, height: usize) -> Map {
        let tops = buffers.iter().zip(offsets).map(|(buffer, offset)| buffer.size + offset);
        let peak = tops.max().unwrap_or(0);
        let certificate = Certificate::FinishedSearch;
        let plan = Plan { offsets: offsets.to_vec(), peak, lower_bound: 0, certificate };
        Map::new(&Problem::new(buffers).unwrap(), &plan, width, height)
    }

    #[test]
    fn one_cell_a_step_and_a_byte_is_exact() {
        let buffers = vec![Buffer::new(1, 0, 2), Buffer::new(2, 1, 4), Buffer::new(1, 3, 4)];
        let picture = map(buffers, &[0, 1, 0], 4, 3).to_string();
        assert_eq!(picture, "3 .bbb\n  .bbb\n0 aa.c\n  0  4");
    }

    #[test]
    fn a_buffer_is_drawn_where_it_is_live() {
        let buffers = vec![Buffer::new(1, 0, 4), Buffer::new(1, 1, 3)];
        let problem = Problem::new(buffers).unwrap();
        let interval = |start, end| (BufferIdx(0), crate::model::Lifetime { start, end });
        let problem = problem.with_intervals(vec![interval(0, 1), interval(3, 4)]).unwrap();
        let (offsets, certificate) = (vec![0, 0], Certificate::FinishedSearch);
        let plan = Plan { offsets, peak: 1, lower_bound: 1, certificate };
        assert_eq!(Map::new(&problem, &plan, 4, 1).to_string(), "1 abba\n  0  4");
    }

    #[test]
    fn a_cell_shows_who_holds_most_of_it() {
        let buffers = vec![Buffer::new(1, 0, 1), Buffer::new(3, 0, 1), Buffer::new(4, 1, 2)];
        assert_eq!(map(buffers, &[0, 1, 0], 2, 1).to_string(), "4 bc\n  02");
    }

    #[test]
    fn a_cell_held_less_than_half_is_empty() {
        let buffers = vec![Buffer::new(1, 0, 1), Buffer::new(3, 1, 2)];
        assert_eq!(map(buffers, &[0, 0], 2, 1).to_string(), "3 .b\n  02");
    }

    #[test]
    fn sizes_near_the_limit_and_late_steps_do_not_overflow() {
        let buffers = vec![Buffer::new(crate::model::BYTES_MAX, u32::MAX - 2, u32::MAX)];
        assert_eq!(map(buffers, &[0], 2, 1).at(1, 0), Some(BufferIdx(0)));
    }

    #[test]
    fn nothing_to_draw_is_an_empty_picture() {
        assert_eq!(map(Vec::new(), &[], 3, 1).to_string(), "0 ...\n  0 0");
    }
}
