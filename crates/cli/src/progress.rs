//! Shows that work goes on, once it has gone on for a while.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::console::Console;

/// Work that is done by then needs no word.
const PATIENCE: Duration = Duration::from_secs(1);
const FRAME: Duration = Duration::from_millis(100);

/// Does the work; on a terminal, what is being done and since when is shown from the first second
/// on, with the limit if there is one.
pub(crate) fn while_working<T>(
    console: &Console,
    doing: &str,
    limit: Option<Duration>,
    work: impl FnOnce() -> T,
) -> T {
    if !console.animates() {
        return work();
    }
    thread::scope(|scope| {
        let (done, waiting) = mpsc::channel::<()>();
        scope.spawn(move || {
            if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let bar = bar(doing, limit);
                while waiting.recv_timeout(FRAME) == Err(RecvTimeoutError::Timeout) {
                    bar.tick();
                }
                bar.finish_and_clear();
            }
        });
        let result = work();
        // Dropping the sender ends the thread.
        drop(done);
        result
    })
}

fn bar(doing: &str, limit: Option<Duration>) -> ProgressBar {
    let limit = limit.map_or(String::new(), |limit| format!(" of at most {}", seconds(limit)));
    let style = ProgressStyle::with_template(
        "{spinner} {msg}: {elapsed}{prefix}, Ctrl-C for the best so far",
    );
    let bar = ProgressBar::new_spinner().with_message(doing.to_owned()).with_prefix(limit);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        .with_elapsed(PATIENCE)
}

fn seconds(time: Duration) -> String {
    format!("{:.0} s", time.as_secs_f64())
}
