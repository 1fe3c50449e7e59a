//! Ctrl-C: the first asks for the best so far, the second ends the process.

use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use memo_malloc::{Code, Limits};
use signal_hook::consts::SIGINT;
use signal_hook::flag;

use crate::exit::Exit;
use crate::failure::Failure;

/// A time limit if there is one, an end at the first Ctrl-C, and the threads of the machine.
pub(crate) fn limits(time: Option<Duration>) -> Result<Limits, Failure> {
    let cancel = flag().map_err(|error| Failure::new(Code::Io, error.to_string()))?;
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    Ok(Limits { time, cancel: Some(cancel), threads, ..Limits::default() })
}

/// A flag that the first Ctrl-C sets. The second one ends the process at once.
fn flag() -> io::Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    // The order matters: the shutdown must see the flag as the signal before left it.
    let status = Exit::Interrupted as i32;
    flag::register_conditional_shutdown(SIGINT, status, Arc::clone(&interrupted))?;
    flag::register(SIGINT, Arc::clone(&interrupted))?;
    Ok(interrupted)
}
