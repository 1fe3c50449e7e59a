//! Ties and tiers of an open problem, and plans over tiers.

use memo_malloc_c as c;
use napi::bindgen_prelude::{
    BigUint64ArraySlice, Float64ArraySlice, Uint8ArraySlice, Uint32ArraySlice,
};
use napi::{Error, Result, Status};
use napi_derive::napi;

use crate::arrays::{Column, optional};

/// Two elements for each pair.
fn doubled(count: u32) -> Result<u32> {
    count.checked_mul(2).ok_or_else(|| Error::new(Status::InvalidArg, "too many pairs"))
}

#[napi(js_name = "memo_problem_tie")]
pub fn tie(
    problem: u32,
    interval_count: u32,
    interval_buffers: Uint32ArraySlice,
    interval_starts: Uint32ArraySlice,
    interval_ends: Uint32ArraySlice,
    share_count: u32,
    shares: Uint32ArraySlice,
    apart_count: u32,
    apart: Uint32ArraySlice,
) -> Result<i32> {
    let buffers = interval_buffers.address("interval_buffers", interval_count)?;
    let starts = interval_starts.address("interval_starts", interval_count)?;
    let ends = interval_ends.address("interval_ends", interval_count)?;
    let shares = shares.address("shares", doubled(share_count)?)?;
    let apart = apart.address("apart", doubled(apart_count)?)?;
    // SAFETY: each column has its number of elements; JavaScript does not run during the call.
    Ok(unsafe {
        c::memo_problem_tie(
            problem,
            interval_count,
            buffers,
            starts,
            ends,
            share_count,
            shares,
            apart_count,
            apart,
        )
    })
}

#[napi(js_name = "memo_problem_ties")]
pub fn ties(
    problem: u32,
    interval_count: u32,
    interval_buffers: Uint32ArraySlice,
    interval_starts: Uint32ArraySlice,
    interval_ends: Uint32ArraySlice,
    share_count: u32,
    shares: Uint32ArraySlice,
    apart_count: u32,
    apart: Uint32ArraySlice,
) -> Result<i32> {
    let buffers = interval_buffers.address("interval_buffers", interval_count)?;
    let starts = interval_starts.address("interval_starts", interval_count)?;
    let ends = interval_ends.address("interval_ends", interval_count)?;
    let shares = shares.address("shares", doubled(share_count)?)?;
    let apart = apart.address("apart", doubled(apart_count)?)?;
    // SAFETY: each column has room for its number of elements; JavaScript does not run during the
    // call.
    Ok(unsafe {
        c::memo_problem_ties(
            problem,
            interval_count,
            buffers,
            starts,
            ends,
            share_count,
            shares,
            apart_count,
            apart,
        )
    })
}

#[napi(js_name = "memo_problem_spread")]
pub fn spread(
    problem: u32,
    tier_count: u32,
    name_bytes: u32,
    names: Uint8ArraySlice,
    name_ends: Uint32ArraySlice,
    capacities: Float64ArraySlice,
    costs: Float64ArraySlice,
    count: u32,
    allowed: Option<BigUint64ArraySlice>,
) -> Result<i32> {
    let names = names.address("names", name_bytes)?;
    let ends = name_ends.address("name_ends", tier_count)?;
    let capacities = capacities.address("capacities", tier_count)?;
    let costs = costs.address("costs", tier_count)?;
    let allowed = optional(allowed.as_ref(), "allowed", count)?;
    // SAFETY: each column has its number of elements; JavaScript does not run during the call.
    Ok(unsafe {
        c::memo_problem_spread(
            problem, tier_count, name_bytes, names, ends, capacities, costs, count, allowed,
        )
    })
}

#[napi(js_name = "memo_problem_tiers")]
pub fn tiers(
    problem: u32,
    tier_count: u32,
    name_bytes: u32,
    names: Uint8ArraySlice,
    name_ends: Uint32ArraySlice,
    capacities: Float64ArraySlice,
    costs: Float64ArraySlice,
    count: u32,
    allowed: BigUint64ArraySlice,
) -> Result<i32> {
    let names = names.address("names", name_bytes)?;
    let ends = name_ends.address("name_ends", tier_count)?;
    let capacities = capacities.address("capacities", tier_count)?;
    let costs = costs.address("costs", tier_count)?;
    let allowed = allowed.address("allowed", count)?;
    // SAFETY: each column has room for its number of elements; JavaScript does not run during the
    // call.
    Ok(unsafe {
        c::memo_problem_tiers(
            problem, tier_count, name_bytes, names, ends, capacities, costs, count, allowed,
        )
    })
}

/// The columns of a certificate that is written, with as many elements as there may be.
pub(crate) fn spill_room(
    count: u32,
    tier_count: u32,
    ends: &Uint32ArraySlice,
    steps: &Uint32ArraySlice,
) -> Result<(*mut u32, *mut u32)> {
    let levels = tier_count.saturating_sub(1);
    let steps = steps.address("spill_steps", levels.saturating_mul(count))?;
    Ok((ends.address("spill_ends", levels)?, steps))
}

/// The columns of a certificate that is stated: the last end tells how many steps there are.
pub(crate) fn stated_spill(
    count: u32,
    ends: &Uint32ArraySlice,
    steps: &Uint32ArraySlice,
) -> Result<(*mut u32, *mut u32)> {
    let from = ends.address("spill_ends", count)?;
    let step_count = ends[..count as usize].last().copied().unwrap_or(0);
    Ok((from, steps.address("spill_steps", step_count)?))
}

#[napi(js_name = "memo_plan_tiered")]
pub fn plan_tiered(
    problem: u32,
    time_limit: f64,
    count: u32,
    tiers: Uint32ArraySlice,
    offsets: Float64ArraySlice,
    tier_count: u32,
    peaks: Float64ArraySlice,
    spill_ends: Uint32ArraySlice,
    spill_steps: Uint32ArraySlice,
    outcome: Uint8ArraySlice,
) -> Result<i32> {
    let tiers = tiers.address("tiers", count)?;
    let offsets = offsets.address("offsets", count)?;
    let peaks = peaks.address("peaks", tier_count)?;
    let (ends, steps) = spill_room(count, tier_count, &spill_ends, &spill_steps)?;
    let outcome = outcome.address("outcome", 1)?;
    // SAFETY: each column has room for its number of elements, `outcome` its size; JavaScript does
    // not run during the call.
    Ok(unsafe {
        c::memo_plan_tiered(
            problem, time_limit, count, tiers, offsets, tier_count, peaks, ends, steps, outcome,
        )
    })
}

#[napi(js_name = "memo_lower_bound_tiered")]
pub fn lower_bound_tiered(
    problem: u32,
    count: u32,
    tier_count: u32,
    spill_ends: Uint32ArraySlice,
    spill_steps: Uint32ArraySlice,
    outcome: Uint8ArraySlice,
) -> Result<i32> {
    let (ends, steps) = spill_room(count, tier_count, &spill_ends, &spill_steps)?;
    let outcome = outcome.address("outcome", 1)?;
    // SAFETY: each column has room for its number of elements, `outcome` its size; JavaScript does
    // not run during the call.
    Ok(unsafe { c::memo_lower_bound_tiered(problem, count, tier_count, ends, steps, outcome) })
}

#[napi(js_name = "memo_check_tiered")]
pub fn check_tiered(
    problem: u32,
    count: u32,
    tiers: Uint32ArraySlice,
    offsets: Float64ArraySlice,
    tier_count: u32,
    peaks: Float64ArraySlice,
    cost: f64,
    bound: f64,
    certificate: u32,
    spill_count: u32,
    spill_ends: Uint32ArraySlice,
    spill_steps: Uint32ArraySlice,
) -> Result<i32> {
    let tiers = tiers.address("tiers", count)?;
    let offsets = offsets.address("offsets", count)?;
    let peaks = peaks.address("peaks", tier_count)?;
    let (ends, steps) = stated_spill(spill_count, &spill_ends, &spill_steps)?;
    // SAFETY: each column has its number of elements; JavaScript does not run during the call.
    Ok(unsafe {
        c::memo_check_tiered(
            problem,
            count,
            tiers,
            offsets,
            tier_count,
            peaks,
            cost,
            bound,
            certificate,
            spill_count,
            ends,
            steps,
        )
    })
}
