//! What one fresh process found out about a model: written by the runner, read by `memo`.

use serde::{Deserialize, Serialize};

/// The measured runs of one process, after its warm-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measurement {
    /// How long each run took, worker by worker.
    pub latencies_ns: Vec<u64>,
    /// Processor time of the whole process, of all runs together.
    pub cpu_ns: u64,
    /// Page faults that needed no disk, of all runs together.
    pub faults: u64,
    /// Resident bytes when the runs ended.
    pub resident: u64,
    /// The most there were during the runs.
    pub resident_max: u64,
    /// What the arenas did; absent without a plan.
    pub served: Option<Served>,
    /// `sha256:…` of the outputs, the same in every run; absent when two runs differed.
    pub outputs: Option<String>,
    /// LibTorch and its version.
    pub runtime: String,
    /// The kernels it chose.
    pub cpu: String,
}

/// What the arenas of all workers did in all measured runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Served {
    /// Requests of more than 0 bytes.
    pub requests: u64,
    /// Of these, served from a slab.
    pub hits: u64,
    /// Fell back as planned: they outlive the run.
    pub escapes: u64,
    /// Fell back because the run differed from the plan.
    pub deviations: u64,
    /// Bytes of one slab.
    pub slab: u64,
}

/// Plain and recorded runs in turns in one process.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CaptureCost {
    /// Plain runs.
    pub plain: Times,
    /// Recorded ones, with the place of each op, as for a trace.
    pub recorded: Times,
    /// Those that the service recorded, which asks for no places.
    pub in_service: Times,
    /// How long it took to make a trace of what was recorded.
    pub trace_ns: Vec<u64>,
}

/// Runs as they come and from plans, in turns in one process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turns {
    /// With the allocator that the process has.
    pub unplanned: Times,
    /// From each plan.
    pub planned: Vec<Times>,
    /// Requests that fell back because a run differed from its plan.
    pub deviations: u64,
}

/// What runs took until their outputs were there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Times {
    /// On the clock.
    pub wall_ns: Vec<u64>,
    /// Of the processor, by the thread that ran.
    pub cpu_ns: Vec<u64>,
}
