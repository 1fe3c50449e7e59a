//! What was done, for people.

use std::fmt;
use std::fs;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use memo_torch::{Fallbacks, ServiceStats};

/// As many faults are told in full.
const TOLD_MAX: u64 = 20;

#[derive(Default)]
pub(crate) struct Tally {
    requests: AtomicU64,
    comparisons: AtomicU64,
    thrown: AtomicU64,
    threads: AtomicU64,
    damaged: AtomicU64,
    wrong: AtomicU64,
    services: Mutex<Services>,
}

/// Of all phases together.
#[derive(Default)]
struct Services {
    phases: u64,
    refused_plans: usize,
    sum: ServiceStats,
}

impl Tally {
    pub(crate) fn requested(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn compared(&self) {
        self.comparisons.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn thrown(&self) {
        self.thrown.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn damaged(&self) {
        self.damaged.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn thread_ended(&self, well: bool) {
        self.threads.fetch_add(1, Ordering::Relaxed);
        if !well {
            self.wrong("a thread failed");
        }
    }

    pub(crate) fn wrong(&self, why: &str) {
        if self.wrong.fetch_add(1, Ordering::Relaxed) < TOLD_MAX {
            println!("wrong: {why}");
        }
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Of these there must be none.
    pub(crate) fn failures(&self) -> u64 {
        self.wrong.load(Ordering::Relaxed)
    }

    /// Adds what one service has done.
    pub(crate) fn phase_ended(&self, stats: &ServiceStats) {
        if stats.bad_frees > 0 {
            self.wrong(&format!("{} frees of no live block", stats.bad_frees));
        }
        let mut all = self.services.lock().unwrap_or_else(PoisonError::into_inner);
        all.phases += 1;
        all.refused_plans += stats.refused_plans.len();
        all.sum.add(stats);
    }
}

trait Add {
    fn add(&mut self, other: &Self);
}

impl Add for ServiceStats {
    fn add(&mut self, other: &ServiceStats) {
        self.scopes += other.scopes;
        self.served += other.served;
        self.recorded += other.recorded;
        self.unplanned += other.unplanned;
        self.no_slab += other.no_slab;
        self.hits += other.hits;
        self.bytes += other.bytes;
        self.fallbacks.add(&other.fallbacks);
        self.planned += other.planned;
        self.loaded += other.loaded;
        self.saved += other.saved;
        self.slabs = self.slabs.max(other.slabs);
        self.slab_bytes = self.slab_bytes.max(other.slab_bytes);
        self.plans = self.plans.max(other.plans);
        self.most_at_once = self.most_at_once.max(other.most_at_once);
    }
}

impl Add for Fallbacks {
    fn add(&mut self, other: &Fallbacks) {
        self.escape += other.escape;
        self.unexpected += other.unexpected;
        self.occupied += other.occupied;
        self.past_end += other.past_end;
        self.off += other.off;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let all = self.services.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(
            f,
            "requests     {} on {} threads, {} of them thrown as they should",
            count(&self.requests),
            count(&self.threads),
            count(&self.thrown)
        )?;
        writeln!(f, "services     {}, {} plan files damaged", all.phases, count(&self.damaged))?;
        writeln!(f, "refused      {} plan files", all.refused_plans)?;
        writeln!(f, "{}", all.sum)?;
        writeln!(f, "compared     {} outputs", count(&self.comparisons))?;
        write!(f, "wrong        {}", count(&self.wrong))
    }
}

/// Bytes of this process that are in memory.
pub(crate) fn resident() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let kib =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
    let kib: Option<u64> = kib.and_then(|kib| kib.parse().ok());
    kib.map(|kib| kib << 10).ok_or_else(|| io::Error::other("/proc/self/status has no VmRSS"))
}
