//! TorchScript models, and runs of them on this thread or in the background.

use std::ffi::c_char;
use std::sync::Arc;

use memo_edge::{Failure, Handles, column, column_mut, entry, text};
use memo_torch::Model;

use crate::failure::refused;
use crate::runs::{Run, Work};
use crate::tensors::Held;
use crate::workers;

static MODELS: Handles<Model> = Handles::new();

/// Loads a file written by `torch.jit.save`. Writes a handle, to be closed with
/// [`memo_torch_model_close`].
///
/// # Safety
/// `path` ends in NUL; `model` is valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_model_load(path: *const c_char, model: *mut u32) -> i32 {
    entry(|| {
        // SAFETY: the caller's promise.
        let path =
            unsafe { text("path", path) }?.ok_or_else(|| Failure::bad_argument("path is NULL"))?;
        // SAFETY: the caller's promise.
        let handle = unsafe { column_mut("model", model, 1) }?;
        handle[0] = MODELS.open(Model::load(path).map_err(|error| refused(&error))?)?;
        Ok(())
    })
}

/// Runs a model on this thread, without gradients. Writes the handle of a run that is done: what
/// the model refuses, `memo_torch_run_wait` tells.
///
/// # Safety
/// `inputs` has `input_count` handles of tensors; `run` is valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_model_run(
    model: u32,
    input_count: u32,
    inputs: *const u32,
    run: *mut u32,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { begin(model, input_count, inputs, run, |run| run.work()) }
}

/// As [`memo_torch_model_run`], on a thread of the library: ask
/// `memo_torch_run_is_done` from time to time.
///
/// # Safety
/// As [`memo_torch_model_run`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_model_start(
    model: u32,
    input_count: u32,
    inputs: *const u32,
    run: *mut u32,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { begin(model, input_count, inputs, run, workers::take) }
}

/// Opens a run and has it worked on.
///
/// # Safety
/// As [`memo_torch_model_run`].
unsafe fn begin(
    model: u32,
    input_count: u32,
    inputs: *const u32,
    run: *mut u32,
    work_on: impl FnOnce(Arc<Run>),
) -> i32 {
    entry(|| {
        // SAFETY: the caller's promise.
        let inputs = unsafe { column("inputs", inputs, input_count) }?;
        // SAFETY: the caller's promise.
        let handle = unsafe { column_mut("run", run, 1) }?;
        let (run, id) = Run::open(work(model, inputs)?)?;
        work_on(run);
        handle[0] = id;
        Ok(())
    })
}

/// Closes a model. Its handle is refused from then on; runs of it go on.
#[unsafe(no_mangle)]
pub extern "C" fn memo_torch_model_close(model: u32) -> i32 {
    entry(|| MODELS.close(model))
}

fn work(model: u32, inputs: &[u32]) -> Result<Work, Failure> {
    let inputs = inputs.iter().map(|&input| Held::get(input)).collect::<Result<_, _>>()?;
    Ok(Work { model: MODELS.get(model)?, inputs })
}
