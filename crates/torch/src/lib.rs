//! LibTorch served from a plan.
