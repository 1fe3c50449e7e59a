//! Pictures of memory plans.

pub mod units;
