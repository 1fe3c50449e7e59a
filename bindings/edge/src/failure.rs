//! The edge itself: a failure becomes a number and a text, a panic becomes a failure.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use memo_malloc::Code;

use crate::text::copy_text;

/// Why a call was refused.
#[derive(Debug, Clone)]
pub struct Failure {
    pub(crate) code: Code,
    text: String,
}

impl Failure {
    /// A refusal for this reason.
    pub fn new(code: Code, text: impl Into<String>) -> Failure {
        Failure { code, text: text.into() }
    }

    /// `BAD_ARGUMENT`.
    pub fn bad_argument(text: impl Into<String>) -> Failure {
        Failure::new(Code::BadArgument, text)
    }

    /// A panic that was caught.
    pub fn of_panic(panic: &(dyn Any + Send)) -> Failure {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Failure::new(Code::Internal, format!("panic: {}", text.unwrap_or("without a text")))
    }
}

impl From<memo_malloc::Error> for Failure {
    fn from(error: memo_malloc::Error) -> Failure {
        Failure::new(error.code(), error.to_string())
    }
}

impl From<memo_formats::Error> for Failure {
    fn from(error: memo_formats::Error) -> Failure {
        Failure::new(error.code(), format!("{error}\nfix: {}", error.fix()))
    }
}

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs the body of an exported function and returns its status: 0 or the number of a code.
pub fn entry(body: impl FnOnce() -> Result<(), Failure>) -> i32 {
    // The body only writes what its caller owns, and the caller reads none of it after a failure.
    let result = catch_unwind(AssertUnwindSafe(body))
        .unwrap_or_else(|panic| Err(Failure::of_panic(&*panic)));
    let (status, text) = match result {
        Ok(()) => return 0,
        Err(failure) => (i32::from(failure.code.number()), failure.text),
    };
    LAST.with_borrow_mut(|last| *last = text);
    status
}

/// Copies the text of this thread's last failure, as [`copy_text`] does.
///
/// # Safety
/// `to` points to `capacity` writable bytes, or `capacity` is 0.
pub unsafe fn last_error(to: *mut u8, capacity: u32) -> u32 {
    LAST.with_borrow(|last| {
        // SAFETY: the caller's promise.
        unsafe { copy_text(last, to, capacity) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last() -> String {
        let mut text = [0_u8; 256];
        // SAFETY: the array holds 256 bytes.
        let length = unsafe { last_error(text.as_mut_ptr(), 256) };
        String::from_utf8(text[..length as usize].to_vec()).unwrap()
    }

    #[test]
    fn a_panic_becomes_internal() {
        assert_eq!(entry(|| panic!("number {}", 7)), 699);
        assert_eq!(last(), "panic: number 7");
    }

    #[test]
    fn a_text_is_cut_to_the_room_given() {
        assert_eq!(entry(|| Err(Failure::bad_argument("four words of text"))), 601);
        let mut text = [b'.'; 6];
        // SAFETY: the array holds more than 4 bytes.
        assert_eq!(unsafe { last_error(text.as_mut_ptr(), 4) }, 18);
        assert_eq!(&text, b"four..");
        // SAFETY: no byte is written.
        assert_eq!(unsafe { last_error(std::ptr::null_mut(), 0) }, 18);
    }

    #[test]
    fn success_leaves_the_last_failure() {
        assert_eq!(entry(|| Err(Failure::bad_argument("old"))), 601);
        assert_eq!(entry(|| Ok(())), 0);
        assert_eq!(last(), "old");
    }
}
