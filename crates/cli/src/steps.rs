//! Progress over anything that takes more than a second: a bar on a terminal, nothing elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::console::Console;

const FRAME: Duration = Duration::from_millis(200);

/// A bar of so many steps, with an estimate of what is left.
pub(crate) fn bar(console: &Console, steps: u64) -> ProgressBar {
    if !console.animates() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len}, {eta} left  {msg}");
    let bar = ProgressBar::new(steps);
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.enable_steady_tick(FRAME);
    bar
}

/// A step begins.
pub(crate) fn step(bar: &ProgressBar, name: &str) {
    bar.set_message(name.to_owned());
    bar.inc(1);
}
