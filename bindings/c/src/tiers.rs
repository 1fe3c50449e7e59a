//! Several arenas for an open problem, in columns.

use memo_malloc::BufferIdx;
use memo_malloc::model::{Tier, TierIdx, TierSet, TieredProblem};

use crate::columns::{
    capacity_of, capacity_to, column, column_mut, integers, optional_column, put_bytes, put_lists,
    same_count,
};
use crate::copied::Copied;
use crate::kept::{Asked, Kept};
use crate::problem::texts_of;
use memo_edge::{Failure, entry};

/// Spreads an open problem of `count` buffers over `tier_count` arenas, in place of the one or those
/// it had. Tier `t` has `capacities[t]` bytes (INFINITY for no limit), of which each costs
/// `costs[t]`; its name ends at `name_ends[t]` in `names`, UTF-8, and begins where the one before
/// ends. Buffer `i` may go to tier `t` if bit `t` of `allowed[i]` is set; NULL lets all go to any.
///
/// # Safety
/// Each column has as many elements as it is said to have. Nobody writes them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_problem_spread(
    problem: u32,
    tier_count: u32,
    name_bytes: u32,
    names: *const u8,
    name_ends: *const u32,
    capacities: *const f64,
    costs: *const f64,
    count: u32,
    allowed: *const u64,
) -> i32 {
    entry(|| {
        // SAFETY: the caller's promise.
        let names = unsafe { column("names", names, name_bytes) }?;
        // SAFETY: the caller's promise.
        let ends = unsafe { column("name_ends", name_ends, tier_count) }?;
        // SAFETY: the caller's promise.
        let capacities = unsafe { column("capacities", capacities, tier_count) }?;
        // SAFETY: the caller's promise.
        let costs = unsafe { column("costs", costs, tier_count) }?;
        // SAFETY: the caller's promise.
        let allowed = unsafe { optional_column("allowed", allowed, count) }?;

        let costs = integers("tier", "cost", costs)?;
        let rows = texts_of("names", names, ends)?.into_iter().zip(capacities).zip(costs);
        let tier =
            |((name, &capacity), cost)| Ok(Tier { name, capacity: capacity_of(capacity)?, cost });
        let tiers = rows.map(tier).collect::<Result<Vec<Tier>, Failure>>()?;
        let allowed = Copied::of(allowed.unwrap_or_default());
        Kept::change(problem, move |asked| {
            let buffers = asked.into_buffers();
            same_count("count", count, buffers.len())?;
            let allowed = allowed.iter().map(|&bits| set_of(bits)).collect();
            Ok(Asked::Tiered(TieredProblem::new(buffers, tiers, allowed)?))
        })
    })
}

/// Copies the tiers of an open problem out, in the columns that [`memo_problem_spread`] takes.
///
/// # Safety
/// Each column has room for as many elements as it is said to have. Nobody uses them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_problem_tiers(
    problem: u32,
    tier_count: u32,
    name_bytes: u32,
    names: *mut u8,
    name_ends: *mut u32,
    capacities: *mut f64,
    costs: *mut f64,
    count: u32,
    allowed: *mut u64,
) -> i32 {
    entry(|| {
        let kept = Kept::get(problem)?;
        let spread = kept.tiered()?;
        let tiers = spread.tiers();
        same_count("tier_count", tier_count, tiers.len())?;
        same_count("name_bytes", name_bytes, tiers.iter().map(|tier| tier.name.len()).sum())?;
        same_count("count", count, spread.problem().len())?;
        // SAFETY: the caller's promise.
        let names = unsafe { column_mut("names", names, name_bytes) }?;
        // SAFETY: the caller's promise.
        let ends = unsafe { column_mut("name_ends", name_ends, tier_count) }?;
        // SAFETY: the caller's promise.
        let capacities = unsafe { column_mut("capacities", capacities, tier_count) }?;
        // SAFETY: the caller's promise.
        let costs = unsafe { column_mut("costs", costs, tier_count) }?;
        // SAFETY: the caller's promise.
        let allowed = unsafe { column_mut("allowed", allowed, count) }?;

        put_lists(tiers.iter().map(|tier| tier.name.as_bytes()), names, ends)?;
        put_bytes("cost", costs, tiers.iter().map(|tier| tier.cost))?;
        for (to, tier) in capacities.iter_mut().zip(tiers) {
            *to = capacity_to(tier.capacity)?;
        }
        for (to, idx) in allowed.iter_mut().zip((0..).map(BufferIdx)) {
            let here = spread.iter().map(|(tier, _)| tier);
            let here = here.filter(|&tier| spread.allowed(idx).has(tier));
            *to = here.fold(0, |bits, tier| bits | 1 << tier.0);
        }
        Ok(())
    })
}

fn set_of(bits: u64) -> TierSet {
    (0..64).filter(|tier| bits >> tier & 1 == 1).map(TierIdx).collect()
}
