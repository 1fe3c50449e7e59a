//! A plan as one self-contained SVG file.
//!
//! Time runs to the right, offsets upwards, each buffer is a rectangle in the colour of its op.
//! Below, on the same time, the load. Lines mark the peak and the lower bound; what lies between
//! them is what a better plan could save. Everything is drawn twice in style, for light and for
//! dark surroundings; nothing is fetched and nothing runs.

mod frame;
mod legend;
mod load;
mod map;
mod shapes;
mod tiers;

use std::fmt::Write;

use memo_malloc::{Plan, Problem};

pub use self::tiers::svg_tiers;

use self::frame::{Frame, HEAD, Heights, LEFT, WIDTH};
use crate::escape::escape;
use crate::groups::{COLORS, Groups};
use crate::units::{bytes, counted, ratio, share};

/// Draws a plan under a title, for example the name of its model.
pub fn svg(title: &str, problem: &Problem, plan: &Plan) -> String {
    let mut out = String::new();
    let groups = Groups::of(problem);
    let frame = Frame::of(problem, plan, HEAD, Heights::ALONE);
    head(&mut out, title, &numbers(problem, plan), HEAD + Heights::ALONE.all());
    panel(&mut out, &frame, problem, plan, &groups);
    legend::draw(&mut out, &groups);
    out.push_str("</svg>\n");
    out
}

/// Draws a map and the load below it.
fn panel(out: &mut String, frame: &Frame, problem: &Problem, plan: &Plan, groups: &Groups) {
    frame::draw(out, frame);
    map::draw(out, frame, problem, plan, groups);
    map::lines(out, frame, problem, plan);
    load::draw(out, frame, problem);
}

/// Writing to a string cannot fail, so nobody need look at the result.
macro_rules! put {
    ($out:expr, $($arg:tt)*) => {{ let _ = writeln!($out, $($arg)*); }};
}
use put;

fn head(out: &mut String, title: &str, numbers: &str, height: f64) {
    put!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">"#
    );
    put!(out, "<title>{}</title>", escape(title));
    style(out);
    put!(out, r#"<rect class="paper" width="{WIDTH}" height="{height}"/>"#);
    put!(out, r#"<text class="title" x="{LEFT}" y="34">{}</text>"#, escape(title));
    put!(out, r#"<text class="quiet" x="{LEFT}" y="56">{}</text>"#, escape(numbers));
}

/// The line under the title.
fn numbers(problem: &Problem, plan: &Plan) -> String {
    let buffers = counted(problem.len(), "buffer");
    let sum = problem.buffers().iter().map(|buffer| buffer.size).sum();
    let reuse = if plan.peak == 0 { 1.0 } else { ratio(sum, plan.peak) };
    let quality = if plan.is_optimal() {
        "proven optimal".to_owned()
    } else {
        format!("at most {} above the optimum", share(plan.gap(), plan.lower_bound))
    };
    let capacity = problem.capacity();
    let capacity = capacity.map_or(String::new(), |most| format!(" · capacity {}", bytes(most)));
    format!(
        "{buffers} of {} in {} (each byte used {reuse:.1} times) · {quality}{capacity}",
        bytes(sum),
        bytes(plan.peak)
    )
}

fn style(out: &mut String) {
    out.push_str(
        "<style>
text { font: 12px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1b1f24; }
.title { font-size: 20px; font-weight: 600; }
.quiet { fill: #59636e; }
.tier { font-size: 14px; font-weight: 600; fill: #1b1f24; }
.tick { font-size: 11px; fill: #59636e; }
.name { font-size: 11px; pointer-events: none; }
.mark { font-size: 12px; font-weight: 600; paint-order: stroke; stroke: #f6f8fa; stroke-width: 4px; stroke-linejoin: round; }
.paper { fill: #fff; }
.field { fill: #f6f8fa; }
.grid { stroke: #d1d9e0; stroke-width: 1; }
.buffer { stroke: #f6f8fa; }
.peak { stroke: #1b1f24; stroke-width: 1.5; }
.bound { stroke: #cf222e; stroke-width: 1.5; stroke-dasharray: 6 4; }
.on-bound { fill: #cf222e; }
.odd { fill-opacity: .82; }
.load { fill: #8c959f; fill-opacity: .45; stroke: #59636e; stroke-width: 1; }
.buffer:hover { stroke: #1b1f24; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
text, .tier { fill: #f0f6fc; }
.quiet, .tick { fill: #9198a1; }
.paper { fill: #0d1117; }
.field { fill: #151b23; }
.grid { stroke: #2f3742; }
.buffer, .mark { stroke: #151b23; }
.peak { stroke: #f0f6fc; }
.bound { stroke: #ff7b72; }
.on-bound { fill: #ff7b72; }
.load { stroke: #9198a1; }
.buffer:hover { stroke: #f0f6fc; }
}
",
    );
    for (group, color) in COLORS.iter().enumerate() {
        put!(out, ".g{group} {{ fill: {}; }} text.i{group} {{ fill: {}; }}", color.fill, color.ink);
    }
    out.push_str("</style>\n");
}

#[cfg(test)]
mod tests {
    use memo_malloc::model::{OpIdx, OpTag};
    use memo_malloc::{Buffer, Certificate};

    use super::*;

    fn drawn(count: u32) -> String {
        let tag =
            OpTag { name: "ns::a<b>&\"c\"".into(), place: "m\u{1}\u{ffff}".into(), ordinal: 0 };
        let buffers = (0..count).map(|step| Buffer::new(4, step, step + 1).by(OpIdx(0))).collect();
        let problem = Problem::with_ops(buffers, vec![tag]).unwrap();
        let certificate = Certificate::MaxLoad { step: 0 };
        let peak = if count == 0 { 0 } else { 4 };
        let plan = Plan { offsets: vec![0; count as usize], peak, lower_bound: peak, certificate };
        svg("<title> & more", &problem, &plan)
    }

    /// Every tag that opens is closed in order, and no stray `<` or `&` is left.
    fn is_well_formed(svg: &str) -> bool {
        let mut open = Vec::new();
        for piece in svg.split('<').skip(1) {
            let Some((tag, text)) = piece.split_once('>') else { return false };
            let name = tag.split([' ', '/']).next().unwrap_or_default();
            if let Some(closed) = tag.strip_prefix('/') {
                if open.pop() != Some(closed) {
                    return false;
                }
            } else if !tag.ends_with('/') {
                open.push(name);
            }
            let known = ["amp;", "lt;", "gt;", "quot;"];
            let stray = |rest: &str| !known.iter().any(|entity| rest.starts_with(entity));
            if text.split('&').skip(1).any(stray) {
                return false;
            }
        }
        open.is_empty()
    }

    #[test]
    fn names_from_outside_cannot_break_the_file() {
        let svg = drawn(3);
        assert!(is_well_formed(&svg), "{svg}");
        assert!(svg.contains("ns::a&lt;b&gt;&amp;&quot;c&quot;#0 (m??)"));
    }

    #[test]
    fn the_numbers_are_told_as_people_say_them() {
        assert!(drawn(1).contains(">1 buffer of 4 B in 4 B (each byte used 1.0 times) · proven"));
        assert!(drawn(1000).contains(">1,000 buffers of "));
    }

    #[test]
    fn nothing_to_draw_is_a_whole_picture() {
        let svg = drawn(0);
        assert!(is_well_formed(&svg));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn every_buffer_large_enough_has_its_rectangle() {
        assert_eq!(drawn(40).matches("class=\"buffer").count(), 40);
    }

    #[test]
    fn many_buffers_make_few_shapes() {
        assert!(drawn(200_000).matches("class=\"buffer").count() <= 1000);
    }
}
