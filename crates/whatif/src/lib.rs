//! What a model would need if it were run another way: estimates, made of its graph alone.
//!
//! A [`Way`] is a set of changes: results made in place, additions that take up what they add,
//! another order, the first stage patch by patch, the batch in chunks, results made twice instead of
//! kept. Each way makes a problem, which is planned, and an amount of work. Nothing is changed in the
//! file, and nothing is run: whether a runtime can do it is for its makers to say.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let graph = memo_formats::read_model("model.tflite", &memo_formats::Options::default())?;
//! for estimate in memo_whatif::explore(&graph, &memo_whatif::Wanted::default())?.together {
//!     println!("{} bytes, work {}: {}", estimate.peak, estimate.work, estimate.way);
//! }
//! # Ok(())
//! # }
//! ```

mod chunks;
mod draft;
mod explore;
mod image;
mod kinds;
mod order;
mod patches;
mod recompute;
mod reuse;
mod run;
mod way;
mod work;

pub use explore::{Estimate, Exploration, Wanted, explore};
pub use patches::{Grid, Stage};
pub use way::{Change, Way};

#[cfg(test)]
mod tests;
