//! How long a planner may work. The only file that reads the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::model::Reason;

/// What a planner may spend. The default is no limit.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// Wall time from the call on.
    pub time: Option<Duration>,
    /// Set to `true` from any thread to get the best so far.
    pub cancel: Option<Arc<AtomicBool>>,
    /// How many nodes a search may visit, where a node is one buffer placed in one attempt: a
    /// measure of work that is the same on every machine. Without it, and without a time limit, a
    /// search that could go on for ever ends at a budget of its own.
    pub nodes: Option<u64>,
    /// Decides what is left to chance: the same seed and node budget give the same plan.
    pub seed: u64,
}

impl Limits {
    /// At most this much wall time.
    pub fn time(time: Duration) -> Limits {
        Limits { time: Some(time), ..Limits::default() }
    }

    /// The nodes of a search that could go on for ever: those given, any number where a time limit
    /// ends it, else a budget of its own.
    pub(crate) fn nodes_or(&self, own: u64) -> u64 {
        self.nodes.unwrap_or(if self.time.is_some() { u64::MAX } else { own })
    }

    /// Starts the clock.
    pub fn start(&self) -> Deadline {
        Deadline {
            end: self.time.and_then(|time| now().checked_add(time)),
            cancel: self.cancel.clone(),
            nodes: self.nodes,
            seed: self.seed,
        }
    }
}

/// Limits whose clock runs.
#[derive(Debug, Clone)]
pub struct Deadline {
    end: Option<Instant>,
    cancel: Option<Arc<AtomicBool>>,
    nodes: Option<u64>,
    seed: u64,
}

impl Deadline {
    /// The limit that has been reached, if one has. Costs a clock read when there is a time limit.
    pub fn reached(&self) -> Option<Reason> {
        // Relaxed: the flag carries no data with it.
        if self.cancel.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Some(Reason::Cancelled);
        }
        self.end.is_some_and(|end| now() >= end).then_some(Reason::TimeLimit)
    }

    /// What is left, as the limits of a part of the work. Each part has all of the nodes.
    pub fn limits(&self) -> Limits {
        Limits {
            time: self.remaining(),
            cancel: self.cancel.clone(),
            nodes: self.nodes,
            seed: self.seed,
        }
    }

    /// The time that is left; `None` without a time limit.
    pub fn remaining(&self) -> Option<Duration> {
        self.end.map(|end| end.saturating_duration_since(now()))
    }
}

/// A stopwatch for what is reported, never for what is decided.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Stopwatch {
        Stopwatch(now())
    }

    /// Since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_is_never_reached() {
        assert_eq!(Limits::default().start().reached(), None);
        assert_eq!(Limits::default().start().remaining(), None);
    }

    #[test]
    fn a_limit_of_nothing_is_reached_at_once() {
        let deadline = Limits::time(Duration::ZERO).start();
        assert_eq!(deadline.reached(), Some(Reason::TimeLimit));
        assert_eq!(deadline.remaining(), Some(Duration::ZERO));
    }

    #[test]
    fn a_set_flag_cancels() {
        let flag = Arc::new(AtomicBool::new(false));
        let deadline = Limits { cancel: Some(Arc::clone(&flag)), ..Limits::default() }.start();
        assert_eq!(deadline.reached(), None);
        flag.store(true, Ordering::Relaxed);
        assert_eq!(deadline.reached(), Some(Reason::Cancelled));
    }
}
