//! Scopes by hand.
//!
//! LibTorch's side takes any ticket; here the open ones are kept, so that a ticket that was never
//! given, or is used twice, is an error. A process that was forked while another thread was at them
//! takes any ticket too.

use std::collections::BTreeSet;
use std::ffi::c_char;

use memo_edge::{Failure, column_mut, entry, text};
use memo_malloc::Code;
use memo_malloc::arena::Cold;

static TICKETS: Cold<BTreeSet<u64>> = Cold::new(BTreeSet::new());

/// Opens a scope on this thread: eager operations, a training step, several models as one. Writes
/// the ticket to end it with, 0 when none was opened: the service is not enabled, or it is within
/// another scope.
///
/// Scopes of one `name` with the same `inputs` are expected to make the same requests. `inputs` is
/// one line for each input, such as its element type and shape (`f32[1,3,224,224]`); NULL: none.
///
/// # Safety
/// `name` ends in NUL, `inputs` too or is NULL; `ticket` is valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_torch_scope_begin(
    name: *const c_char,
    inputs: *const c_char,
    ticket: *mut u64,
) -> i32 {
    entry(|| {
        // SAFETY: the caller's promise.
        let name =
            unsafe { text("name", name) }?.ok_or_else(|| Failure::bad_argument("name is NULL"))?;
        // SAFETY: the caller's promise.
        let inputs = unsafe { text("inputs", inputs) }?.unwrap_or_default();
        // SAFETY: the caller's promise.
        let ticket = unsafe { column_mut("ticket", ticket, 1) }?;
        let inputs = || inputs.lines().map(str::to_owned).collect();
        ticket[0] = memo_torch::begin_scope(name, inputs);
        if ticket[0] != 0 {
            opened(ticket[0]);
        }
        Ok(())
    })
}

/// Ends the scope of this ticket; 0 does nothing. A scope should end on the thread it began on;
/// ended on another one, it goes on until its own thread opens the next one, or ends.
#[unsafe(no_mangle)]
pub extern "C" fn memo_torch_scope_end(ticket: u64) -> i32 {
    entry(|| {
        if ticket != 0 && !was_open(ticket) {
            let message = format!("ticket {ticket} was used before or was never given");
            return Err(Failure::new(Code::StaleHandle, message));
        }
        memo_torch::end_scope(ticket);
        Ok(())
    })
}

fn opened(ticket: u64) {
    if let Some(mut tickets) = TICKETS.lock() {
        tickets.insert(ticket);
    }
}

/// Whether a scope of this ticket may be open; it is not any more.
fn was_open(ticket: u64) -> bool {
    TICKETS.lock().is_none_or(|mut tickets| tickets.remove(&ticket))
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::{ptr, thread};

    use super::*;
    use crate::forked::forked;

    /// Tickets that the service does not give.
    const KEPT: u64 = u64::MAX - 1;
    const NEVER_GIVEN: u64 = u64::MAX;

    /// Whether the service gives a ticket, and takes it back once.
    fn gives_a_ticket() -> bool {
        memo_torch::enable(&memo_torch::Options::default()).unwrap();
        let mut ticket = 0;
        // SAFETY: a text and a place for a ticket.
        let begun =
            unsafe { memo_torch_scope_begin(c"step".as_ptr(), ptr::null(), &raw mut ticket) };
        begun == 0 && ticket != 0 && memo_torch_scope_end(ticket) == 0
    }

    #[test]
    fn a_fork_loses_the_tickets_only_while_another_thread_is_at_them() {
        let stale = i32::from(Code::StaleHandle.number());
        memo_torch::install();
        opened(KEPT);
        assert!(forked(|| {
            memo_torch_scope_end(NEVER_GIVEN) == stale
                && memo_torch_scope_end(KEPT) == 0
                && memo_torch_scope_end(KEPT) == stale
                && gives_a_ticket()
        }));
        let (at_it, over) = (Barrier::new(2), Barrier::new(2));
        thread::scope(|scope| {
            scope.spawn(|| {
                let tickets = TICKETS.lock().unwrap();
                at_it.wait();
                over.wait();
                drop(tickets);
            });
            at_it.wait();
            let takes_any = forked(|| memo_torch_scope_end(NEVER_GIVEN) == 0 && gives_a_ticket());
            over.wait();
            assert!(takes_any);
        });
        assert_eq!(memo_torch_scope_end(NEVER_GIVEN), stale);
        assert_eq!(memo_torch_scope_end(KEPT), 0);
    }
}
