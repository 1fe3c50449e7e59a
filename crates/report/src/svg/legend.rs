//! What the colours mean, and how much of the picture is theirs.

use std::fmt::Write;

use super::frame::LEGEND;
use super::put;
use crate::escape::escape;
use crate::groups::Groups;

/// Letters that fit beside the colour.
const LETTERS_MAX: usize = 24;
const ROW: f64 = 38.0;

/// Lists the groups that have buffers.
pub(super) fn draw(out: &mut String, groups: &Groups) {
    let x = LEGEND.left;
    put!(
        out,
        r#"<text class="tick" x="{x}" y="{}">by {}, share of bytes × steps</text>"#,
        LEGEND.top - 8.0,
        groups.title
    );
    let whole: u128 = groups.areas.iter().sum();
    let mut y = LEGEND.top;
    for (group, (label, &area)) in groups.labels.iter().zip(&groups.areas).enumerate() {
        if area == 0 {
            continue;
        }
        entry(out, y, group, label, per_mille(area, whole));
        y += ROW;
    }
}

fn entry(out: &mut String, y: f64, group: usize, label: &str, share: u32) {
    let (x, width) = (LEGEND.left, LEGEND.right - LEGEND.left);
    let bar = (width * f64::from(share) / 1000.0).max(2.0);
    put!(out, r#"<rect class="field" x="{x}" y="{}" width="{width}" height="6"/>"#, y + 20.0);
    put!(out, r#"<rect class="g{group}" x="{x}" y="{}" width="{bar:.1}" height="6"/>"#, y + 20.0);
    let text = escape(&shortened(label));
    put!(out, r#"<text x="{x}" y="{}"><title>{}</title>{text}</text>"#, y + 13.0, escape(label));
    let per_cent = f64::from(share) / 10.0;
    put!(
        out,
        r#"<text class="tick" x="{}" y="{}" text-anchor="end">{per_cent:.1} %</text>"#,
        LEGEND.right,
        y + 13.0
    );
}

fn per_mille(part: u128, whole: u128) -> u32 {
    u32::try_from((part * 1000 + whole / 2) / whole.max(1)).unwrap_or(1000)
}

fn shortened(label: &str) -> String {
    if label.chars().count() <= LETTERS_MAX {
        return label.to_owned();
    }
    label.chars().take(LETTERS_MAX - 1).chain(std::iter::once('…')).collect()
}
