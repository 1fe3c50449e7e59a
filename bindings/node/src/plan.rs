//! Plan, check, bound and explain an open problem.

use memo_malloc_c as c;
use napi::Result;
use napi::bindgen_prelude::{Float64ArraySlice, Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;

use crate::arrays::{Column, terminated};

#[napi(js_name = "memo_plan")]
pub fn plan(
    problem: u32,
    planner: Uint8ArraySlice,
    time_limit: f64,
    count: u32,
    offsets: Float64ArraySlice,
    outcome: Uint8ArraySlice,
) -> Result<i32> {
    let planner = terminated(&planner, "planner")?.as_ptr().cast();
    let offsets = offsets.address("offsets", count)?;
    let outcome = outcome.address("outcome", 1)?;
    // SAFETY: `planner` ends in NUL, `offsets` has `count` elements, `outcome` its size; JavaScript
    // does not run during the call.
    Ok(unsafe { c::memo_plan(problem, planner, time_limit, count, offsets, outcome) })
}

#[napi(js_name = "memo_check")]
pub fn check(
    problem: u32,
    offset_count: u32,
    offsets: Float64ArraySlice,
    peak: f64,
    bound: f64,
    certificate: u32,
    step: u32,
) -> Result<i32> {
    let offsets = offsets.address("offsets", offset_count)?;
    // SAFETY: `offsets` has its number of elements; JavaScript does not run during the call.
    Ok(unsafe { c::memo_check(problem, offset_count, offsets, peak, bound, certificate, step) })
}

#[napi(js_name = "memo_lower_bound")]
pub fn lower_bound(problem: u32, outcome: Uint8ArraySlice) -> Result<i32> {
    let outcome = outcome.address("outcome", 1)?;
    // SAFETY: `outcome` has its size; JavaScript does not run during the call.
    Ok(unsafe { c::memo_lower_bound(problem, outcome) })
}

#[napi(js_name = "memo_explain")]
pub fn explain(
    problem: u32,
    count: u32,
    live: Uint32ArraySlice,
    change_max: u32,
    buffers: Uint32ArraySlice,
    gone: Float64ArraySlice,
    freed_by: Float64ArraySlice,
    made_at: Float64ArraySlice,
    explanation: Uint8ArraySlice,
) -> Result<i32> {
    let live = live.address("live", count)?;
    let buffers = buffers.address("buffers", change_max)?;
    let gone = gone.address("gone", change_max)?;
    let freed_by = freed_by.address("freed_by", change_max)?;
    let made_at = made_at.address("made_at", change_max)?;
    let explanation = explanation.address("explanation", 1)?;
    // SAFETY: each column has room for its number of elements, `explanation` its size; JavaScript
    // does not run during the call.
    Ok(unsafe {
        c::memo_explain(
            problem,
            count,
            live,
            change_max,
            buffers,
            gone,
            freed_by,
            made_at,
            explanation,
        )
    })
}
