//! The service: on, off, and what it has done.

use memo_torch_c as c;
use napi::Result;
use napi::bindgen_prelude::{Float64ArraySlice, Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;

use crate::arrays::{Column, terminated};

#[napi(js_name = "memo_torch_enable")]
pub fn enable(
    plans: Option<Uint8ArraySlice>,
    plans_max: u32,
    memory_limit: f64,
    trim_after: f64,
    planning_limit: f64,
) -> Result<i32> {
    let plans = plans.as_ref().map(|plans| terminated(plans, "plans")).transpose()?;
    let plans = plans.map_or(std::ptr::null(), |plans| plans.as_ptr().cast());
    // SAFETY: `plans` is NULL or ends in NUL. Only this thread has the addon at its first call.
    Ok(unsafe { c::memo_torch_enable(plans, plans_max, memory_limit, trim_after, planning_limit) })
}

#[napi(js_name = "memo_torch_disable")]
pub fn disable() -> i32 {
    c::memo_torch_disable()
}

#[napi(js_name = "memo_torch_settle")]
pub fn settle() -> i32 {
    c::memo_torch_settle()
}

#[napi(js_name = "memo_torch_trim")]
pub fn trim(bytes: Float64ArraySlice) -> Result<i32> {
    let bytes = bytes.address("bytes", 1)?;
    // SAFETY: `bytes` has one element.
    Ok(unsafe { c::memo_torch_trim(bytes) })
}

#[napi(js_name = "memo_torch_stats_json")]
pub fn stats_json(json: Uint8ArraySlice, capacity: u32, length: Uint32ArraySlice) -> Result<i32> {
    let json = json.address("json", capacity)?;
    let length = length.address("length", 1)?;
    // SAFETY: `json` has room for `capacity` bytes, `length` has one element.
    Ok(unsafe { c::memo_torch_stats_json(json, capacity, length) })
}

#[napi(js_name = "memo_torch_stats_text")]
pub fn stats_text(text: Uint8ArraySlice, capacity: u32, length: Uint32ArraySlice) -> Result<i32> {
    let text = text.address("text", capacity)?;
    let length = length.address("length", 1)?;
    // SAFETY: as in `stats_json`.
    Ok(unsafe { c::memo_torch_stats_text(text, capacity, length) })
}

#[napi(js_name = "memo_torch_set_threads")]
pub fn set_threads(of_op: u32, at_once: u32) -> i32 {
    c::memo_torch_set_threads(of_op, at_once)
}
