//! Pictures of memory plans.
