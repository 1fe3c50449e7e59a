//! How long a planner may work, and how far it has come. The only file that reads the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::model::{Bytes, Reason};

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
    /// Where the planner tells how far it has come.
    pub progress: Option<Arc<Progress>>,
    /// How many threads may work at once: with 0 or 1 only the one that calls. Two are used where a
    /// problem is worth it, more never. The plan depends on it only where time is limited and nodes
    /// are not: then searches that run side by side help each other.
    pub threads: usize,
}

/// How far a planner has come. It writes while it works, anybody may read. Over several arenas costs
/// take the place of peaks.
#[derive(Debug)]
pub struct Progress {
    peak: AtomicU64,
    lower_bound: AtomicU64,
}

impl Default for Progress {
    fn default() -> Progress {
        Progress { peak: AtomicU64::new(Bytes::MAX), lower_bound: AtomicU64::new(0) }
    }
}

impl Progress {
    /// The peak of the best plan so far; `None` before there is one.
    pub fn peak(&self) -> Option<Bytes> {
        // Relaxed, here and below: the two numbers are told, never acted upon.
        Some(self.peak.load(Ordering::Relaxed)).filter(|&peak| peak != Bytes::MAX)
    }

    /// The largest lower bound proven so far.
    pub fn lower_bound(&self) -> Bytes {
        self.lower_bound.load(Ordering::Relaxed)
    }

    /// Tells of a plan, and of a lower bound. What was told before of better ones stays.
    pub fn tell(&self, peak: Bytes, lower_bound: Bytes) {
        self.peak.fetch_min(peak, Ordering::Relaxed);
        self.lower_bound.fetch_max(lower_bound, Ordering::Relaxed);
    }
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
        let end = self.time.and_then(|time| now().checked_add(time));
        Deadline { given: self.clone(), end, over: None }
    }
}

/// Limits whose clock runs.
#[derive(Debug, Clone)]
pub struct Deadline {
    /// Of which the time is counted from the start.
    given: Limits,
    end: Option<Instant>,
    /// Set when another search has made the work needless.
    over: Option<Arc<AtomicBool>>,
}

impl Deadline {
    /// The same, which also ends when the flag is set.
    pub(crate) fn until(&self, over: &Arc<AtomicBool>) -> Deadline {
        Deadline { over: Some(Arc::clone(over)), ..self.clone() }
    }

    /// The same with so many nodes.
    pub(crate) fn with_nodes(&self, nodes: u64) -> Deadline {
        let given = Limits { nodes: Some(nodes), ..self.given.clone() };
        Deadline { given, ..self.clone() }
    }

    /// Tells of a lower bound.
    pub(crate) fn tell_bound(&self, lower_bound: Bytes) {
        self.tell(Bytes::MAX, lower_bound);
    }

    /// Tells of a plan of the whole problem, and of a lower bound.
    pub(crate) fn tell(&self, peak: Bytes, lower_bound: Bytes) {
        if let Some(progress) = &self.given.progress {
            progress.tell(peak, lower_bound);
        }
    }

    /// The limit that has been reached, if one has. Costs a clock read when there is a time limit.
    pub fn reached(&self) -> Option<Reason> {
        let flags = [&self.given.cancel, &self.over];
        // Relaxed: the flags carry no data with them.
        if flags.into_iter().flatten().any(|flag| flag.load(Ordering::Relaxed)) {
            return Some(Reason::Cancelled);
        }
        self.end.is_some_and(|end| now() >= end).then_some(Reason::TimeLimit)
    }

    /// What is left, as the limits of a part of the work. Each part has all of the nodes. It does not
    /// tell how far it has come: its peaks need not be those of the whole.
    pub fn limits(&self) -> Limits {
        Limits { progress: None, ..self.whole() }
    }

    /// The same, for all that is left of the work.
    pub(crate) fn whole(&self) -> Limits {
        Limits { time: self.remaining(), ..self.given.clone() }
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
    fn the_best_peak_and_bound_are_told() {
        let progress = Arc::new(Progress::default());
        assert_eq!((progress.peak(), progress.lower_bound()), (None, 0));
        let limits = Limits { progress: Some(Arc::clone(&progress)), ..Limits::default() };
        limits.start().tell(9, 4);
        limits.start().tell(10, 3);
        limits.start().limits().start().tell(1, 1);
        assert_eq!((progress.peak(), progress.lower_bound()), (Some(9), 4));
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
