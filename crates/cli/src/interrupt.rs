//! Ctrl-C: the first asks for the best so far, the second ends the process.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGINT;
use signal_hook::flag;

use crate::exit::Exit;

/// A flag that the first Ctrl-C sets. The second one ends the process at once.
pub(crate) fn flag() -> io::Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    // The order matters: the shutdown must see the flag as the signal before left it.
    let status = Exit::Interrupted as i32;
    flag::register_conditional_shutdown(SIGINT, status, Arc::clone(&interrupted))?;
    flag::register(SIGINT, Arc::clone(&interrupted))?;
    Ok(interrupted)
}
