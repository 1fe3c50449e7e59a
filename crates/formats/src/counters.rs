//! The load over time as a counter track, for Chrome's and Perfetto's trace viewers.
//!
//! One track of numbers, not a slice for each buffer: slices of one track must nest, and lifetimes do
//! not. A step is shown as a microsecond.

use memo_malloc::analysis::loads;
use memo_malloc::{Bytes, Step};
use serde_json::json;

use crate::PlanDocument;

/// The trace, ending in a line end.
pub(crate) fn counters(plan: &PlanDocument) -> String {
    let (problem, peak) = (plan.problem(), plan.plan().peak);
    let event = |(step, load): (Step, Bytes)| json!({ "ph": "C", "pid": 0, "name": "arena", "ts": step, "args": { "load": load, "above it": peak - load } });
    let name = json!({ "ph": "M", "pid": 0, "name": "process_name", "args": { "name": "memo" } });
    let events: Vec<_> =
        std::iter::once(name).chain(loads(problem).into_iter().map(event)).collect();
    format!("{}\n", json!({ "displayTimeUnit": "ns", "traceEvents": events }))
}
