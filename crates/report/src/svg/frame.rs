//! Where things are on the paper, and the axes.

use std::fmt::Write;
use std::ops::Range;

use memo_malloc::{Bytes, Plan, Problem, Step, draw};

use super::put;
use crate::units::{bytes, count, ratio};

pub(super) const WIDTH: u32 = 1280;
pub(super) const HEIGHT: u32 = 760;

/// A rectangle on the paper, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// Where the buffers are drawn.
pub(super) const MAP: Area = Area { left: 88.0, top: 84.0, right: 1020.0, bottom: 560.0 };
/// Where the load is drawn.
pub(super) const LOAD: Area = Area { left: 88.0, top: 600.0, right: 1020.0, bottom: 704.0 };
/// Where the legend is.
pub(super) const LEGEND: Area = Area { left: 1044.0, top: 84.0, right: 1260.0, bottom: 560.0 };

/// Steps and bytes as pixels.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) steps: Range<Step>,
    /// The number of bytes at the upper edge of the map.
    pub(super) bytes_max: Bytes,
    /// The number of bytes at the upper edge of the load.
    pub(super) load_max: Bytes,
}

impl Frame {
    pub(super) fn of(problem: &Problem, plan: &Plan) -> Frame {
        let most = shown_capacity(problem, plan).unwrap_or(plan.peak).max(plan.peak).max(1);
        // A little air above the peak, for its label.
        Frame { steps: draw::steps(problem), bytes_max: most + most / 16, load_max: most }
    }

    pub(super) fn x(&self, step: Step) -> f64 {
        let count = u64::from(self.steps.end - self.steps.start).max(1);
        let part = ratio(u64::from(step.saturating_sub(self.steps.start)), count);
        MAP.left + part * (MAP.right - MAP.left)
    }

    pub(super) fn y(&self, bytes: Bytes) -> f64 {
        MAP.bottom - ratio(bytes, self.bytes_max) * (MAP.bottom - MAP.top)
    }

    pub(super) fn load_y(&self, bytes: Bytes) -> f64 {
        LOAD.bottom - ratio(bytes, self.load_max) * (LOAD.bottom - LOAD.top)
    }
}

/// The capacity, unless it is so far above the peak that drawing it would waste the paper.
pub(super) fn shown_capacity(problem: &Problem, plan: &Plan) -> Option<Bytes> {
    problem.capacity().filter(|&capacity| capacity / 4 * 3 <= plan.peak)
}

/// Draws both fields with their grids and labels.
pub(super) fn draw(out: &mut String, frame: &Frame) {
    for area in [MAP, LOAD] {
        let (width, height) = (area.right - area.left, area.bottom - area.top);
        put!(
            out,
            r#"<rect class="field" x="{}" y="{}" width="{width}" height="{height}"/>"#,
            area.left,
            area.top
        );
    }
    for tick in byte_ticks(frame.bytes_max, 8) {
        byte_line(out, frame.y(tick), tick);
    }
    for tick in byte_ticks(frame.load_max, 3) {
        byte_line(out, frame.load_y(tick), tick);
    }
    for tick in step_ticks(&frame.steps) {
        let x = frame.x(tick);
        for area in [MAP, LOAD] {
            put!(out, r#"<path class="grid" d="M{x:.1} {}V{}"/>"#, area.bottom, area.bottom + 5.0);
        }
        let (y, label) = (LOAD.bottom + 20.0, count(tick.into()));
        put!(out, r#"<text class="tick" x="{x:.1}" y="{y}" text-anchor="middle">{label}</text>"#);
    }
    captions(out);
}

fn byte_line(out: &mut String, y: f64, tick: Bytes) {
    put!(out, r#"<path class="grid" d="M{} {y:.1}H{}"/>"#, MAP.left, MAP.right);
    let (x, y) = (MAP.left - 8.0, y + 4.0);
    put!(out, r#"<text class="tick" x="{x}" y="{y:.1}" text-anchor="end">{}</text>"#, bytes(tick));
}

fn captions(out: &mut String) {
    let (x, y) = (MAP.left, MAP.top - 8.0);
    put!(out, r#"<text class="tick" x="{x}" y="{y}">offset</text>"#);
    put!(
        out,
        r#"<text class="tick" x="{x}" y="{}">load: bytes live at each step</text>"#,
        LOAD.top - 8.0
    );
    let (x, y) = (MAP.right, LOAD.bottom + 40.0);
    put!(
        out,
        r#"<text class="tick" x="{x}" y="{y}" text-anchor="end">step: order of events, not wall time</text>"#
    );
}

/// Round numbers of bytes from 0 to `most`: a power of two apart.
fn byte_ticks(most: Bytes, count_max: u64) -> impl Iterator<Item = Bytes> {
    let apart = most.div_ceil(count_max).next_power_of_two();
    (0..=most / apart).map(move |tick| tick * apart)
}

/// Round steps within the range: 1, 2 or 5 times a power of ten apart.
fn step_ticks(steps: &Range<Step>) -> impl Iterator<Item = Step> {
    let least = u64::from(steps.end - steps.start).div_ceil(10).max(1);
    let power = 10u64.pow(least.ilog10());
    let apart =
        [1, 2, 5, 10].map(|factor| factor * power).into_iter().find(|&apart| apart >= least);
    let apart = apart.unwrap_or(least);
    let (from, to) = (u64::from(steps.start).div_ceil(apart), u64::from(steps.end) / apart);
    (from..=to).filter_map(move |tick| Step::try_from(tick * apart).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_ticks_are_powers_of_two_apart() {
        assert_eq!(byte_ticks(12, 8).collect::<Vec<_>>(), [0, 2, 4, 6, 8, 10, 12]);
        assert_eq!(byte_ticks(1, 3).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(byte_ticks(10 << 20, 8).count(), 6);
    }

    #[test]
    fn step_ticks_are_round_and_inside() {
        assert_eq!(step_ticks(&(0..21)).collect::<Vec<_>>(), [0, 5, 10, 15, 20]);
        assert_eq!(step_ticks(&(3..4)).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(step_ticks(&(0..0)).collect::<Vec<_>>(), [0]);
        assert!(step_ticks(&(0..u32::MAX)).all(|tick| tick % 500_000_000 == 0));
    }
}
