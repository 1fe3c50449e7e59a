//! A plan in a terminal: the map of time and offsets, and below it the load.
//!
//! With colour every character is two cells, one above the other (`▀` in the colour of the upper on
//! the colour of the lower). Without colour it is the plain map of characters.

use std::fmt::Write;

use memo_malloc::draw::{self, Map};
use memo_malloc::{BufferIdx, Bytes, Plan, Problem};

use crate::curve::loads;
use crate::groups::{COLORS, Color, Groups};
use crate::units;

/// The room for a picture, in characters, and whether it may be coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Columns, labels included.
    pub width: usize,
    /// Rows of the map.
    pub height: usize,
    /// Whether colours may be used.
    pub color: bool,
}

const LOAD_BARS: &[char] = &[' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const RESET: &str = "\x1b[0m";

/// Draws a plan.
pub fn terminal(problem: &Problem, plan: &Plan, screen: Screen) -> String {
    let peak = if screen.color { units::bytes(plan.peak) } else { plan.peak.to_string() };
    let margin = peak.len() + 1;
    let width = screen.width.saturating_sub(margin).max(1);
    let height = screen.height.max(1);
    let bars = load_bars(problem, plan.peak, width);
    let bars = format!("{:margin$}{}", "", bars.trim_end());
    if !screen.color {
        return format!("{}\n{bars} load", Map::new(problem, plan, width, height));
    }
    let groups = Groups::of(problem);
    let map = colored(problem, plan, &groups, &peak, (width, height));
    format!("{map}{bars} load\n{:margin$}{}", "", legend(&groups))
}

fn load_bars(problem: &Problem, peak: Bytes, width: usize) -> String {
    let full = LOAD_BARS.len() as u128 - 1;
    let bar = |load: Bytes| {
        let eighths = (u128::from(load) * full).div_ceil(u128::from(peak.max(1)));
        LOAD_BARS[usize::try_from(eighths.min(full)).unwrap_or(0)]
    };
    loads(problem, &draw::steps(problem), width).into_iter().map(bar).collect()
}

/// The map in half blocks, with the peak at its upper left.
fn colored(
    problem: &Problem,
    plan: &Plan,
    groups: &Groups,
    peak: &str,
    (width, height): (usize, usize),
) -> String {
    let map = Map::new(problem, plan, width, height * 2);
    let shade = |cell: Option<BufferIdx>| {
        cell.map(|idx| COLORS[groups.of_buffer(idx)].ansi[idx.usize() % 2])
    };
    let mut text = String::new();
    for row in 0..height {
        let label = if row == 0 {
            peak
        } else if row + 1 == height {
            "0"
        } else {
            ""
        };
        let _ = write!(text, "{label:>0$} ", peak.len());
        for column in 0..width {
            half_block(
                &mut text,
                shade(map.at(column, row * 2)),
                shade(map.at(column, row * 2 + 1)),
            );
        }
        text.push_str(RESET);
        text.push('\n');
    }
    text
}

/// Writing to a string cannot fail, so nobody need look at the result.
fn half_block(text: &mut String, upper: Option<u8>, lower: Option<u8>) {
    let _ = match (upper, lower) {
        (None, None) => write!(text, "{RESET} "),
        (Some(upper), None) => write!(text, "{RESET}\x1b[38;5;{upper}m▀"),
        (None, Some(lower)) => write!(text, "{RESET}\x1b[38;5;{lower}m▄"),
        (Some(upper), Some(lower)) => write!(text, "\x1b[38;5;{upper};48;5;{lower}m▀"),
    };
}

fn legend(groups: &Groups) -> String {
    let entries = groups.labels.iter().zip(COLORS).zip(&groups.areas);
    let shown = entries.filter(|(_, area)| **area > 0);
    let entry = |((label, color), _): ((&String, &Color), &u128)| {
        format!("\x1b[38;5;{}m■{RESET} {label}", color.ansi[0])
    };
    shown.map(entry).collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use memo_malloc::{Buffer, Certificate};

    use super::*;

    fn drawn(color: bool) -> String {
        let buffers = vec![Buffer::new(2, 0, 2), Buffer::new(2, 1, 4), Buffer::new(2, 2, 4)];
        let certificate = Certificate::MaxLoad { step: 1 };
        let plan = Plan { offsets: vec![0, 2, 0], peak: 4, lower_bound: 4, certificate };
        let screen = Screen { width: if color { 8 } else { 6 }, height: 2, color };
        terminal(&Problem::new(buffers).unwrap(), &plan, screen)
    }

    #[test]
    fn without_colour_it_is_plain_text() {
        let expected = "4 .bbb\n0 aacc\n  0  4\n  ▄███ load";
        assert_eq!(drawn(false), expected);
    }

    #[test]
    fn with_colour_every_row_ends_uncoloured() {
        let text = drawn(true);
        assert!(text.contains("\x1b[38;5;"));
        assert!(text.lines().take(2).all(|line| line.ends_with(RESET)));
    }
}
