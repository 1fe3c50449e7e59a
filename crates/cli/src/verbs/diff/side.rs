//! What is compared of one file: its numbers, and who is live at its max load.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use memo_formats::Options;
use memo_malloc::analysis::{Load, max_load};
use memo_malloc::{BufferIdx, Bytes, Code, Plan, Problem};

use crate::best::best_plan;
use crate::console::Console;
use crate::failure::Failure;
use crate::input::Task;

/// The numbers of a file, and the bytes of each op at its max load.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) buffer_count: usize,
    pub(super) peak: Bytes,
    pub(super) lower_bound: Bytes,
    pub(super) load: Load,
    ops: BTreeMap<String, Bytes>,
}

impl Side {
    pub(super) fn read(
        path: &Path,
        options: &Options,
        time: Option<Duration>,
        console: &Console,
    ) -> Result<Side, Failure> {
        let task = Task::read(path, options, console)?;
        let file = path.to_string_lossy();
        if task.tiers.is_some() {
            let message = "several arenas, which cannot be compared";
            return Err(Failure::new(Code::Unsupported, message).in_file(file));
        }
        let problem = task.problem;
        let plan = task.plan.map_or_else(|| best(&problem, time, console), Ok);
        let plan = plan.map_err(|failure| failure.in_file(file))?;
        let load = max_load(&problem);
        Ok(Side {
            buffer_count: problem.len(),
            peak: plan.peak,
            lower_bound: plan.lower_bound,
            ops: ops_at(&problem, load),
            load,
        })
    }
}

/// The best plan that is found.
fn best(problem: &Problem, time: Option<Duration>, console: &Console) -> Result<Plan, Failure> {
    let plan = best_plan(problem, time, console)?;
    plan.ok_or_else(|| Failure::new(Code::Infeasible, "there is no plan"))
}

/// The bytes of each op that are live at a step; buffers without an op go by their id.
fn ops_at(problem: &Problem, load: Load) -> BTreeMap<String, Bytes> {
    let mut ops: BTreeMap<String, Bytes> = BTreeMap::new();
    for (idx, buffer) in problem.iter() {
        let is_live = |life: &memo_malloc::Lifetime| (life.start..life.end).contains(&load.step);
        if problem.intervals(idx).iter().any(is_live) {
            *ops.entry(name(problem, idx)).or_default() += buffer.size;
        }
    }
    ops
}

/// What stays the same from one version of a model to the next: no ordinals.
fn name(problem: &Problem, idx: BufferIdx) -> String {
    match problem.op(idx) {
        Some(op) if op.place.is_empty() => op.name.clone(),
        Some(op) => format!("{} ({})", op.name, op.place),
        None => format!("buffer {}", problem.id(idx)),
    }
}

/// An op with the bytes it held, and holds.
#[derive(Debug)]
pub(super) struct Changed {
    pub(super) name: String,
    pub(super) old: Bytes,
    pub(super) new: Bytes,
}

/// The ops that hold other bytes than before, what grew most first.
pub(super) fn changed(old: &Side, new: &Side) -> Vec<Changed> {
    let mut ops: BTreeMap<&String, (Bytes, Bytes)> = BTreeMap::new();
    for (name, &held) in &old.ops {
        ops.entry(name).or_default().0 = held;
    }
    for (name, &held) in &new.ops {
        ops.entry(name).or_default().1 = held;
    }
    let changed = ops.into_iter().filter(|(_, (old, new))| old != new);
    let mut changed: Vec<Changed> =
        changed.map(|(name, (old, new))| Changed { name: name.clone(), old, new }).collect();
    changed.sort_by_key(|op| std::cmp::Reverse(i128::from(op.new) - i128::from(op.old)));
    changed
}
