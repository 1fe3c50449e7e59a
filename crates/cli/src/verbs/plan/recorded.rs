//! `memo plan FILE --recorded`: where the allocator of the run, or a compiler, put the buffers.

use memo_malloc::limits::Stopwatch;
use memo_malloc::{Code, Outcome, check};

use super::Args;
use super::summary::Summary;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::Task;

impl Args {
    pub(super) fn run_recorded(&self, task: Task, console: &Console) -> Result<Exit, Failure> {
        let watch = Stopwatch::start();
        let plan = task.recorded().ok_or_else(|| {
            Failure::new(Code::WrongNoun, "this tells no addresses of buffers")
                .fix_by("give a trace of PyTorch's profiler, a CUDA snapshot, or a module of XLA")
                .in_file(self.input.to_string_lossy())
        })?;
        let fix = if task.is_of_run() {
            "record a run whose blocks are all freed by the thread that asks for them"
        } else {
            "the file contradicts itself: have it written again"
        };
        check(&task.problem, &plan).map_err(|error| {
            Failure::from(error).fix_by(fix).in_file(self.input.to_string_lossy())
        })?;
        let is_optimal = plan.is_optimal();
        let mut summary = Summary {
            outcome: if is_optimal { Outcome::Optimal(plan) } else { Outcome::Feasible(plan) },
            input: self.input.clone(),
            output: None,
            planner: if task.is_of_run() { "the allocator of the run" } else { "the compiler" },
            buffer_count: task.problem.len(),
            capacity: None,
            elapsed: watch.elapsed(),
        };
        summary.output = self.write(task, &summary, console)?;
        summary.print(console)?;
        Ok(Exit::Done)
    }
}
