//! Plans made on a thread of their own.

use memo_malloc_c as c;
use napi::Result;
use napi::bindgen_prelude::{Float64ArraySlice, Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;

use crate::arrays::{Column, terminated};
use crate::spread::spill_room;

#[napi(js_name = "memo_job_start")]
pub fn start(
    problem: u32,
    planner: Uint8ArraySlice,
    time_limit: f64,
    job: Uint32ArraySlice,
) -> Result<i32> {
    let planner = terminated(&planner, "planner")?.as_ptr().cast();
    let job = job.address("job", 1)?;
    // SAFETY: `planner` ends in NUL, `job` has one element; JavaScript does not run during the call.
    Ok(unsafe { c::memo_job_start(problem, planner, time_limit, job) })
}

#[napi(js_name = "memo_job_progress")]
pub fn progress(job: u32, progress: Uint8ArraySlice) -> Result<i32> {
    let progress = progress.address("progress", 1)?;
    // SAFETY: `progress` has its size.
    Ok(unsafe { c::memo_job_progress(job, progress) })
}

#[napi(js_name = "memo_job_cancel")]
pub fn cancel(job: u32) -> i32 {
    c::memo_job_cancel(job)
}

#[napi(js_name = "memo_job_take")]
pub fn take(
    job: u32,
    count: u32,
    offsets: Float64ArraySlice,
    outcome: Uint8ArraySlice,
) -> Result<i32> {
    let offsets = offsets.address("offsets", count)?;
    let outcome = outcome.address("outcome", 1)?;
    // SAFETY: `offsets` has room for `count` elements, `outcome` its size.
    Ok(unsafe { c::memo_job_take(job, count, offsets, outcome) })
}

#[napi(js_name = "memo_job_take_tiered")]
pub fn take_tiered(
    job: u32,
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
    // SAFETY: each column has room for its number of elements, `outcome` its size.
    Ok(unsafe {
        c::memo_job_take_tiered(job, count, tiers, offsets, tier_count, peaks, ends, steps, outcome)
    })
}

#[napi(js_name = "memo_job_close")]
pub fn close(job: u32) -> i32 {
    c::memo_job_close(job)
}
