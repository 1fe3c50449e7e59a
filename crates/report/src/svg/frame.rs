//! Where things are on the paper, and the axes.

use std::fmt::Write;
use std::ops::Range;

use memo_malloc::{Bytes, Plan, Problem, Step, draw};

use super::put;
use crate::units::{bytes, count, ratio};

pub(super) const WIDTH: u32 = 1280;
/// Between the upper edge of the paper and the first map.
pub(super) const HEAD: f64 = 84.0;

/// A rectangle on the paper, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Area {
    /// Across the part of the paper where time runs.
    fn across(top: f64, height: f64) -> Area {
        Area { left: LEFT, top, right: RIGHT, bottom: top + height }
    }
}

/// Where time begins and ends.
pub(super) const LEFT: f64 = 88.0;
const RIGHT: f64 = 1020.0;
/// Where the legend is.
pub(super) const LEGEND: Area = Area { left: 1044.0, top: HEAD, right: 1260.0, bottom: 560.0 };
/// Between a map and the load below it.
const BETWEEN: f64 = 40.0;

/// How high a map and a load are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heights {
    pub(super) map: f64,
    pub(super) load: f64,
}

impl Heights {
    /// Of the only ones.
    pub(super) const ALONE: Heights = Heights { map: 476.0, load: 104.0 };
    /// Of one of several.
    pub(super) const OF_SEVERAL: Heights = Heights { map: 300.0, load: 64.0 };

    /// From the upper edge of a map to below the labels of its load.
    pub(super) fn all(self) -> f64 {
        self.map + BETWEEN + self.load + 56.0
    }
}

/// Steps and bytes as pixels.
#[derive(Debug)]
pub(super) struct Frame {
    /// Where the buffers are drawn.
    pub(super) map: Area,
    /// Where the load is drawn.
    pub(super) load: Area,
    pub(super) steps: Range<Step>,
    /// The number of bytes at the upper edge of the map.
    pub(super) bytes_max: Bytes,
    /// The number of bytes at the upper edge of the load.
    pub(super) load_max: Bytes,
}

impl Frame {
    pub(super) fn of(problem: &Problem, plan: &Plan, top: f64, heights: Heights) -> Frame {
        let most = shown_capacity(problem, plan).unwrap_or(plan.peak).max(plan.peak).max(1);
        let map = Area::across(top, heights.map);
        Frame {
            map,
            load: Area::across(map.bottom + BETWEEN, heights.load),
            steps: draw::steps(problem),
            // A little air above the peak, for its label.
            bytes_max: most + most / 16,
            load_max: most,
        }
    }

    pub(super) fn x(&self, step: Step) -> f64 {
        let count = u64::from(self.steps.end - self.steps.start).max(1);
        let part = ratio(u64::from(step.saturating_sub(self.steps.start)), count);
        LEFT + part * (RIGHT - LEFT)
    }

    pub(super) fn y(&self, bytes: Bytes) -> f64 {
        self.map.bottom - ratio(bytes, self.bytes_max) * (self.map.bottom - self.map.top)
    }

    pub(super) fn load_y(&self, bytes: Bytes) -> f64 {
        self.load.bottom - ratio(bytes, self.load_max) * (self.load.bottom - self.load.top)
    }
}

/// The capacity, unless it is so far above the peak that drawing it would waste the paper.
pub(super) fn shown_capacity(problem: &Problem, plan: &Plan) -> Option<Bytes> {
    problem.capacity().filter(|&capacity| capacity / 4 * 3 <= plan.peak)
}

/// Draws both fields with their grids and labels.
pub(super) fn draw(out: &mut String, frame: &Frame) {
    for area in [frame.map, frame.load] {
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
        for area in [frame.map, frame.load] {
            put!(out, r#"<path class="grid" d="M{x:.1} {}V{}"/>"#, area.bottom, area.bottom + 5.0);
        }
        let (y, label) = (frame.load.bottom + 20.0, count(tick.into()));
        put!(out, r#"<text class="tick" x="{x:.1}" y="{y}" text-anchor="middle">{label}</text>"#);
    }
    captions(out, frame);
}

fn byte_line(out: &mut String, y: f64, tick: Bytes) {
    put!(out, r#"<path class="grid" d="M{LEFT} {y:.1}H{RIGHT}"/>"#);
    let (x, y) = (LEFT - 8.0, y + 4.0);
    put!(out, r#"<text class="tick" x="{x}" y="{y:.1}" text-anchor="end">{}</text>"#, bytes(tick));
}

fn captions(out: &mut String, frame: &Frame) {
    let (x, y) = (LEFT, frame.map.top - 8.0);
    put!(out, r#"<text class="tick" x="{x}" y="{y}">offset</text>"#);
    put!(
        out,
        r#"<text class="tick" x="{x}" y="{}">load: bytes live at each step</text>"#,
        frame.load.top - 8.0
    );
    let (x, y) = (RIGHT, frame.load.bottom + 40.0);
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
