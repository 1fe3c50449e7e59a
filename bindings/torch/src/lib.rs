//! The LibTorch service with a C ABI: a C++ program, a running Python and TypeScript turn it on
//! without compiling anything.
//!
//! * The library is made for one version of LibTorch and binds to the one in the process. What it was
//!   made for can be read in the file before it is loaded ([`memo_torch_built_for`]).
//! * Every function returns 0 or the number of a documented code; the text of the last failure of
//!   the calling thread is given by [`memo_torch_last_error`]. Nothing unwinds into the caller.
//! * What the library keeps is named by an id or a ticket, never by a pointer: a stale one is an
//!   error.
//!
//! `memo_torch.h` is generated from this crate; a test keeps it current.

mod codes;
mod failure;
#[cfg(test)]
#[path = "../../edge/tests/forked/mod.rs"]
mod forked;
mod models;
mod runs;
mod scopes;
mod service;
mod tensors;
mod workers;

pub use codes::{
    MEMO_TORCH_ABI_VERSION, memo_torch_abi_version, memo_torch_built_for, memo_torch_code_name,
    memo_torch_last_error, memo_torch_version,
};
pub use models::{
    memo_torch_model_close, memo_torch_model_load, memo_torch_model_run, memo_torch_model_start,
};
pub use runs::{
    memo_torch_run_cancel, memo_torch_run_close, memo_torch_run_is_done, memo_torch_run_take,
    memo_torch_run_wait,
};
pub use scopes::{memo_torch_scope_begin, memo_torch_scope_end};
pub use service::{
    memo_torch_disable, memo_torch_enable, memo_torch_settle, memo_torch_stats_json,
    memo_torch_stats_text, memo_torch_trim,
};
pub use tensors::{
    MemoTorchKind, MemoTorchShape, memo_torch_tensor_borrow, memo_torch_tensor_bytes,
    memo_torch_tensor_close, memo_torch_tensor_copy, memo_torch_tensor_lengths,
    memo_torch_tensor_read, memo_torch_tensor_shape,
};
pub use workers::memo_torch_set_threads;
