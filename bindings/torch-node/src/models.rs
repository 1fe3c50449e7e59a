//! Models and their runs.

use memo_torch_c as c;
use napi::Result;
use napi::bindgen_prelude::{Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;

use crate::arrays::{Column, terminated};

#[napi(js_name = "memo_torch_model_load")]
pub fn load(path: Uint8ArraySlice, model: Uint32ArraySlice) -> Result<i32> {
    let path = terminated(&path, "path")?.as_ptr().cast();
    let model = model.address("model", 1)?;
    // SAFETY: `path` ends in NUL, `model` has one element; JavaScript does not run during the call.
    Ok(unsafe { c::memo_torch_model_load(path, model) })
}

#[napi(js_name = "memo_torch_model_run")]
pub fn run(
    model: u32,
    input_count: u32,
    inputs: Uint32ArraySlice,
    run: Uint32ArraySlice,
) -> Result<i32> {
    let inputs = inputs.address("inputs", input_count)?;
    let run = run.address("run", 1)?;
    // SAFETY: `inputs` has `input_count` elements, `run` one; JavaScript does not run during the call.
    Ok(unsafe { c::memo_torch_model_run(model, input_count, inputs, run) })
}

#[napi(js_name = "memo_torch_model_start")]
pub fn start(
    model: u32,
    input_count: u32,
    inputs: Uint32ArraySlice,
    run: Uint32ArraySlice,
) -> Result<i32> {
    let inputs = inputs.address("inputs", input_count)?;
    let run = run.address("run", 1)?;
    // SAFETY: as in `run`; the handles are read before the call returns.
    Ok(unsafe { c::memo_torch_model_start(model, input_count, inputs, run) })
}

#[napi(js_name = "memo_torch_model_close")]
pub fn close(model: u32) -> i32 {
    c::memo_torch_model_close(model)
}

#[napi(js_name = "memo_torch_run_is_done")]
pub fn is_done(run: u32, is_done: Uint32ArraySlice) -> Result<i32> {
    let is_done = is_done.address("is_done", 1)?;
    // SAFETY: `is_done` has one element.
    Ok(unsafe { c::memo_torch_run_is_done(run, is_done) })
}

#[napi(js_name = "memo_torch_run_wait")]
pub fn wait(run: u32, output_count: Uint32ArraySlice) -> Result<i32> {
    let output_count = output_count.address("output_count", 1)?;
    // SAFETY: `output_count` has one element; JavaScript does not run during the call.
    Ok(unsafe { c::memo_torch_run_wait(run, output_count) })
}

#[napi(js_name = "memo_torch_run_take")]
pub fn take(run: u32, output_count: u32, outputs: Uint32ArraySlice) -> Result<i32> {
    let outputs = outputs.address("outputs", output_count)?;
    // SAFETY: `outputs` has room for `output_count` elements.
    Ok(unsafe { c::memo_torch_run_take(run, output_count, outputs) })
}

#[napi(js_name = "memo_torch_run_cancel")]
pub fn cancel(run: u32) -> i32 {
    c::memo_torch_run_cancel(run)
}

#[napi(js_name = "memo_torch_run_close")]
pub fn close_run(run: u32) -> i32 {
    c::memo_torch_run_close(run)
}
