//! `LibTorch` on CPUs, served from a plan.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use memo_torch::{Model, Tensor, capture};
//!
//! let model = Model::load("model.pt")?;
//! let inputs = [Tensor::from_seed(&[1, 3, 224, 224], 1)?];
//! let (outputs, trace) = capture(model.key(&inputs), || model.forward(&inputs));
//! # let (_, _) = (outputs, trace);
//! # Ok(())
//! # }
//! ```
//!
//! The allocator stands in front of `LibTorch`'s own ([`install`]); on a thread that neither
//! captures nor serves, it hands every request on.

#[expect(
    unreachable_pub,
    clippy::multiple_unsafe_ops_per_block,
    reason = "of the code that cxx writes; there is no other in the file"
)]
mod bridge;
mod capture;
mod error;
mod kind;
mod mode;
mod model;
mod place;
mod renewed;
mod runtime;
mod serve;
mod service;
mod tensor;

pub use capture::{ALIGNMENT, Recording, capture, record};
pub use error::Error;
pub use kind::Kind;
pub use model::Model;
pub use runtime::{cpu, install, set_threads, threads, version};
pub use serve::serve;
pub use service::{
    Fallbacks, Options, Scope, ServiceStats, begin_scope, disable, enable, end_scope, scope,
    settle, stats, trim,
};
pub use tensor::Tensor;
