//! Plan, check and bound a problem given in columns.

use std::ffi::{CStr, c_char};
use std::time::Duration;

use memo_malloc::analysis::lower_bound;
use memo_malloc::planners::by_name;
use memo_malloc::{Limits, Plan, check};

use crate::columns::{Columns, column, column_mut, integer, to_double};
use crate::failure::{Failure, entry};
use crate::outcome::{MemoOutcome, certificate};

/// Plans a problem of `count` buffers: buffer `i` has `sizes[i]` bytes and is live in the steps
/// `[starts[i], ends[i])`. Writes `outcome` and, when it has a plan, `offsets[i]`.
///
/// `alignments` may be NULL (1 for every buffer); `pins` may be NULL, and NaN in it is "not
/// pinned". Every alignment is raised to a common multiple with `align` (1: as they are).
/// `capacity` is the most bytes a plan may use, INFINITY for no limit. `planner` is a name, or NULL
/// for `auto`. `time_limit` is in seconds, INFINITY for none.
///
/// An infeasible problem is an answer, not a failure: look at `outcome->status`.
///
/// # Safety
/// Each column has `count` elements of its type; `planner` is NULL or ends in NUL; `outcome` is
/// valid for a write. Nobody uses them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_plan(
    count: u32,
    sizes: *const f64,
    starts: *const u32,
    ends: *const u32,
    alignments: *const f64,
    pins: *const f64,
    align: f64,
    capacity: f64,
    planner: *const c_char,
    time_limit: f64,
    offsets: *mut f64,
    outcome: *mut MemoOutcome,
) -> i32 {
    entry(|| {
        let columns = Columns { count, sizes, starts, ends, alignments, pins };
        // SAFETY: the caller's promise.
        let problem = unsafe { columns.problem(align, capacity) }?;
        // SAFETY: the caller's promise.
        let planner = by_name(unsafe { name(planner) }?)?;
        // SAFETY: the caller's promise.
        let offsets = unsafe { column_mut("offsets", offsets, count) }?;
        // SAFETY: the caller's promise.
        let outcome = unsafe { column_mut("outcome", outcome, 1) }?;
        let found = planner.plan(&problem, &limits(time_limit)?)?;
        if let Some(plan) = found.plan() {
            for (to, &offset) in offsets.iter_mut().zip(&plan.offsets) {
                *to = to_double("offset", offset)?;
            }
        }
        outcome[0] = MemoOutcome::of(&found)?;
        Ok(())
    })
}

/// Judges a plan of a problem, given as for [`memo_plan`]: its offsets, its peak, and its lower
/// bound with the certificate (a `MemoCertificate`) and the step of it. 0 when it is valid, else the
/// code of the first fault (2xx).
///
/// # Safety
/// As [`memo_plan`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_check(
    count: u32,
    sizes: *const f64,
    starts: *const u32,
    ends: *const u32,
    alignments: *const f64,
    pins: *const f64,
    align: f64,
    capacity: f64,
    offset_count: u32,
    offsets: *const f64,
    peak: f64,
    bound: f64,
    bound_certificate: u32,
    step: u32,
) -> i32 {
    entry(|| {
        let columns = Columns { count, sizes, starts, ends, alignments, pins };
        // SAFETY: the caller's promise.
        let problem = unsafe { columns.problem(align, capacity) }?;
        // SAFETY: the caller's promise.
        let offsets = unsafe { column("offsets", offsets, offset_count) }?;
        let offset = |(idx, &offset)| integer(&format!("buffer {idx}: offset"), offset);
        let plan = Plan {
            offsets: offsets.iter().enumerate().map(offset).collect::<Result<_, _>>()?,
            peak: integer("peak", peak)?,
            lower_bound: integer("lower bound", bound)?,
            certificate: certificate(bound_certificate, step)?,
        };
        Ok(check(&problem, &plan)?)
    })
}

/// The lower bound of a problem, given as for [`memo_plan`]: writes `lower_bound`, `certificate`
/// and `step` of `outcome`, and zeros elsewhere.
///
/// # Safety
/// As [`memo_plan`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_lower_bound(
    count: u32,
    sizes: *const f64,
    starts: *const u32,
    ends: *const u32,
    alignments: *const f64,
    pins: *const f64,
    align: f64,
    outcome: *mut MemoOutcome,
) -> i32 {
    entry(|| {
        let columns = Columns { count, sizes, starts, ends, alignments, pins };
        // SAFETY: the caller's promise.
        let problem = unsafe { columns.problem(align, f64::INFINITY) }?;
        // SAFETY: the caller's promise.
        let outcome = unsafe { column_mut("outcome", outcome, 1) }?;
        let (bytes, by) = lower_bound(&problem);
        outcome[0] = MemoOutcome::bound(bytes, by)?;
        Ok(())
    })
}

/// # Safety
/// `planner` is NULL or ends in NUL.
unsafe fn name<'a>(planner: *const c_char) -> Result<&'a str, Failure> {
    if planner.is_null() {
        return Ok("auto");
    }
    // SAFETY: not NULL, and NUL-terminated by the caller's promise.
    let name = unsafe { CStr::from_ptr(planner) };
    name.to_str().map_err(|_| Failure::bad_argument("planner is not UTF-8"))
}

fn limits(seconds: f64) -> Result<Limits, Failure> {
    if seconds == f64::INFINITY {
        return Ok(Limits::default());
    }
    let time = Duration::try_from_secs_f64(seconds).map_err(|_| {
        Failure::bad_argument(format!("time limit {seconds:?} must be from 0 to 1e19 seconds"))
    })?;
    Ok(Limits::time(time))
}
