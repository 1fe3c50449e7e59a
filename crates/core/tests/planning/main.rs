//! Analysis and planners against independent oracles, on generated problems.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bound;
mod branch_and_bound;
mod ejection;
#[cfg(any(feature = "ilp", feature = "highs"))]
mod exact;
mod explain;
mod families;
mod liveness;
mod metamorphic;
mod naive;
mod packing;
mod planners;
mod progress;
mod rectangles;
mod stream;
mod tiers;
mod ties;
