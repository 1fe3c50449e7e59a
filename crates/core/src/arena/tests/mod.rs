//! The arena as its callers see it.
#![cfg(not(loom))]

#[cfg(target_os = "linux")]
mod children;
mod leases;
mod model;
#[cfg(poison)]
mod poisoned;
mod policy;
mod pool;
mod retirement;

use std::ptr::NonNull;

use crate::model::{Buffer, BufferIdx, Bytes, Certificate, Key, Plan, Problem, Request, RunPlan};

use super::{Freed, free};

/// A run that asks for slots `(offset, size)` in this order; `None` is an escape of 64 bytes. The
/// lifetimes say that all conflict: an arena must not care.
fn run_plan(slots: &[Option<(Bytes, Bytes)>]) -> RunPlan {
    let end = 1 + u32::try_from(slots.len()).unwrap();
    let placed: Vec<(Bytes, Bytes)> = slots.iter().flatten().copied().collect();
    let buffers = placed.iter().map(|&(_, size)| Buffer::new(size, 0, end)).collect();
    let plan = Plan {
        offsets: placed.iter().map(|&(offset, _)| offset).collect(),
        peak: placed.iter().map(|&(offset, size)| offset + size).max().unwrap_or(0),
        lower_bound: 0,
        certificate: Certificate::FinishedSearch,
    };
    let mut next = (0..).map(BufferIdx);
    let requests = slots
        .iter()
        .map(|slot| match slot {
            Some((_, size)) => Request { size: *size, slot: next.next() },
            None => Request { size: 64, slot: None },
        })
        .collect();
    RunPlan::new(Key::default(), Problem::new(buffers).unwrap(), plan, requests).unwrap()
}

/// As [`run_plan`], without escapes.
fn slots(slots: &[(Bytes, Bytes)]) -> RunPlan {
    run_plan(&slots.iter().copied().map(Some).collect::<Vec<_>>())
}

fn free_block(block: NonNull<u8>) -> Freed {
    // SAFETY: the tests use no block after this call, and each block in one place only.
    unsafe { free(block) }
}
