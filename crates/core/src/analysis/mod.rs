//! What can be said of a run before it is planned: who lives when, and how much at once.

mod aligned;
mod bound;
mod liveness;
mod load;

pub use bound::{lower_bound, refute};
pub use liveness::{Liveness, liveness};
pub use load::{Load, max_load};
