//! The buffers, and the lines across them.

use std::fmt::Write;

use memo_malloc::{BufferIdx, Plan, Problem};

use super::frame::{Area, Frame, shown_capacity};
use super::put;
use super::shapes::{Shape, Shown, shapes};
use crate::escape::escape;
use crate::groups::Groups;
use crate::units::{bytes, bytes_exact, count};

/// Draws every buffer with what a pointer on it shows.
pub(super) fn draw(
    out: &mut String,
    frame: &Frame,
    problem: &Problem,
    plan: &Plan,
    groups: &Groups,
) {
    let shapes = shapes(frame, problem, plan, groups);
    for shape in &shapes {
        rectangle(out, shape, &told(shape.shown, shape.group, problem, plan, groups));
    }
    for shape in &shapes {
        if let Shown::Buffer(idx) = shape.shown {
            name(out, shape, &named(idx, problem));
        }
    }
}

fn rectangle(out: &mut String, shape: &Shape, told: &str) {
    let (x, y) = (shape.x.0, shape.y.0);
    let (width, height) = (shape.x.1 - x, shape.y.1 - y);
    // A border parts neighbours, but would hide what is hardly wider than itself; two shades part
    // those as well.
    let border = if width.min(height) > 4.0 { 1.0 } else { 0.0 };
    let parity = if matches!(shape.shown, Shown::Buffer(BufferIdx(idx)) if idx % 2 == 1) {
        " odd"
    } else {
        ""
    };
    put!(
        out,
        r#"<rect class="buffer g{}{parity}" x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" stroke-width="{border}"><title>{}</title></rect>"#,
        shape.group,
        escape(told)
    );
}

/// What a pointer on a shape shows.
fn told(shown: Shown, group: usize, problem: &Problem, plan: &Plan, groups: &Groups) -> String {
    let idx = match shown {
        Shown::Buffer(idx) => idx,
        Shown::Several(number, sum) => {
            let label = &groups.labels[group];
            return format!("{} buffers, {} in all\n{label}", count(number as u64), bytes(sum));
        }
    };
    let buffer = &problem.buffers()[idx.usize()];
    let offset = plan.offsets[idx.usize()];
    let op = problem.op(idx).map_or(String::new(), |op| format!("\n{op}"));
    format!(
        "buffer {}{op}\nsize {}\noffset {offset} ({offset:#x})\nsteps {}",
        problem.id(idx),
        bytes_exact(buffer.size),
        buffer.lifetime
    )
}

/// What is written on a buffer: its op without the namespace, or its id, and its size.
fn named(idx: BufferIdx, problem: &Problem) -> String {
    let size = bytes(problem.buffers()[idx.usize()].size);
    match problem.op(idx) {
        Some(op) => format!("{} {size}", op.name.rsplit("::").next().unwrap_or_default()),
        None if problem.ids().is_empty() => size,
        None => format!("{} {size}", problem.id(idx)),
    }
}

/// The room one letter takes at the size of a name.
const LETTER: (f64, f64) = (6.6, 14.0);

/// Writes a name on a shape that is large enough for all of it.
fn name(out: &mut String, shape: &Shape, name: &str) {
    let letters = u32::try_from(name.chars().count()).unwrap_or(u32::MAX);
    let (width, height) = (shape.x.1 - shape.x.0, shape.y.1 - shape.y.0);
    if f64::from(letters) * LETTER.0 + 8.0 > width || height < LETTER.1 {
        return;
    }
    let (x, y) = (f64::midpoint(shape.x.0, shape.x.1), f64::midpoint(shape.y.0, shape.y.1) + 4.0);
    put!(
        out,
        r#"<text class="name i{}" x="{x:.1}" y="{y:.1}" text-anchor="middle">{}</text>"#,
        shape.group,
        escape(name)
    );
}

/// How far apart labels must be not to touch: one above the other, and side by side.
const LABEL: f64 = 16.0;
const BESIDE: f64 = 240.0;

/// Draws the peak, the lower bound and the capacity.
pub(super) fn lines(out: &mut String, frame: &Frame, problem: &Problem, plan: &Plan) {
    let (peak, bound, map) = (frame.y(plan.peak), frame.y(plan.lower_bound), frame.map);
    line(out, map, "peak", peak);
    if plan.is_optimal() {
        label(out, map, "", peak - 6.0, &format!("peak = lower bound {}", bytes(plan.peak)));
    } else {
        line(out, map, "bound", bound);
        label(out, map, "", peak - 6.0, &format!("peak {}", bytes(plan.peak)));
        label(
            out,
            map,
            "on-bound",
            bound + 15.0,
            &format!("lower bound {}", bytes(plan.lower_bound)),
        );
    }
    if let Some(capacity) = shown_capacity(problem, plan).filter(|&capacity| capacity != plan.peak)
    {
        let y = frame.y(capacity);
        line(out, map, "bound", y);
        // Close above the peak, its label would lie on that of the peak.
        let x = if peak - y < LABEL { map.right - BESIDE } else { map.right };
        let map = Area { right: x, ..map };
        label(out, map, "on-bound", y - 6.0, &format!("capacity {}", bytes(capacity)));
    }
}

fn line(out: &mut String, map: Area, class: &str, y: f64) {
    put!(out, r#"<path class="{class}" fill="none" d="M{} {y:.1}H{}"/>"#, map.left, map.right);
}

fn label(out: &mut String, map: Area, class: &str, y: f64, text: &str) {
    let x = map.right - 6.0;
    put!(out, r#"<text class="mark {class}" x="{x}" y="{y:.1}" text-anchor="end">{text}</text>"#);
}
