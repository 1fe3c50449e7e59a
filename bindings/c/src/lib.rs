//! The C ABI of memo-malloc, for C and for every language that can call C.
//!
//! * A problem is opened from columns, bound by ties, spread over tiers, planned at once or on a
//!   thread of its own, written, and closed. Bytes are `double`, exact up to 2^53 − 1: the one number
//!   that C, JavaScript and Python pass at no cost; anything else is refused.
//! * Every function returns 0 or the number of a documented code; the text of the last failure of
//!   the calling thread is given by [`memo_last_error`]. Nothing unwinds into the caller.
//! * What the library keeps is named by an id, never by a pointer: a stale id is an error.
//!
//! `memo.h` is generated from this crate; a test keeps it current.

mod codes;
mod columns;
mod copied;
mod explain;
mod job;
mod kept;
mod outcome;
mod plan;
mod problem;
mod spread;
mod text;
mod tiers;
mod ties;

pub use codes::{MEMO_ABI_VERSION, memo_abi_version, memo_code_name, memo_last_error};
pub use explain::{MemoExplanation, memo_explain};
pub use job::{
    MemoProgress, memo_job_cancel, memo_job_close, memo_job_progress, memo_job_start,
    memo_job_take, memo_job_take_tiered,
};
pub use outcome::{MemoCause, MemoCertificate, MemoOutcome, MemoReason, MemoStatus};
pub use plan::{memo_check, memo_lower_bound, memo_plan};
pub use problem::{
    MemoProblemSize, memo_problem_close, memo_problem_columns, memo_problem_ids,
    memo_problem_later, memo_problem_new, memo_problem_read, memo_problem_size,
    memo_problem_threads,
};
pub use spread::{MemoSpread, memo_check_tiered, memo_lower_bound_tiered, memo_plan_tiered};
pub use text::{
    memo_plan_text, memo_plan_text_tiered, memo_problem_name, memo_text_close, memo_text_copy,
};
pub use tiers::{memo_problem_spread, memo_problem_tiers};
pub use ties::{memo_problem_tie, memo_problem_ties};
