//! Problems from columns and out of files, kept under a handle until they are closed.

use std::ffi::{CStr, c_char};

use memo_formats::{Document, read_bytes};
use memo_malloc::analysis::liveness;
use memo_malloc::model::TieredProblem;

use crate::columns::{
    Addresses, capacity_to, column, column_mut, count_of, lists, put_bytes, put_lists, same_count,
    to_double,
};
use crate::kept::{Asked, Kept};
use memo_edge::{Failure, entry};

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
    /// The number of intervals of buffers that have several.
    pub interval_count: u32,
    /// The number of pairs that share an offset.
    pub share_count: u32,
    /// The number of pairs that are kept apart.
    pub apart_count: u32,
    /// The number of tiers, 0 for a problem of one arena.
    pub tier_count: u32,
    /// The bytes of the names of all tiers together.
    pub tier_name_bytes: u32,
}

/// Opens a problem of `count` buffers: buffer `i` has `sizes[i]` bytes and is live in the steps
/// `[starts[i], ends[i])`. Writes a handle, to be closed with [`memo_problem_close`].
///
/// `alignments` may be NULL (1 for every buffer); `pins` may be NULL, and NaN in it is "not
/// pinned". Every alignment is raised to a common multiple with `align` (1: as they are).
/// `capacity` is the most bytes a plan may use, INFINITY for no limit. All columns are copied.
///
/// # Safety
/// Each column has `count` elements of its type; `handle` is valid for a write. Nobody uses them
/// during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_problem_new(
    count: u32,
    sizes: *const f64,
    starts: *const u32,
    ends: *const u32,
    alignments: *const f64,
    pins: *const f64,
    align: f64,
    capacity: f64,
    handle: *mut u32,
) -> i32 {
    entry(|| {
        let addresses = Addresses { count, sizes, starts, ends, alignments, pins };
        // SAFETY: the caller's promise.
        let problem = unsafe { addresses.columns() }?.problem(align, capacity)?;
        // SAFETY: the caller's promise.
        let handle = unsafe { column_mut("handle", handle, 1) }?;
        handle[0] = Kept::new(Asked::One(problem)).open()?;
        Ok(())
    })
}

/// As [`memo_problem_new`], for callers that must not wait: the columns are copied, and looked at only
/// by the first function that needs the problem, for example by a job on its thread. That one, and
/// every other, then fails where `memo_problem_new` would have. So it is with `memo_problem_tie`,
/// `memo_problem_spread` and `memo_problem_name` until then.
///
/// # Safety
/// As [`memo_problem_new`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_problem_later(
    count: u32,
    sizes: *const f64,
    starts: *const u32,
    ends: *const u32,
    alignments: *const f64,
    pins: *const f64,
    align: f64,
    capacity: f64,
    handle: *mut u32,
) -> i32 {
    entry(|| {
        let addresses = Addresses { count, sizes, starts, ends, alignments, pins };
        // SAFETY: the caller's promise.
        let columns = unsafe { addresses.columns() }?.copied();
        // SAFETY: the caller's promise.
        let handle = unsafe { column_mut("handle", handle, 1) }?;
        let make = move || Ok(Asked::One(columns.lent().problem(align, capacity)?));
        handle[0] = Kept::later(make).open()?;
        Ok(())
    })
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
        let asked = match read_bytes(&name, bytes)? {
            Document::Problem(problem) => Asked::One(problem),
            Document::Plan(plan) => Asked::One(plan.problem().clone()),
            Document::Trace(trace) => Asked::One(liveness(&trace)?.problem),
            Document::TieredProblem(problem) => Asked::Tiered(problem),
            Document::TieredPlan(plan) => Asked::Tiered(plan.problem().clone()),
        };
        handle[0] = Kept::new(asked).open()?;
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
        let kept = Kept::get(handle)?;
        let problem = kept.buffers()?;
        let bound = problem.ties();
        let tiers = kept.tiered().map_or(&[][..], TieredProblem::tiers);
        // SAFETY: the caller's promise.
        let size = unsafe { column_mut("size", size, 1) }?;
        size[0] = MemoProblemSize {
            capacity: capacity_to(problem.capacity())?,
            count: count_of(problem.len())?,
            id_count: count_of(problem.ids().len())?,
            id_bytes: count_of(problem.ids().iter().map(String::len).sum())?,
            interval_count: count_of(bound.spanned().map(|(_, all)| all.len()).sum())?,
            share_count: count_of(bound.groups().iter().map(|group| group.len() - 1).sum())?,
            apart_count: count_of(bound.apart().len())?,
            tier_count: count_of(tiers.len())?,
            tier_name_bytes: count_of(tiers.iter().map(|tier| tier.name.len()).sum())?,
        };
        Ok(())
    })
}

/// Copies the buffers of an open problem out, in the columns that `memo_problem_new` takes. A pin is
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
        let kept = Kept::get(handle)?;
        let problem = kept.buffers()?;
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
        put_bytes("size", sizes, problem.buffers().iter().map(|b| b.size))?;
        put_bytes("alignment", alignments, problem.buffers().iter().map(|b| b.alignment))?;
        for (idx, buffer) in problem.buffers().iter().enumerate() {
            starts[idx] = buffer.lifetime.start;
            ends[idx] = buffer.lifetime.end;
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
        let kept = Kept::get(handle)?;
        let ids = kept.buffers()?.ids();
        same_count("id_bytes", id_bytes, ids.iter().map(String::len).sum())?;
        same_count("id_count", id_count, ids.len())?;
        // SAFETY: the caller's promise.
        let text = unsafe { column_mut("text", text, id_bytes) }?;
        // SAFETY: the caller's promise.
        let ends = unsafe { column_mut("ends", ends, id_count) }?;
        put_lists(ids.iter().map(String::as_bytes), text, ends)
    })
}

/// Lets at most so many threads plan an open problem at once, instead of one. More than two are not
/// used.
#[unsafe(no_mangle)]
pub extern "C" fn memo_problem_threads(problem: u32, threads: u32) -> i32 {
    entry(|| {
        Kept::get(problem)?.let_work(threads);
        Ok(())
    })
}

/// Closes a problem. Its handle is refused from then on.
#[unsafe(no_mangle)]
pub extern "C" fn memo_problem_close(handle: u32) -> i32 {
    entry(|| Kept::close(handle))
}

/// Texts one after the other, by where each ends.
pub(crate) fn texts_of(name: &str, text: &[u8], ends: &[u32]) -> Result<Vec<String>, Failure> {
    let refused = || Failure::bad_argument(format!("{name} are not UTF-8 up to their ends"));
    let owned = |one: Option<&[u8]>| String::from_utf8(one?.to_vec()).ok();
    lists(text, ends).map(|one| owned(one).ok_or_else(refused)).collect()
}
