//! The Node-API addon for LibTorch: functions of `memo_torch.h` under their own names, with typed
//! arrays for addresses. The same file exports the C functions for runtimes that load it through FFI.
//!
//! Every value has been checked in TypeScript (`ts/torch`), which is the only caller; the lengths are
//! checked once more here, because here they become promises.

// napi's generated glue is neither documented nor written for pedantic lints.
#![allow(
    clippy::allow_attributes,
    clippy::needless_pass_by_value,
    missing_docs,
    unreachable_pub,
    reason = "typed arrays are taken by value, and the C header documents the functions"
)]
#![cfg_attr(test, allow(dead_code, reason = "napi registers functions outside of tests only"))]

#[path = "../../node/src/arrays.rs"]
#[expect(dead_code, reason = "the other addon uses the rest")]
mod arrays;
mod models;
mod service;
mod tensors;
mod texts;
