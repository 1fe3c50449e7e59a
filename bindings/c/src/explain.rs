//! What the lower bound of an open problem stands on.

use memo_malloc::analysis::{Explanation, explain};

use crate::columns::{column_mut, count_of, same_count, to_double};
use crate::kept::Kept;
use crate::outcome::{MemoCertificate, MemoOutcome};
use memo_edge::{Failure, entry};

/// What a lower bound stands on.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MemoExplanation {
    /// No plan has a smaller peak.
    pub lower_bound: f64,
    /// The largest load.
    pub load: f64,
    /// The load at `step`.
    pub live_bytes: f64,
    /// The largest load of all buffers that are not live at `step`.
    pub others: f64,
    /// How the lower bound was proven.
    pub certificate: MemoCertificate,
    /// The step of a load that proves it.
    pub certificate_step: u32,
    /// The step of the largest load.
    pub load_step: u32,
    /// The step that is explained.
    pub step: u32,
    /// The step after the last at which the bound is reached.
    pub end: u32,
    /// The number of buffers with bytes that are live at `step`.
    pub live_count: u32,
    /// The step of `others`.
    pub others_step: u32,
    /// The number of changes that were written.
    pub change_count: u32,
}

/// Explains the lower bound of an open problem of `count` buffers. Writes `explanation`, the buffers
/// that are `live` at its step, the largest first, and up to `change_max` changes of one buffer that
/// lower the bound, the best first: the buffer, and the bound without it, if it were freed by `step`,
/// and if it were made at `end`, NaN where that cannot be.
///
/// # Safety
/// `live` has room for `count` elements, the last four columns for `change_max`; `explanation` is
/// valid for a write. Nobody uses them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_explain(
    problem: u32,
    count: u32,
    live: *mut u32,
    change_max: u32,
    buffers: *mut u32,
    gone: *mut f64,
    freed_by: *mut f64,
    made_at: *mut f64,
    explanation: *mut MemoExplanation,
) -> i32 {
    entry(|| {
        let kept = Kept::get(problem)?;
        let problem = kept.one()?;
        same_count("count", count, problem.len())?;
        // SAFETY: the caller's promise.
        let live = unsafe { column_mut("live", live, count) }?;
        // SAFETY: the caller's promise.
        let buffers = unsafe { column_mut("buffers", buffers, change_max) }?;
        // SAFETY: the caller's promise.
        let gone = unsafe { column_mut("gone", gone, change_max) }?;
        // SAFETY: the caller's promise.
        let freed_by = unsafe { column_mut("freed_by", freed_by, change_max) }?;
        // SAFETY: the caller's promise.
        let made_at = unsafe { column_mut("made_at", made_at, change_max) }?;
        // SAFETY: the caller's promise.
        let explanation = unsafe { column_mut("explanation", explanation, 1) }?;

        let told = explain(problem, change_max as usize);
        live.iter_mut().zip(&told.live).for_each(|(to, idx)| *to = idx.0);
        let or_nan = |bound: Option<u64>| bound.map_or(Ok(f64::NAN), |b| to_double("bound", b));
        for (at, change) in told.buffers.iter().enumerate() {
            buffers[at] = change.buffer.0;
            gone[at] = to_double("bound", change.gone)?;
            freed_by[at] = or_nan(change.freed_by)?;
            made_at[at] = or_nan(change.made_at)?;
        }
        explanation[0] = MemoExplanation::of(&told)?;
        Ok(())
    })
}

impl MemoExplanation {
    /// Everything but the columns.
    fn of(told: &Explanation) -> Result<MemoExplanation, Failure> {
        let MemoOutcome { lower_bound, certificate, step: certificate_step, .. } =
            MemoOutcome::bound(told.lower_bound, told.certificate)?;
        Ok(MemoExplanation {
            lower_bound,
            load: to_double("load", told.load.bytes)?,
            live_bytes: to_double("load", told.live_bytes)?,
            others: to_double("load", told.others.bytes)?,
            certificate,
            certificate_step,
            load_step: told.load.step,
            step: told.step,
            end: told.end,
            live_count: count_of(told.live.len())?,
            others_step: told.others.step,
            change_count: count_of(told.buffers.len())?,
        })
    }
}
