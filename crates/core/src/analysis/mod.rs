//! What can be said of a run before it is planned: who lives when, and how much at once.

mod aligned;
mod bound;
mod explain;
mod liveness;
mod load;
mod profile;

pub use bound::{lower_bound, refute};
pub use explain::{BufferChange, Explanation, OpChange, explain};
pub use liveness::{Liveness, liveness};
pub use load::{Load, max_load};
