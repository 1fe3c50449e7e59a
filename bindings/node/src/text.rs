//! Plans as files and pictures.

use memo_malloc_c as c;
use napi::Result;
use napi::bindgen_prelude::{Float64ArraySlice, Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;

use crate::arrays::{Column, terminated};
use crate::spread::stated_spill;

#[napi(js_name = "memo_problem_name")]
pub fn name(
    problem: u32,
    id_bytes: u32,
    text: Uint8ArraySlice,
    count: u32,
    ends: Uint32ArraySlice,
) -> Result<i32> {
    let text = text.address("text", id_bytes)?;
    let ends = ends.address("ends", count)?;
    // SAFETY: `text` and `ends` have as many elements as they are said to have.
    Ok(unsafe { c::memo_problem_name(problem, id_bytes, text, count, ends) })
}

#[napi(js_name = "memo_plan_text")]
pub fn plan_text(
    problem: u32,
    offset_count: u32,
    offsets: Float64ArraySlice,
    peak: f64,
    bound: f64,
    certificate: u32,
    step: u32,
    name: Uint8ArraySlice,
    title: Uint8ArraySlice,
    handle: Uint32ArraySlice,
    byte_count: Uint32ArraySlice,
) -> Result<i32> {
    let offsets = offsets.address("offsets", offset_count)?;
    let name = terminated(&name, "name")?.as_ptr().cast();
    let title = terminated(&title, "title")?.as_ptr().cast();
    let handle = handle.address("handle", 1)?;
    let byte_count = byte_count.address("byte_count", 1)?;
    // SAFETY: `offsets` has its number of elements, the texts end in NUL, the others have one element;
    // JavaScript does not run during the call.
    Ok(unsafe {
        c::memo_plan_text(
            problem,
            offset_count,
            offsets,
            peak,
            bound,
            certificate,
            step,
            name,
            title,
            handle,
            byte_count,
        )
    })
}

#[napi(js_name = "memo_plan_text_tiered")]
pub fn plan_text_tiered(
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
    name: Uint8ArraySlice,
    title: Uint8ArraySlice,
    handle: Uint32ArraySlice,
    byte_count: Uint32ArraySlice,
) -> Result<i32> {
    let tiers = tiers.address("tiers", count)?;
    let offsets = offsets.address("offsets", count)?;
    let peaks = peaks.address("peaks", tier_count)?;
    let (ends, steps) = stated_spill(spill_count, &spill_ends, &spill_steps)?;
    let name = terminated(&name, "name")?.as_ptr().cast();
    let title = terminated(&title, "title")?.as_ptr().cast();
    let handle = handle.address("handle", 1)?;
    let byte_count = byte_count.address("byte_count", 1)?;
    // SAFETY: each column has its number of elements, the texts end in NUL, the others have one
    // element; JavaScript does not run during the call.
    Ok(unsafe {
        c::memo_plan_text_tiered(
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
            name,
            title,
            handle,
            byte_count,
        )
    })
}

#[napi(js_name = "memo_text_copy")]
pub fn copy(text: u32, byte_count: u32, bytes: Uint8ArraySlice) -> Result<i32> {
    let bytes = bytes.address("bytes", byte_count)?;
    // SAFETY: `bytes` has room for `byte_count` bytes.
    Ok(unsafe { c::memo_text_copy(text, byte_count, bytes) })
}

#[napi(js_name = "memo_text_close")]
pub fn close(text: u32) -> i32 {
    c::memo_text_close(text)
}
