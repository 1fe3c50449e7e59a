//! What can be said of a run before it is planned: who lives when, and how much at once.

mod aligned;
mod bound;
mod explain;
mod held;
mod liveness;
mod load;
mod pins;
mod profile;
mod recorded;
mod reduce;

pub use bound::{Bound, bound, lower_bound, refute, refute_by};
pub use explain::{BufferChange, Explanation, OpChange, explain};
pub use held::held;
pub use liveness::{Liveness, liveness};
pub use load::{Load, loads, max_load};
pub use recorded::recorded;
pub use reduce::{Contradiction, Part, Reduced, needs, reduce};
