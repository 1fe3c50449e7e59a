//! The scope that is open on a thread.
//!
//! Only the outermost one counts: what a model calls is part of it. It is closed by the thread that
//! opened it. LibTorch may finish a call that waits for a fork on another thread; that thread leaves
//! a note, and the scope is closed when its own thread opens the next one, or ends.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use memo_malloc::Key;
use memo_malloc::arena::{Cold, Lease};
use memo_malloc::trace::Recorder;
use sha2::{Digest, Sha256};

use super::entry::Entry;
use super::{Service, service};
use crate::bridge::ffi;
use crate::capture::{ALIGNMENT, OpReports};
use crate::mode::{Entered, Registered, forks};
use crate::renewed::Renewed;
use crate::{Tensor, runtime};

thread_local! {
    static OPEN: Holder = const { Holder(RefCell::new(None)) };
}

/// What is left open when its thread ends is closed then.
struct Holder(RefCell<Option<Open>>);

struct Open {
    ticket: u64,
    /// Of the process in which it was opened.
    forks: usize,
    work: Work,
}

/// What an open scope does. Fields are dropped in this order: the mode ends first.
pub(super) enum Work {
    Serve {
        mode: Entered,
        lease: Box<Lease>,
        entry: Arc<Entry>,
    },
    Record {
        mode: Entered,
        ops: Option<OpReports>,
        recorder: Registered,
        whose: (&'static Service, Arc<Entry>),
    },
    /// Nothing: the calls in it are part of it all the same.
    Pass,
}

/// Tickets of scopes whose call ended on another thread.
static ENDED_ELSEWHERE: Renewed<Vec<u64>> = {
    static FIRST: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    Renewed::new(&FIRST)
};
static ENDED_COUNT: AtomicUsize = AtomicUsize::new(0);

impl Work {
    pub(super) fn serve(entry: Arc<Entry>, lease: Lease) -> Work {
        // Boxed: the mode points to it.
        let mut lease = Box::new(lease);
        lease.begin();
        Work::Serve { mode: Entered::serving(&mut lease), lease, entry }
    }

    pub(super) fn record(service: &'static Service, entry: Arc<Entry>) -> Work {
        let recorder = Registered::new(Recorder::new(ALIGNMENT));
        let mode = Entered::recording(&recorder);
        // Only a plan in a file is read by people, who ask for the ops; most of the cost is theirs.
        let ops = service.store.as_ref().map(|_| OpReports::begin(false));
        Work::Record { mode, ops, recorder, whose: (service, entry) }
    }

    fn close(self) {
        match self {
            Work::Serve { mode, lease, entry } => {
                drop(mode);
                entry.served(&lease);
            }
            Work::Record { mode, ops, recorder, whose: (service, entry) } => {
                drop(mode);
                drop(ops);
                service.planner.plan(&entry, recorder.take());
            }
            Work::Pass => {}
        }
    }
}

impl Open {
    /// In the child of a fork there is nobody to tell what the scope has done.
    fn close(self) {
        if self.forks == forks() {
            self.work.close();
        }
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        match self.0.take() {
            // LibTorch's own state of this thread may have gone before.
            Some(Open { forks: at, work: Work::Record { mode, ops, recorder, whose }, .. }) => {
                drop((mode, recorder));
                let _ = ManuallyDrop::new(ops);
                if at == forks() {
                    whose.1.planned(None);
                }
            }
            Some(serve) => serve.close(),
            None => {}
        }
    }
}

/// Opens a scope unless one is open. The ticket to close it with; 0 if it was not opened.
fn open(work: impl FnOnce() -> Option<Work>) -> u64 {
    static TICKETS: AtomicU64 = AtomicU64::new(1);
    let opened = OPEN.try_with(|holder| {
        let mut open = holder.0.try_borrow_mut().ok()?;
        if let Some(before) = open.take_if(|open| ended_elsewhere(open.ticket)) {
            before.close();
        }
        if open.is_some() || !Entered::is_free() {
            return None;
        }
        let work = work()?;
        let ticket = TICKETS.fetch_add(1, Ordering::Relaxed);
        *open = Some(Open { ticket, forks: forks(), work });
        Some(ticket)
    });
    opened.ok().flatten().unwrap_or(0)
}

fn close(ticket: u64) {
    let closed = OPEN.try_with(|holder| {
        let mut open = holder.0.try_borrow_mut().ok()?;
        open.take_if(|open| open.ticket == ticket)
    });
    match closed {
        Ok(Some(open)) => open.close(),
        _ => note(ticket),
    }
}

/// Called in the child of a fork: who could note the end of what is open has stayed behind.
pub(super) fn in_child() {
    ENDED_ELSEWHERE.renew();
    ENDED_COUNT.store(0, Ordering::Relaxed);
}

#[cold]
fn note(ticket: u64) {
    let mut ended = ENDED_ELSEWHERE.lock();
    ended.push(ticket);
    ENDED_COUNT.store(ended.len(), Ordering::Release);
}

/// Whether another thread has noted the end of this scope; the note goes.
fn ended_elsewhere(ticket: u64) -> bool {
    if ENDED_COUNT.load(Ordering::Acquire) == 0 {
        return false;
    }
    let mut ended = ENDED_ELSEWHERE.lock();
    let Some(at) = ended.iter().position(|&noted| noted == ticket) else { return false };
    ended.swap_remove(at);
    ENDED_COUNT.store(ended.len(), Ordering::Release);
    true
}

/// A module is called on this thread. A ticket if that is a scope, else 0.
pub(crate) fn forward_begins(call: &ffi::Call) -> u64 {
    let Some(service) = service() else { return 0 };
    let begin = || open(|| service.begin(call.hash(), || key_of(call)));
    // Nothing here panics; if it does, the call goes on without us.
    catch_unwind(AssertUnwindSafe(begin)).unwrap_or(0)
}

/// The call of this ticket has returned, or thrown.
pub(crate) fn forward_ends(ticket: u64) {
    let _ = catch_unwind(|| close(ticket));
}

fn key_of(call: &ffi::Call) -> Option<Key> {
    let model = format!("{}\n{}", code_of(call)?, call.weights().ok()?);
    Some(key(digest(&model), call.inputs().ok()?))
}

/// A digest of the code of a call, made once: later keys of the model wait for less.
fn code_of(call: &ffi::Call) -> Option<String> {
    static CODES: Cold<BTreeMap<u64, String>> = Cold::new(BTreeMap::new());
    let hash = call.code_hash();
    let known = CODES.lock().and_then(|codes| codes.get(&hash).cloned());
    if known.is_some() {
        return known;
    }
    let code = digest(&call.code().ok()?);
    if let Some(mut codes) = CODES.lock() {
        codes.insert(hash, code.clone());
    }
    Some(code)
}

fn key(model: String, inputs: Vec<String>) -> Key {
    let (threads, runtime, cpu) = (runtime::threads(), runtime::version(), runtime::cpu());
    Key { model, inputs, threads, runtime, cpu }
}

fn digest(text: &str) -> String {
    format!("sha256:{:x}", Sha256::digest(text))
}

/// A scope for code that is no TorchScript: from [`scope()`] until dropped, on one thread.
#[derive(Debug)]
#[must_use = "a scope ends when it is dropped"]
pub struct Scope {
    ticket: u64,
    here: PhantomData<*const ()>,
}

/// Opens a scope by hand: eager operations, a training step, several models as one.
///
/// Scopes of the same name with inputs of the same types and shapes are expected to make the same
/// requests. Does nothing when the service is not enabled, or within another scope.
pub fn scope(name: &str, inputs: &[&Tensor]) -> Scope {
    let inputs = || inputs.iter().map(|input| input.signature()).collect::<Vec<_>>();
    Scope { ticket: begin_scope(name, inputs), here: PhantomData }
}

/// As [`scope()`], for callers that cannot hold a guard: the ticket to end the scope with, 0 if none
/// was opened. `inputs` are such texts as [`Tensor::signature`]'s.
pub fn begin_scope(name: &str, inputs: impl FnOnce() -> Vec<String>) -> u64 {
    let Some(service) = service() else { return 0 };
    open(|| {
        let inputs = inputs();
        let hash = hash_of(std::iter::once(name).chain(inputs.iter().map(String::as_str)));
        service.begin(hash, || Some(key(format!("scope:{name}"), inputs)))
    })
}

/// Ends the scope of this ticket, each once. On another thread than the one it was opened on, it ends
/// when that thread opens the next one, or ends.
pub fn end_scope(ticket: u64) {
    if ticket != 0 {
        close(ticket);
    }
}

/// FNV-1a of the texts and of the number of threads; odd, where those of calls are any number.
fn hash_of<'a>(texts: impl Iterator<Item = &'a str>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(runtime::threads());
    for byte in texts.flat_map(|text| text.bytes().chain([0xff])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

impl Drop for Scope {
    fn drop(&mut self) {
        end_scope(self.ticket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forked_process_waits_for_no_notes_of_others() {
        runtime::install();
        let held = ENDED_ELSEWHERE.lock();
        // SAFETY: the child takes none of the locks that other threads may have had.
        let child = unsafe { libc::fork() };
        if child == 0 {
            // SAFETY: has no conditions.
            unsafe { libc::alarm(60) };
            note(7);
            let noted = ended_elsewhere(7) && !ended_elsewhere(7);
            // SAFETY: has no conditions.
            unsafe { libc::_exit(i32::from(!noted)) };
        }
        drop(held);
        let mut status = -1;
        // SAFETY: the pointer is to a whole status.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0);
    }
}
