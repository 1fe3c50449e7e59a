//! Plan, check and bound.

use memo_malloc_c as c;
use napi::bindgen_prelude::{Float64ArraySlice, Uint8ArraySlice, Uint32ArraySlice};
use napi::{Error, Result, Status};
use napi_derive::napi;

use crate::arrays::{Column, optional};

#[napi(js_name = "memo_plan")]
pub fn plan(
    count: u32,
    sizes: Float64ArraySlice,
    starts: Uint32ArraySlice,
    ends: Uint32ArraySlice,
    alignments: Option<Float64ArraySlice>,
    pins: Option<Float64ArraySlice>,
    align: f64,
    capacity: f64,
    planner: Uint8ArraySlice,
    time_limit: f64,
    offsets: Float64ArraySlice,
    outcome: Uint8ArraySlice,
) -> Result<i32> {
    let sizes = sizes.address("sizes", count)?;
    let starts = starts.address("starts", count)?;
    let ends = ends.address("ends", count)?;
    let alignments = optional(alignments.as_ref(), "alignments", count)?;
    let pins = optional(pins.as_ref(), "pins", count)?;
    let planner = terminated(&planner, "planner")?.as_ptr().cast();
    let offsets = offsets.address("offsets", count)?;
    let outcome = outcome.address("outcome", 1)?;
    // SAFETY: each column has `count` elements, `planner` ends in NUL, `outcome` has its size;
    // JavaScript does not run during the call.
    Ok(unsafe {
        c::memo_plan(
            count, sizes, starts, ends, alignments, pins, align, capacity, planner, time_limit,
            offsets, outcome,
        )
    })
}

#[napi(js_name = "memo_check")]
pub fn check(
    count: u32,
    sizes: Float64ArraySlice,
    starts: Uint32ArraySlice,
    ends: Uint32ArraySlice,
    alignments: Option<Float64ArraySlice>,
    pins: Option<Float64ArraySlice>,
    align: f64,
    capacity: f64,
    offset_count: u32,
    offsets: Float64ArraySlice,
    peak: f64,
    bound: f64,
    certificate: u32,
    step: u32,
) -> Result<i32> {
    let sizes = sizes.address("sizes", count)?;
    let starts = starts.address("starts", count)?;
    let ends = ends.address("ends", count)?;
    let alignments = optional(alignments.as_ref(), "alignments", count)?;
    let pins = optional(pins.as_ref(), "pins", count)?;
    let offsets = offsets.address("offsets", offset_count)?;
    // SAFETY: each column has its number of elements; JavaScript does not run during the call.
    Ok(unsafe {
        c::memo_check(
            count,
            sizes,
            starts,
            ends,
            alignments,
            pins,
            align,
            capacity,
            offset_count,
            offsets,
            peak,
            bound,
            certificate,
            step,
        )
    })
}

#[napi(js_name = "memo_lower_bound")]
pub fn lower_bound(
    count: u32,
    sizes: Float64ArraySlice,
    starts: Uint32ArraySlice,
    ends: Uint32ArraySlice,
    alignments: Option<Float64ArraySlice>,
    pins: Option<Float64ArraySlice>,
    align: f64,
    outcome: Uint8ArraySlice,
) -> Result<i32> {
    let sizes = sizes.address("sizes", count)?;
    let starts = starts.address("starts", count)?;
    let ends = ends.address("ends", count)?;
    let alignments = optional(alignments.as_ref(), "alignments", count)?;
    let pins = optional(pins.as_ref(), "pins", count)?;
    let outcome = outcome.address("outcome", 1)?;
    // SAFETY: each column has `count` elements, `outcome` its size; JavaScript does not run
    // during the call.
    Ok(unsafe { c::memo_lower_bound(count, sizes, starts, ends, alignments, pins, align, outcome) })
}

/// The bytes of a text that C can read to its end.
pub(crate) fn terminated<'a>(text: &'a [u8], name: &str) -> Result<&'a [u8]> {
    if text.contains(&0) {
        return Ok(text);
    }
    Err(Error::new(Status::InvalidArg, format!("{name} does not end in NUL")))
}
