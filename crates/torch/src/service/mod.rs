//! Scopes that begin, are recorded, planned and served by themselves.
//!
//! ```text
//! a module is called from outside ─▶ key ─▶ planned:   an arena is leased, the call is served
//!                                        ├▶ unseen:    the call is recorded, and planned afterwards
//!                                        └▶ otherwise: LibTorch's own allocator, as before
//! the call returns ─▶ the arena goes back; who deviates again and again is recorded anew
//! ```
//!
//! | file | what |
//! | --- | --- |
//! | `open` | the scope that is open on a thread |
//! | `entry` | what is known of one key, and what its next scope does |
//! | `table` | from a hash or a key to its entry |
//! | `planner` | the background thread |
//! | `store` | plans in a folder |
//! | `stats` | what was done, for people and programs |
//!
//! Nothing here can make a result wrong: a plan that does not fit a call costs fallbacks, which the
//! arena counts.

mod entry;
mod open;
mod planner;
mod stats;
mod store;
mod table;

use std::path::PathBuf;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use memo_malloc::Key;
use memo_malloc::arena::Pool;

use crate::bridge::ffi;
use crate::{Error, runtime};

use entry::Entry;
use open::Work;
use planner::Planner;
use store::Store;
use table::Table;

pub use open::{Scope, begin_scope, end_scope, scope};
pub use stats::{Fallbacks, ServiceStats};

pub(crate) use open::{forward_begins, forward_ends};

/// How a service that plans by itself behaves. The default is right for most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// A folder for plans, made if missing: those in it that fit this LibTorch and this processor
    /// are used from the first call on, and new ones are saved to it. `None`: plans last as long as
    /// the process.
    pub plans: Option<PathBuf>,
    /// How many plans are kept in memory; the least recently used one goes.
    pub plans_max: usize,
    /// The most bytes that all slabs may have together. Scopes beyond are served as without us.
    pub memory_limit: usize,
    /// Slabs that have not been used for this long, up to twice as long, are given back.
    pub trim_after: Duration,
    /// How long a plan may take in the background.
    pub planning_limit: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            plans: None,
            plans_max: 256,
            memory_limit: usize::MAX,
            trim_after: Duration::from_secs(60),
            planning_limit: Duration::from_secs(1),
        }
    }
}

/// The service in force; null when there is none. Never freed, as scopes of any thread may be in it,
/// but emptied when it ends.
static SERVICE: AtomicPtr<Service> = AtomicPtr::new(ptr::null_mut());

struct Service {
    table: Table,
    pool: Arc<Pool>,
    planner: Planner,
    store: Option<Store>,
    passes: Passes,
}

/// Scopes that were not served, by reason.
#[derive(Debug, Default)]
struct Passes {
    unplanned: AtomicU64,
    refused: AtomicU64,
}

/// From now on every call of a TorchScript module from outside is a scope, on any thread: recorded
/// the first time its key is seen, planned in the background, then served.
///
/// Another call replaces the options; what is open goes on under the old ones.
///
/// # Errors
/// `IO` when the folder for plans cannot be made or read. Plans in it that cannot be used are no
/// error: they are named in [`ServiceStats::refused_plans`] and made anew.
pub fn enable(options: &Options) -> Result<(), Error> {
    static WATCH: Once = Once::new();
    runtime::install();
    let service = Service::new(options)?;
    let before = SERVICE.swap(Box::leak(Box::new(service)), Ordering::AcqRel);
    stop(before);
    WATCH.call_once(ffi::watch_forwards);
    Ok(())
}

/// Ends the service: calls from now on are as without it. What is open goes on to its end; plans and
/// slabs are given back, those in use when they are not any more.
pub fn disable() {
    stop(SERVICE.swap(ptr::null_mut(), Ordering::AcqRel));
}

/// Waits until every run recorded so far has been planned.
pub fn settle() {
    if let Some(service) = service() {
        service.planner.settle();
    }
}

/// Gives slabs back that have not been used since the last trim, by this or by the service itself.
/// Returns their bytes.
pub fn trim() -> u64 {
    service().map_or(0, |service| service.pool.trim())
}

/// What the service has done since it was enabled; `None` when it is not.
pub fn stats() -> Option<ServiceStats> {
    service().map(ServiceStats::of)
}

fn service() -> Option<&'static Service> {
    // SAFETY: null, or leaked by `enable`.
    unsafe { SERVICE.load(Ordering::Acquire).as_ref() }
}

fn stop(service: *mut Service) {
    // SAFETY: null, or leaked by `enable`.
    if let Some(service) = unsafe { service.as_ref() } {
        service.planner.stop();
        service.table.clear();
        service.pool.close();
        if let Some(store) = &service.store {
            store.clear();
        }
    }
}

/// A child process has none of the threads of its parent, and locks of theirs may be held for ever:
/// it is as if nothing had been enabled, until it does so itself.
pub(crate) fn in_child() {
    SERVICE.store(ptr::null_mut(), Ordering::Relaxed);
    open::in_child();
}

impl Service {
    fn new(options: &Options) -> Result<Service, Error> {
        let store = options.plans.as_deref().map(Store::open).transpose()?;
        let pool = Pool::new(options.memory_limit);
        let planner = Planner::start(options, Arc::clone(&pool), store.clone());
        let table = Table::new(options.plans_max);
        Ok(Service { table, pool, planner, store, passes: Passes::default() })
    }

    /// What a scope of this key does.
    fn begin(&'static self, hash: u64, key: impl FnOnce() -> Option<Key>) -> Option<Work> {
        let known = self.table.by_hash(hash);
        let entry = known.or_else(|| Some(self.meet(hash, key()?)))?;
        Some(match entry.begin() {
            entry::Next::Record => Work::record(self, entry),
            entry::Next::Serve(plan) => match self.pool.lease(&plan) {
                Ok(lease) => Work::serve(entry, lease),
                Err(_) => pass(&self.passes.refused),
            },
            entry::Next::Pass => pass(&self.passes.unplanned),
        })
    }

    /// A hash that is seen for the first time: another model object, or a new key.
    #[cold]
    fn meet(&self, hash: u64, key: Key) -> Arc<Entry> {
        let saved = |key: &Key| self.store.as_ref()?.take(key);
        self.table.meet(hash, key, saved)
    }
}

fn pass(reason: &AtomicU64) -> Work {
    reason.fetch_add(1, Ordering::Relaxed);
    Work::Pass
}
