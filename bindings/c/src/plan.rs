//! Plan, check and bound an open problem.

use std::ffi::c_char;

use memo_malloc::analysis::lower_bound;
use memo_malloc::planners::by_name;
use memo_malloc::{Outcome, Plan, Problem, check};

use crate::columns::{column, column_mut, integer, integers, put_bytes, same_count};
use crate::kept::Kept;
use crate::outcome::{MemoOutcome, certificate};
use memo_edge::{Failure, entry, text};

/// Plans an open problem of `count` buffers. Writes `outcome` and, when it has a plan, `offsets[i]`.
/// `planner` is a name, or NULL for `auto`. `time_limit` is in seconds, INFINITY for none.
///
/// An infeasible problem is an answer, not a failure: look at `outcome->status`.
///
/// # Safety
/// `planner` is NULL or ends in NUL; `offsets` has room for `count` elements; `outcome` is valid for
/// a write. Nobody uses them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_plan(
    problem: u32,
    planner: *const c_char,
    time_limit: f64,
    count: u32,
    offsets: *mut f64,
    outcome: *mut MemoOutcome,
) -> i32 {
    entry(|| {
        let kept = Kept::get(problem)?;
        let problem = kept.one()?;
        let size = OutcomeSize::of(problem);
        // SAFETY: the caller's promise.
        let planner = by_name(unsafe { text("planner", planner) }?.unwrap_or("auto"))?;
        // SAFETY: the caller's promise; asked before the work is done in vain.
        unsafe { OutcomePlaces::of(size, count, offsets, outcome) }?;
        let found = planner.plan(problem, &kept.limits(time_limit)?)?;
        // SAFETY: the caller's promise.
        unsafe { put_outcome(&found, size, count, offsets, outcome) }
    })
}

/// What an outcome takes room for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OutcomeSize {
    pub(crate) buffers: usize,
}

impl OutcomeSize {
    pub(crate) fn of(problem: &Problem) -> OutcomeSize {
        OutcomeSize { buffers: problem.len() }
    }
}

/// Where an outcome goes.
struct OutcomePlaces<'a> {
    offsets: &'a mut [f64],
    outcome: &'a mut [MemoOutcome],
}

impl OutcomePlaces<'_> {
    /// # Safety
    /// `offsets` has room for `count` elements; `outcome` is valid for a write. Nobody else uses them.
    unsafe fn of<'a>(
        size: OutcomeSize,
        count: u32,
        offsets: *mut f64,
        outcome: *mut MemoOutcome,
    ) -> Result<OutcomePlaces<'a>, Failure> {
        same_count("count", count, size.buffers)?;
        // SAFETY: the caller's promise.
        let offsets = unsafe { column_mut("offsets", offsets, count) }?;
        // SAFETY: the caller's promise.
        let outcome = unsafe { column_mut("outcome", outcome, 1) }?;
        Ok(OutcomePlaces { offsets, outcome })
    }
}

/// Writes an outcome and, when it has a plan, the offsets.
///
/// # Safety
/// As [`OutcomePlaces::of`].
pub(crate) unsafe fn put_outcome(
    found: &Outcome,
    size: OutcomeSize,
    count: u32,
    offsets: *mut f64,
    outcome: *mut MemoOutcome,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    let to = unsafe { OutcomePlaces::of(size, count, offsets, outcome) }?;
    if let Some(plan) = found.plan() {
        put_bytes("offset", to.offsets, plan.offsets.iter().copied())?;
    }
    to.outcome[0] = MemoOutcome::of(found)?;
    Ok(())
}

/// Judges a plan of an open problem: its offsets, its peak, and its lower bound with the certificate
/// (a `MemoCertificate`) and the step of it. 0 when it is valid, else the code of the first fault
/// (2xx).
///
/// # Safety
/// `offsets` has `offset_count` elements, which nobody writes during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_check(
    problem: u32,
    offset_count: u32,
    offsets: *const f64,
    peak: f64,
    bound: f64,
    bound_certificate: u32,
    step: u32,
) -> i32 {
    entry(|| {
        let kept = Kept::get(problem)?;
        // SAFETY: the caller's promise.
        let offsets = unsafe { column("offsets", offsets, offset_count) }?;
        let plan = stated_plan(offsets, peak, bound, bound_certificate, step)?;
        Ok(check(kept.one()?, &plan)?)
    })
}

/// A plan as a caller states it, not judged.
pub(crate) fn stated_plan(
    offsets: &[f64],
    peak: f64,
    bound: f64,
    bound_certificate: u32,
    step: u32,
) -> Result<Plan, Failure> {
    Ok(Plan {
        offsets: integers("buffer", "offset", offsets)?,
        peak: integer("peak", peak)?,
        lower_bound: integer("lower bound", bound)?,
        certificate: certificate(bound_certificate, step)?,
    })
}

/// The lower bound of an open problem: writes `lower_bound`, `certificate` and `step` of `outcome`,
/// and zeros elsewhere.
///
/// # Safety
/// `outcome` is valid for a write. Nobody uses it during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_lower_bound(problem: u32, outcome: *mut MemoOutcome) -> i32 {
    entry(|| {
        let kept = Kept::get(problem)?;
        // SAFETY: the caller's promise.
        let outcome = unsafe { column_mut("outcome", outcome, 1) }?;
        let (bytes, by) = lower_bound(kept.one()?);
        outcome[0] = MemoOutcome::bound(bytes, by)?;
        Ok(())
    })
}
