//! Problems out of files, kept under a handle until they are copied out and closed.

use std::ffi::{CStr, c_char};

use memo_formats::{Document, read_bytes};
use memo_malloc::analysis::liveness;
use memo_malloc::{Code, Problem};

use crate::columns::{column, column_mut, to_double};
use crate::failure::{Failure, entry};
use crate::handles::Handles;

static PROBLEMS: Handles<Problem> = Handles::new();

/// How much room the columns and ids of an open problem need.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MemoProblemSize {
    /// The most bytes a plan may use, INFINITY for no limit.
    pub capacity: f64,
    /// The number of buffers.
    pub count: u32,
    /// The number of ids: that of the buffers, or 0 when they go by their index.
    pub id_count: u32,
    /// The bytes of all ids together.
    pub id_bytes: u32,
}

/// Reads `byte_count` bytes of a file in any known format: a problem, the problem of a plan, or
/// that of a trace. `name` is what messages call the file. Writes a handle, to be closed with
/// [`memo_problem_close`].
///
/// # Safety
/// `name` ends in NUL; `bytes` has `byte_count` bytes; `handle` is valid for a write. Nobody uses
/// them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_problem_read(
    name: *const c_char,
    bytes: *const u8,
    byte_count: u32,
    handle: *mut u32,
) -> i32 {
    entry(|| {
        if name.is_null() {
            return Err(Failure::bad_argument("name is NULL"));
        }
        // SAFETY: not NULL, and NUL-terminated by the caller's promise.
        let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
        // SAFETY: the caller's promise.
        let bytes = unsafe { column("bytes", bytes, byte_count) }?;
        // SAFETY: the caller's promise.
        let handle = unsafe { column_mut("handle", handle, 1) }?;
        let problem = match read_bytes(&name, bytes)? {
            Document::Problem(problem) => problem,
            Document::Plan(plan) => plan.problem().clone(),
            Document::Trace(trace) => liveness(&trace)?.problem,
            Document::TieredProblem(_) | Document::TieredPlan(_) => {
                return Err(Failure::new(Code::Unsupported, "the problem has tiers"));
            }
        };
        if !problem.ties().is_empty() {
            // Columns would lose them without a word.
            return Err(Failure::new(Code::Unsupported, "the problem has ties"));
        }
        handle[0] = PROBLEMS.open(problem)?;
        Ok(())
    })
}

/// Writes how much room an open problem needs.
///
/// # Safety
/// `size` is valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_problem_size(handle: u32, size: *mut MemoProblemSize) -> i32 {
    entry(|| {
        let problem = PROBLEMS.get(handle)?;
        // SAFETY: the caller's promise.
        let size = unsafe { column_mut("size", size, 1) }?;
        let id_bytes = problem.ids().iter().map(String::len).sum::<usize>();
        let capacity = problem.capacity().map(|bytes| to_double("capacity", bytes));
        size[0] = MemoProblemSize {
            capacity: capacity.unwrap_or(Ok(f64::INFINITY))?,
            count: count_of(problem.len())?,
            id_count: count_of(problem.ids().len())?,
            id_bytes: count_of(id_bytes)?,
        };
        Ok(())
    })
}

/// Copies an open problem of `count` buffers out, in the columns that `memo_plan` takes. A pin is
/// NaN where there is none.
///
/// # Safety
/// Each column has room for `count` elements of its type. Nobody uses them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_problem_columns(
    handle: u32,
    count: u32,
    sizes: *mut f64,
    starts: *mut u32,
    ends: *mut u32,
    alignments: *mut f64,
    pins: *mut f64,
) -> i32 {
    entry(|| {
        let problem = PROBLEMS.get(handle)?;
        same_count("count", count, problem.len())?;
        // SAFETY: the caller's promise.
        let sizes = unsafe { column_mut("sizes", sizes, count) }?;
        // SAFETY: the caller's promise.
        let starts = unsafe { column_mut("starts", starts, count) }?;
        // SAFETY: the caller's promise.
        let ends = unsafe { column_mut("ends", ends, count) }?;
        // SAFETY: the caller's promise.
        let alignments = unsafe { column_mut("alignments", alignments, count) }?;
        // SAFETY: the caller's promise.
        let pins = unsafe { column_mut("pins", pins, count) }?;
        for (idx, buffer) in problem.buffers().iter().enumerate() {
            sizes[idx] = to_double("size", buffer.size)?;
            starts[idx] = buffer.lifetime.start;
            ends[idx] = buffer.lifetime.end;
            alignments[idx] = to_double("alignment", buffer.alignment)?;
            pins[idx] = buffer.pin.map_or(Ok(f64::NAN), |pin| to_double("pin", pin))?;
        }
        Ok(())
    })
}

/// Copies the ids of an open problem out: `text` holds them one after the other, UTF-8, and
/// `ends[i]` is the end of the id of buffer `i` in it.
///
/// # Safety
/// `text` has room for `id_bytes` bytes, `ends` for `id_count` elements. Nobody uses them during
/// the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_problem_ids(
    handle: u32,
    id_bytes: u32,
    text: *mut u8,
    id_count: u32,
    ends: *mut u32,
) -> i32 {
    entry(|| {
        let problem = PROBLEMS.get(handle)?;
        let ids = problem.ids();
        let joined = ids.concat();
        same_count("id_bytes", id_bytes, joined.len())?;
        same_count("id_count", id_count, ids.len())?;
        // SAFETY: the caller's promise.
        let text = unsafe { column_mut("text", text, id_bytes) }?;
        // SAFETY: the caller's promise.
        let ends = unsafe { column_mut("ends", ends, id_count) }?;
        text.copy_from_slice(joined.as_bytes());
        let mut end = 0;
        for (to, id) in ends.iter_mut().zip(ids) {
            end += id.len();
            *to = count_of(end)?;
        }
        Ok(())
    })
}

/// Closes a problem. Its handle is refused from then on.
#[unsafe(no_mangle)]
pub extern "C" fn memo_problem_close(handle: u32) -> i32 {
    entry(|| PROBLEMS.close(handle))
}

fn count_of(count: usize) -> Result<u32, Failure> {
    u32::try_from(count)
        .map_err(|_| Failure::bad_argument(format!("{count} is more than 2^32 − 1")))
}

fn same_count(name: &str, given: u32, found: usize) -> Result<(), Failure> {
    if given as usize == found {
        return Ok(());
    }
    Err(Failure::bad_argument(format!(
        "{name} is {given}, but the problem has {found}; ask memo_problem_size first"
    )))
}
