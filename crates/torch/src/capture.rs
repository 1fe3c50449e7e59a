//! From a run to its trace.

use memo_malloc::Key;
use memo_malloc::model::OpIdx;
use memo_malloc::trace::{EventKind, Recorder, Trace};

use crate::bridge::ffi;
use crate::mode::recording;
use crate::place;
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
    install();
    let ((result, origins), recorder) = recording(Recorder::new(ALIGNMENT), || {
        let ops = OpReports::begin();
        (run(), ops.end())
    });
    let mut trace = recorder.finish(key);
    for (op, origin) in trace.ops.iter_mut().zip(&origins) {
        op.place = place::of(origin);
    }
    inherit_places(&mut trace);
    (result, trace)
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
struct OpReports;

impl OpReports {
    fn begin() -> OpReports {
        ffi::ops_begin();
        OpReports
    }

    fn end(self) -> Vec<ffi::Origin> {
        std::mem::forget(self);
        ffi::ops_end()
    }
}

impl Drop for OpReports {
    fn drop(&mut self) {
        ffi::ops_end();
    }
}
