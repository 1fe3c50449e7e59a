//! What is known of one key, and what its next scope does.
//!
//! A plan serves until runs differ from it `patience` times in a row. Then one run is recorded
//! anew, and patience doubles: the first runs of a TorchScript model are not yet like the later
//! ones, and are soon replaced; a model that never repeats itself is recorded ever more rarely.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard};

use memo_malloc::Key;
use memo_malloc::arena::{Lease, Prepared, Stats};

use crate::mode::lock;

const PATIENCE: u32 = 2;
const PATIENCE_MAX: u32 = 1 << 20;

pub(super) struct Entry {
    pub(super) key: Key,
    /// When its last scope began, in scopes.
    pub(super) used: AtomicU64,
    state: Mutex<State>,
}

struct State {
    plan: Option<Arc<Prepared>>,
    /// The next scope is to be recorded.
    wanted: bool,
    /// A scope is being recorded or planned.
    busy: bool,
    deviating: u32,
    patience: u32,
    counts: Counts,
}

/// What scopes of one key have done.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) served: u64,
    pub(super) recorded: u64,
    pub(super) planned: u64,
    pub(super) arena: Stats,
}

/// What a scope does.
pub(super) enum Next {
    Record,
    Serve(Arc<Prepared>),
    Pass,
}

impl Entry {
    /// A key with the plan that was saved for it, if one was.
    pub(super) fn new(key: Key, plan: Option<Arc<Prepared>>) -> Entry {
        let state = State {
            wanted: plan.is_none(),
            plan,
            busy: false,
            deviating: 0,
            patience: PATIENCE,
            counts: Counts::default(),
        };
        Entry { key, used: AtomicU64::new(0), state: Mutex::new(state) }
    }

    pub(super) fn begin(&self) -> Next {
        let mut state = self.state();
        if state.wanted && !state.busy {
            state.busy = true;
            state.counts.recorded += 1;
            return Next::Record;
        }
        state.plan.clone().map_or(Next::Pass, Next::Serve)
    }

    /// A scope was served.
    pub(super) fn served(&self, lease: &Lease) {
        let done = lease.stats();
        let mut state = self.state();
        state.counts.served += 1;
        state.counts.arena = state.counts.arena.and(&done);
        let current = state.plan.as_ref().is_some_and(|plan| Arc::ptr_eq(plan, lease.prepared()));
        if !current || done.deviations() + done.skipped == 0 {
            state.deviating = 0;
            return;
        }
        state.deviating += 1;
        if state.deviating >= state.patience {
            state.deviating = 0;
            state.patience = (state.patience * 2).min(PATIENCE_MAX);
            state.wanted = true;
        }
    }

    /// A recorded scope was planned, or could not be.
    pub(super) fn planned(&self, plan: Option<Arc<Prepared>>) {
        let mut state = self.state();
        state.busy = false;
        state.wanted = false;
        if plan.is_some() {
            state.counts.planned += 1;
            let before = std::mem::replace(&mut state.plan, plan);
            // Dropped without the lock, at which scopes begin.
            drop(state);
            drop(before);
        }
    }

    pub(super) fn has_plan(&self) -> bool {
        self.state().plan.is_some()
    }

    pub(super) fn counts(&self) -> Counts {
        self.state().counts
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}
