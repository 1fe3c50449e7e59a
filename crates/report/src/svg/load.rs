//! The load over time.

use std::fmt::Write;

use memo_malloc::Problem;
use memo_malloc::analysis::max_load;

use super::frame::Frame;
use super::put;
use crate::curve::loads;
use crate::units::{bytes, count};

/// Into how many columns the load is cut: about one a pixel.
const COLUMNS: u16 = 932;

/// Draws the load, and marks its maximum.
pub(super) fn draw(out: &mut String, frame: &Frame, problem: &Problem) {
    let area = frame.load;
    let mut outline = format!("M{} {}", area.left, area.bottom);
    let mut last = None;
    for (column, load) in (0..COLUMNS).zip(loads(problem, &frame.steps, COLUMNS.into())) {
        if last != Some(load) {
            let x = area.left + f64::from(column) * (area.right - area.left) / f64::from(COLUMNS);
            let _ = write!(outline, "H{x:.1}V{:.1}", frame.load_y(load));
            last = Some(load);
        }
    }
    put!(out, r#"<path class="load" d="{outline}H{}V{}Z"/>"#, area.right, area.bottom);
    let most = max_load(problem);
    let y = frame.load_y(most.bytes);
    put!(out, r#"<path class="bound" fill="none" d="M{} {y:.1}H{}"/>"#, area.left, area.right);
    let text = format!("max load {} at step {}", bytes(most.bytes), count(most.step.into()));
    let (x, y) = (area.right - 6.0, area.top - 8.0);
    put!(out, r#"<text class="mark on-bound" x="{x}" y="{y:.1}" text-anchor="end">{text}</text>"#);
}
