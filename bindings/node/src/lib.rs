//! The Node-API addon: the functions of the C ABI under their own names, with typed arrays for
//! addresses. The same file exports the C functions for runtimes that load it through FFI.
//!
//! Every value has been checked in TypeScript (`ts/`), which is the only caller; the lengths are
//! checked once more here, because here they become promises.

// napi's generated glue is neither documented nor written for pedantic lints.
#![allow(
    clippy::allow_attributes,
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    missing_docs,
    unreachable_pub,
    reason = "typed arrays are taken by value, and the C header documents the functions"
)]
#![cfg_attr(test, allow(dead_code, reason = "napi registers functions outside of tests only"))]

mod arrays;
mod job;
mod plan;
mod problem;
mod spread;
mod text;
mod texts;
