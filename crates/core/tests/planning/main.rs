//! Analysis and planners against independent oracles, on generated problems.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod families;
mod naive;
mod planners;
