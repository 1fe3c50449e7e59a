//! Problems from columns and out of files.

use memo_malloc_c as c;
use napi::Result;
use napi::bindgen_prelude::{Float64ArraySlice, Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;

use crate::arrays::{Column, optional, terminated};

#[napi(js_name = "memo_problem_new")]
pub fn problem_new(
    count: u32,
    sizes: Float64ArraySlice,
    starts: Uint32ArraySlice,
    ends: Uint32ArraySlice,
    alignments: Option<Float64ArraySlice>,
    pins: Option<Float64ArraySlice>,
    align: f64,
    capacity: f64,
    handle: Uint32ArraySlice,
) -> Result<i32> {
    let sizes = sizes.address("sizes", count)?;
    let starts = starts.address("starts", count)?;
    let ends = ends.address("ends", count)?;
    let alignments = optional(alignments.as_ref(), "alignments", count)?;
    let pins = optional(pins.as_ref(), "pins", count)?;
    let handle = handle.address("handle", 1)?;
    // SAFETY: each column has `count` elements, `handle` one; JavaScript does not run during the call.
    Ok(unsafe {
        c::memo_problem_new(count, sizes, starts, ends, alignments, pins, align, capacity, handle)
    })
}

#[napi(js_name = "memo_problem_later")]
pub fn problem_later(
    count: u32,
    sizes: Float64ArraySlice,
    starts: Uint32ArraySlice,
    ends: Uint32ArraySlice,
    alignments: Option<Float64ArraySlice>,
    pins: Option<Float64ArraySlice>,
    align: f64,
    capacity: f64,
    handle: Uint32ArraySlice,
) -> Result<i32> {
    let sizes = sizes.address("sizes", count)?;
    let starts = starts.address("starts", count)?;
    let ends = ends.address("ends", count)?;
    let alignments = optional(alignments.as_ref(), "alignments", count)?;
    let pins = optional(pins.as_ref(), "pins", count)?;
    let handle = handle.address("handle", 1)?;
    // SAFETY: each column has `count` elements, `handle` one; JavaScript does not run during the call.
    Ok(unsafe {
        c::memo_problem_later(count, sizes, starts, ends, alignments, pins, align, capacity, handle)
    })
}

#[napi(js_name = "memo_problem_read")]
pub fn problem_read(
    name: Uint8ArraySlice,
    bytes: Uint8ArraySlice,
    byte_count: u32,
    handle: Uint32ArraySlice,
) -> Result<i32> {
    let name = terminated(&name, "name")?.as_ptr().cast();
    let bytes = bytes.address("bytes", byte_count)?;
    let handle = handle.address("handle", 1)?;
    // SAFETY: `name` ends in NUL, `bytes` has `byte_count` bytes, `handle` one element.
    Ok(unsafe { c::memo_problem_read(name, bytes, byte_count, handle) })
}

#[napi(js_name = "memo_problem_size")]
pub fn problem_size(handle: u32, size: Uint8ArraySlice) -> Result<i32> {
    let size = size.address("size", 1)?;
    // SAFETY: `size` has its size.
    Ok(unsafe { c::memo_problem_size(handle, size) })
}

#[napi(js_name = "memo_problem_columns")]
pub fn problem_columns(
    handle: u32,
    count: u32,
    sizes: Float64ArraySlice,
    starts: Uint32ArraySlice,
    ends: Uint32ArraySlice,
    alignments: Float64ArraySlice,
    pins: Float64ArraySlice,
) -> Result<i32> {
    let sizes = sizes.address("sizes", count)?;
    let starts = starts.address("starts", count)?;
    let ends = ends.address("ends", count)?;
    let alignments = alignments.address("alignments", count)?;
    let pins = pins.address("pins", count)?;
    // SAFETY: each column has room for `count` elements; JavaScript does not run during the call.
    Ok(unsafe { c::memo_problem_columns(handle, count, sizes, starts, ends, alignments, pins) })
}

#[napi(js_name = "memo_problem_ids")]
pub fn problem_ids(
    handle: u32,
    id_bytes: u32,
    text: Uint8ArraySlice,
    id_count: u32,
    ends: Uint32ArraySlice,
) -> Result<i32> {
    let text = text.address("text", id_bytes)?;
    let ends = ends.address("ends", id_count)?;
    // SAFETY: `text` and `ends` have the room they are said to have.
    Ok(unsafe { c::memo_problem_ids(handle, id_bytes, text, id_count, ends) })
}

#[napi(js_name = "memo_problem_threads")]
pub fn problem_threads(problem: u32, threads: u32) -> i32 {
    c::memo_problem_threads(problem, threads)
}

#[napi(js_name = "memo_problem_close")]
pub fn problem_close(handle: u32) -> i32 {
    c::memo_problem_close(handle)
}
