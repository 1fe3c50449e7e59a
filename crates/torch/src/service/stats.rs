//! What a service has done, for people and programs.

use std::fmt;
use std::sync::atomic::Ordering;

use memo_malloc::arena::{PoolStats, Stats};
use serde::Serialize;

use super::Service;

/// Counts since the service was enabled.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ServiceStats {
    /// Scopes begun: outermost calls of modules, and scopes opened by hand.
    pub scopes: u64,
    /// Scopes served from a plan.
    pub served: u64,
    /// Scopes recorded.
    pub recorded: u64,
    /// Scopes that came while their key had no plan yet.
    pub unplanned: u64,
    /// Scopes that got no slab: over the memory limit, or the system had none.
    pub no_slab: u64,
    /// Requests served from slabs.
    pub hits: u64,
    /// Bytes served from slabs.
    pub bytes: u64,
    /// Requests within served scopes that went to LibTorch's own allocator, by reason.
    pub fallbacks: Fallbacks,
    /// Frees of what was no live block; nothing was done.
    pub bad_frees: u64,
    /// Plans in memory.
    pub plans: u64,
    /// Plans made, those made anew included.
    pub planned: u64,
    /// Plans found in the folder that can be used here.
    pub loaded: u64,
    /// Plans saved to the folder.
    pub saved: u64,
    /// Files that could not be used or written, and why; at most 16.
    pub refused_plans: Vec<String>,
    /// Slabs there are.
    pub slabs: u64,
    /// Bytes of these slabs, all resident.
    pub slab_bytes: u64,
    /// Most scopes ever served at once.
    pub most_at_once: u64,
}

/// Requests that were not served, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Fallbacks {
    /// As planned: the block outlives the scope.
    pub escape: u64,
    /// Not among the requests planned next.
    pub unexpected: u64,
    /// Its bytes are still in use.
    pub occupied: u64,
    /// All planned requests had come.
    pub past_end: u64,
    /// The run differed too much; the plan was off until the next one.
    pub off: u64,
}

impl ServiceStats {
    pub(super) fn of(service: &Service) -> ServiceStats {
        let (scopes, plans, counts) = service.table.counts();
        let stored = service.store.as_ref().map(super::Store::counts);
        let (loaded, saved, refused_plans) = stored.unwrap_or_default();
        let PoolStats { slabs, bytes: slab_bytes, most_leased: most_at_once, .. } =
            service.pool.stats();
        let Stats { hits, bytes, double_frees, strays, .. } = counts.arena;
        ServiceStats {
            scopes,
            served: counts.served,
            recorded: counts.recorded,
            unplanned: service.passes.unplanned.load(Ordering::Relaxed),
            no_slab: service.passes.refused.load(Ordering::Relaxed),
            hits,
            bytes,
            fallbacks: Fallbacks::of(&counts.arena),
            bad_frees: double_frees + strays,
            plans,
            planned: counts.planned,
            loaded,
            saved,
            refused_plans,
            slabs,
            slab_bytes,
            most_at_once,
        }
    }

    /// Of the requests in served scopes, those that came from a slab or were planned not to.
    pub fn hit_rate(&self) -> f64 {
        let Fallbacks { escape, unexpected, occupied, past_end, off } = self.fallbacks;
        let planned = self.hits + escape;
        let all = planned + unexpected + occupied + past_end + off;
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = planned as f64 / all.max(1) as f64;
        rate
    }

    /// As one line of JSON, the names as here.
    pub fn to_json(&self) -> String {
        // Nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Fallbacks {
    fn of(stats: &Stats) -> Fallbacks {
        Fallbacks {
            escape: stats.escapes,
            unexpected: stats.unexpected,
            occupied: stats.occupied,
            past_end: stats.past_end,
            off: stats.off,
        }
    }
}

impl fmt::Display for ServiceStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fallbacks { escape, unexpected, occupied, past_end, off } = self.fallbacks;
        writeln!(
            f,
            "scopes     {} ({} served, {} recorded, {} without a plan yet, {} without a slab)",
            self.scopes, self.served, self.recorded, self.unplanned, self.no_slab
        )?;
        writeln!(f, "requests   {} from slabs, {} bytes", self.hits, self.bytes)?;
        writeln!(
            f,
            "fallbacks  {escape} escape, {unexpected} unexpected, {occupied} occupied, {past_end} \
             past the end, {off} off"
        )?;
        writeln!(
            f,
            "plans      {} in memory ({} made, {} loaded, {} saved)",
            self.plans, self.planned, self.loaded, self.saved
        )?;
        write!(
            f,
            "slabs      {}, {} bytes (at most {} scopes at once)",
            self.slabs, self.slab_bytes, self.most_at_once
        )?;
        self.refused_plans.iter().try_for_each(|why| write!(f, "\nrefused    {why}"))
    }
}
