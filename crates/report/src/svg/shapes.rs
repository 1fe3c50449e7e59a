//! Buffers as rectangles of pixels, few enough for a viewer.
//!
//! A buffer of at least one pixel in both directions keeps its exact rectangle. Smaller ones are
//! widened to whole pixels in the direction in which they are too small; those of one group that
//! then touch in one row or column of pixels become one shape. So there are never many more shapes
//! than pixels on the edges of things, whatever the number of buffers. O(n log n).

use memo_malloc::{BufferIdx, Bytes, Plan, Problem};

use super::frame::Frame;
use crate::groups::Groups;

/// A rectangle on the paper.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shape {
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
    pub(super) group: usize,
    pub(super) shown: Shown,
}

/// What a shape stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shown {
    /// One buffer.
    Buffer(BufferIdx),
    /// Several, too small to be seen alone: how many, and their bytes in all.
    Several(usize, Bytes),
}

/// Small buffers of one group in one row or column of pixels.
#[derive(Debug)]
struct Strip {
    /// The first pixel of the row or column.
    lane: f64,
    group: usize,
    along: (f64, f64),
    shown: Shown,
}

/// Small shapes come first, so that large ones are drawn over what they were widened into.
pub(super) fn shapes(frame: &Frame, problem: &Problem, plan: &Plan, groups: &Groups) -> Vec<Shape> {
    let (mut rows, mut columns, mut large) = (Vec::new(), Vec::new(), Vec::new());
    let sized = problem.iter().filter(|(_, buffer)| buffer.size > 0);
    let live =
        sized.flat_map(|(idx, b)| problem.intervals(idx).iter().map(move |life| (idx, b, life)));
    for (idx, buffer, life) in live {
        let offset = plan.offsets[idx.usize()];
        let x = (frame.x(life.start), frame.x(life.end));
        let y = (frame.y(offset + buffer.size), frame.y(offset));
        let (group, shown) = (groups.of_buffer(idx), Shown::Buffer(idx));
        if length(y) < 1.0 {
            rows.push(Strip { lane: y.0.floor(), group, along: grown(x), shown });
        } else if length(x) < 1.0 {
            columns.push(Strip { lane: x.0.floor(), group, along: y, shown });
        } else {
            large.push(Shape { x, y, group, shown });
        }
    }
    let size = |idx: BufferIdx| problem.buffers()[idx.usize()].size;
    let rows = merged(rows, size).into_iter().map(|row| Shape {
        x: row.along,
        y: pixel(row.lane),
        group: row.group,
        shown: row.shown,
    });
    let columns = merged(columns, size).into_iter().map(|column| Shape {
        x: pixel(column.lane),
        y: column.along,
        group: column.group,
        shown: column.shown,
    });
    rows.chain(columns).chain(large).collect()
}

fn length((low, high): (f64, f64)) -> f64 {
    high - low
}

fn pixel(first: f64) -> (f64, f64) {
    (first, first + 1.0)
}

/// The range itself, or the pixel it begins in when it is shorter.
fn grown(range: (f64, f64)) -> (f64, f64) {
    if length(range) < 1.0 { pixel(range.0.floor()) } else { range }
}

/// Joins strips of one lane and group that touch.
fn merged(mut strips: Vec<Strip>, size: impl Fn(BufferIdx) -> Bytes) -> Vec<Strip> {
    strips.sort_by(|a, b| {
        let lanes = a.lane.total_cmp(&b.lane);
        lanes.then(a.group.cmp(&b.group)).then(a.along.0.total_cmp(&b.along.0))
    });
    let mut done: Vec<Strip> = Vec::new();
    for strip in strips {
        match done.last_mut().filter(|last| last.touches(&strip)) {
            Some(last) => {
                last.along.1 = last.along.1.max(strip.along.1);
                last.shown = last.shown.and(strip.shown, &size);
            }
            None => done.push(strip),
        }
    }
    done
}

impl Strip {
    /// Whether one that starts no earlier continues this one.
    fn touches(&self, next: &Strip) -> bool {
        let same = self.lane.total_cmp(&next.lane).is_eq() && self.group == next.group;
        same && next.along.0 <= self.along.1
    }
}

impl Shown {
    fn and(self, other: Shown, size: &impl Fn(BufferIdx) -> Bytes) -> Shown {
        let (count, bytes) = self.numbers(size);
        let (more, more_bytes) = other.numbers(size);
        Shown::Several(count + more, bytes + more_bytes)
    }

    fn numbers(self, size: &impl Fn(BufferIdx) -> Bytes) -> (usize, Bytes) {
        match self {
            Shown::Buffer(idx) => (1, size(idx)),
            Shown::Several(count, bytes) => (count, bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use memo_malloc::{Buffer, Certificate};

    use super::super::frame::{HEAD, Heights};
    use super::*;

    /// One large buffer below, `count` small ones in a row above it.
    fn crowd(count: u32) -> Vec<Shape> {
        let mut buffers = vec![Buffer::new(1 << 30, 0, count)];
        buffers.extend((0..count).map(|step| Buffer::new(16, step, step + 1)));
        let mut offsets = vec![1 << 30; buffers.len()];
        offsets[0] = 0;
        let problem = Problem::new(buffers).unwrap();
        let certificate = Certificate::MaxLoad { step: 0 };
        let peak = (1 << 30) + 16;
        let plan = Plan { offsets, peak, lower_bound: peak, certificate };
        let frame = Frame::of(&problem, &plan, HEAD, Heights::ALONE);
        shapes(&frame, &problem, &plan, &Groups::of(&problem))
    }

    #[test]
    fn small_neighbours_become_one_and_the_large_one_stays() {
        let shapes = crowd(10_000);
        assert_eq!(shapes.len(), 2);
        assert_eq!(shapes[0].shown, Shown::Several(10_000, 160_000));
        assert_eq!(shapes[1].shown, Shown::Buffer(BufferIdx(0)));
        assert_eq!(shapes[0].x, shapes[1].x);
    }

    #[test]
    fn no_shape_is_thinner_than_a_pixel() {
        for shape in crowd(50) {
            assert!(length(shape.x) >= 1.0 && length(shape.y) >= 1.0);
        }
    }
}
