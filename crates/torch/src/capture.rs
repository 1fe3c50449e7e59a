//! From a run to its trace.

use std::fmt;

use cxx::UniquePtr;
use memo_malloc::Key;
use memo_malloc::model::OpIdx;
use memo_malloc::trace::{EventKind, Recorder, Trace};

use crate::bridge::ffi;
use crate::mode::recording;
use crate::runtime::install;

/// The alignment LibTorch asks of every block on the CPU (`c10::gAlignment`).
pub const ALIGNMENT: u64 = 64;

/// Runs `run` and returns its result with the trace of every request of this thread: size, op,
/// place in the model, and when which thread freed it.
///
/// What is still live when `run` returns is an escape, so let it return the outputs. The first runs
/// of a TorchScript model differ from later ones, as LibTorch still optimises; capture the third or
/// a later one.
pub fn capture<T>(key: Key, run: impl FnOnce() -> T) -> (T, Trace) {
    let (result, recording) = record(run);
    (result, recording.trace(key))
}

/// As [`capture`], but what can be done after the run waits until the trace is asked for, which may
/// be on another thread.
pub fn record<T>(run: impl FnOnce() -> T) -> (T, Recording) {
    install();
    let ((result, places), recorder) = recording(Recorder::new(ALIGNMENT), || {
        let ops = OpReports::begin(true);
        (run(), ops.end())
    });
    (result, Recording { recorder, places })
}

/// A run that was recorded.
pub struct Recording {
    recorder: Recorder,
    places: UniquePtr<ffi::Places>,
}

// SAFETY: LibTorch shares source texts between threads and counts references to them atomically.
unsafe impl Send for Recording {}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("recorder", &self.recorder).finish_non_exhaustive()
    }
}

impl Recording {
    /// The trace; looks up where each op comes from.
    pub fn trace(self, key: Key) -> Trace {
        let mut trace = self.recorder.finish(key);
        for (op, place) in trace.ops.iter_mut().zip(self.places.texts()) {
            op.place = place;
        }
        inherit_places(&mut trace);
        trace
    }
}

/// An op called by another has its caller's place: LibTorch is asked for the outer ones only.
fn inherit_places(trace: &mut Trace) {
    let mut open: Vec<OpIdx> = Vec::new();
    for event in &trace.events {
        match event.kind {
            EventKind::OpBegin(op) => {
                let caller = open.last().map(|caller| trace.ops[caller.usize()].place.clone());
                let place = &mut trace.ops[op.usize()].place;
                if let Some(caller) = caller.filter(|_| place.is_empty()) {
                    *place = caller;
                }
                open.push(op);
            }
            EventKind::OpEnd(_) => drop(open.pop()),
            _ => {}
        }
    }
}

/// LibTorch's reports of the ops of this thread, until dropped.
pub(crate) struct OpReports;

impl OpReports {
    pub(crate) fn begin(with_places: bool) -> OpReports {
        ffi::ops_begin(with_places);
        OpReports
    }

    fn end(self) -> UniquePtr<ffi::Places> {
        std::mem::forget(self);
        ffi::ops_end()
    }
}

impl Drop for OpReports {
    fn drop(&mut self) {
        ffi::ops_end();
    }
}
