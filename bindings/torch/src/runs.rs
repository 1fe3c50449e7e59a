//! One run of a model, from its inputs to its results.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use memo_edge::{Failure, Handles, column_mut, entry};
use memo_malloc::Code;
use memo_torch::{Error, Model, Tensor};

use crate::failure::refused;
use crate::tensors::Held;

static RUNS: Handles<Arc<Run>> = Handles::new();

/// What a run needs.
pub(crate) struct Work {
    pub(crate) model: Arc<Model>,
    pub(crate) inputs: Vec<Arc<Held>>,
}

pub(crate) struct Run {
    state: Mutex<State>,
    done: Condvar,
}

enum State {
    Waiting(Work),
    Running,
    Done(Result<Vec<Tensor>, Failure>),
}

impl Run {
    /// A run that nobody works on yet, and its handle.
    pub(crate) fn open(work: Work) -> Result<(Arc<Run>, u32), Failure> {
        let run = Arc::new(Run { state: Mutex::new(State::Waiting(work)), done: Condvar::new() });
        let id = RUNS.open(Arc::clone(&run))?;
        Ok((run, id))
    }

    /// Runs the model, unless the run was cancelled.
    pub(crate) fn work(&self) {
        let mut state = self.state();
        if matches!(*state, State::Done(_)) {
            return;
        }
        let State::Waiting(work) = std::mem::replace(&mut *state, State::Running) else { return };
        drop(state);
        let result = catch_unwind(AssertUnwindSafe(|| work.outputs()));
        drop(work);
        let panicked = |_| Err(Failure::new(Code::Internal, "the run panicked"));
        let result = result.map_or_else(panicked, |outputs| outputs.map_err(|e| refused(&e)));
        *self.state() = State::Done(result);
        self.done.notify_all();
    }

    /// Lets a run that has not begun never do so.
    fn cancel(&self) {
        let mut state = self.state();
        if matches!(*state, State::Waiting(_)) {
            let message = "the run was cancelled before it began";
            let cancelled = State::Done(Err(Failure::new(Code::StaleHandle, message)));
            let waited = std::mem::replace(&mut *state, cancelled);
            self.done.notify_all();
            // What it would have needed goes without the lock.
            drop(state);
            drop(waited);
        }
    }

    fn is_done(&self) -> bool {
        matches!(*self.state(), State::Done(_))
    }

    /// The state after the run.
    fn wait(&self) -> MutexGuard<'_, State> {
        let going = |state: &mut State| matches!(state, State::Waiting(_) | State::Running);
        self.done.wait_while(self.state(), going).unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Work {
    /// The results, none of which lies in bytes of the caller.
    fn outputs(&self) -> Result<Vec<Tensor>, Error> {
        let inputs: Vec<Tensor> = self.inputs.iter().map(|held| held.tensor().clone()).collect();
        let outputs = self.model.forward(&inputs)?;
        let lies_in = |output: &Tensor| {
            let pairs = self.inputs.iter().zip(&inputs);
            pairs.filter(|(held, _)| held.is_borrowed).any(|(_, input)| output.shares_memory(input))
        };
        outputs.into_iter().map(|o| if lies_in(&o) { o.copied() } else { Ok(o) }).collect()
    }
}

/// Writes 1 when a run is done, else 0.
///
/// # Safety
/// `is_done` is valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_run_is_done(run: u32, is_done: *mut u32) -> i32 {
    entry(|| {
        // SAFETY: the caller's promise.
        let to = unsafe { column_mut("is_done", is_done, 1) }?;
        to[0] = RUNS.get(run)?.is_done().into();
        Ok(())
    })
}

/// Waits until a run is done, and writes how many results it has: the tensors of what the model
/// returned in order, out of tuples, lists and dictionaries. A run that failed is told here.
///
/// # Safety
/// `output_count` is valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_run_wait(run: u32, output_count: *mut u32) -> i32 {
    entry(|| {
        // SAFETY: the caller's promise.
        let to = unsafe { column_mut("output_count", output_count, 1) }?;
        to[0] = match &*RUNS.get(run)?.wait() {
            State::Done(Ok(outputs)) => u32::try_from(outputs.len()).unwrap_or(u32::MAX),
            State::Done(Err(failure)) => return Err(failure.clone()),
            State::Waiting(_) | State::Running => return Err(unfinished()),
        };
        Ok(())
    })
}

/// Cancels a run that has not begun: it is done, and failed. One that has begun goes on to its end.
#[unsafe(no_mangle)]
pub extern "C" fn memo_torch_run_cancel(run: u32) -> i32 {
    entry(|| {
        RUNS.get(run)?.cancel();
        Ok(())
    })
}

/// Opens a tensor for each result of a run, and closes the run. When not all can be opened, none is,
/// and the run stays open.
///
/// # Safety
/// `outputs` has room for `output_count` handles.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_run_take(
    run: u32,
    output_count: u32,
    outputs: *mut u32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller's promise.
        let room = unsafe { column_mut("outputs", outputs, output_count) }?;
        let held = RUNS.get(run)?;
        match &*held.wait() {
            State::Done(Ok(outputs)) if outputs.len() == room.len() => {
                Held::open_all(outputs, room)?;
            }
            State::Done(Ok(outputs)) => {
                let message = format!("the run has {} results, not {output_count}", outputs.len());
                return Err(Failure::bad_argument(message));
            }
            State::Done(Err(failure)) => return Err(failure.clone()),
            State::Waiting(_) | State::Running => return Err(unfinished()),
        }
        RUNS.close(run)
    })
}

/// Closes a run without its results; one that has not begun never does.
#[unsafe(no_mangle)]
pub extern "C" fn memo_torch_run_close(run: u32) -> i32 {
    entry(|| {
        let held = RUNS.get(run)?;
        RUNS.close(run)?;
        held.cancel();
        Ok(())
    })
}

#[cold]
fn unfinished() -> Failure {
    Failure::new(Code::Internal, "a run that was waited for is not done")
}
