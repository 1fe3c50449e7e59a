//! Memory planning for runs that repeat themselves.
//!
//! ```text
//! trace ──analysis::liveness──▶ problem ──planners──▶ plan ──arena──▶ served run
//! ```
//!
//! * [`model`]: the nouns: [`Buffer`], [`Problem`], [`Plan`], [`Outcome`], [`RunPlan`], [`Error`].
//! * [`trace`]: what a run did, and the recorder that writes it down.
//! * [`analysis`]: lifetimes from a trace, the load, the lower bound.
//! * [`planners`]: from a problem to a plan.
//! * [`mod@check`]: the independent judge of any plan.
//! * [`draw`]: a plan as a picture of characters.
//! * `arena`: one slab that serves a planned run (64-bit Unix).

pub mod analysis;
#[cfg(all(unix, target_pointer_width = "64"))]
pub mod arena;
pub mod check;
pub mod draw;
pub mod limits;
pub mod model;
pub mod planners;
pub mod trace;

pub use check::check;
pub use limits::Limits;
pub use model::{
    Buffer, BufferIdx, Bytes, Certificate, Code, Error, GaveUp, Key, Lifetime, Outcome, Plan,
    Problem, Refutation, Request, RunPlan, Status, Step,
};
