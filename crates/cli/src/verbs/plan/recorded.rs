//! `memo plan TRACE --recorded`: where the allocator of the run put the buffers.

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
                .fix_by("give a trace of PyTorch's profiler, or a CUDA snapshot")
                .in_file(self.input.to_string_lossy())
        })?;
        check(&task.problem, &plan).map_err(|error| {
            Failure::from(error)
                .fix_by("record a run whose blocks are all freed by the thread that asks for them")
                .in_file(self.input.to_string_lossy())
        })?;
        let is_optimal = plan.is_optimal();
        let mut summary = Summary {
            outcome: if is_optimal { Outcome::Optimal(plan) } else { Outcome::Feasible(plan) },
            input: self.input.clone(),
            output: None,
            planner: "the allocator of the run",
            buffer_count: task.problem.len(),
            capacity: None,
            elapsed: watch.elapsed(),
        };
        summary.output = self.write(task, &summary, console)?;
        summary.print(console)?;
        Ok(Exit::Done)
    }
}
