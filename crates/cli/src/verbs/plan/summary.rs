//! What `memo plan` found, for people and for programs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use memo_malloc::model::Reason;
use memo_malloc::{Bytes, Outcome, Plan};
use memo_report::units::{bytes, bytes_exact, counted, share};
use serde_json::{Value, json};

use crate::console::{Console, is_stdout};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::infeasible;

/// What was found and where it went.
pub(super) struct Summary {
    pub(super) outcome: Outcome,
    pub(super) input: PathBuf,
    pub(super) output: Option<PathBuf>,
    pub(super) planner: &'static str,
    pub(super) buffer_count: usize,
    pub(super) capacity: Option<Bytes>,
    pub(super) elapsed: Duration,
}

impl Summary {
    /// How the process ends.
    pub(super) fn exit(&self) -> Exit {
        match &self.outcome {
            Outcome::Optimal(_) | Outcome::Feasible(_) => Exit::Done,
            Outcome::Infeasible(_) => Exit::Infeasible,
            Outcome::GaveUp(gave_up) => match (&gave_up.best, gave_up.reason) {
                (None, Reason::Cancelled) => Exit::Interrupted,
                _ => Exit::GaveUp,
            },
        }
    }

    pub(super) fn reason(&self) -> Option<Reason> {
        match &self.outcome {
            Outcome::GaveUp(gave_up) => Some(gave_up.reason),
            _ => None,
        }
    }

    /// By how much the plan exceeds the capacity.
    pub(super) fn excess(&self, plan: &Plan) -> Option<Bytes> {
        plan.peak.checked_sub(self.capacity?).filter(|&excess| excess > 0)
    }

    fn describe(&self, console: &Console, plan: &Plan) {
        console.message(format!("  peak         {}", bytes_exact(plan.peak)));
        let (bound, certificate) = (self.outcome.lower_bound(), self.outcome.certificate());
        console.message(format!("  lower bound  {} by {certificate}", bytes_exact(bound)));
        if plan.is_optimal() {
            console.message("  optimal: no plan needs less");
        } else {
            let gap = share(plan.gap(), plan.lower_bound);
            console.message(format!("  gap          {} ({gap} of the bound)", bytes(plan.gap())));
        }
        if let Some(reason) = self.reason() {
            console.warning(format!("gave up ({}): this is the best so far", reason.name()));
        }
        if let Some(excess) = self.excess(plan) {
            console.warning(format!("the plan exceeds the capacity by {}", bytes_exact(excess)));
        }
    }

    /// Prints it for people, or for programs if they asked.
    pub(super) fn print(&self, console: &Console) -> Result<(), Failure> {
        if console.is_json() {
            return console.json_result(&self.fields());
        }
        let buffers = counted(self.buffer_count, "buffer");
        let (input, planner) = (self.input.display(), self.planner);
        let elapsed = self.elapsed.as_secs_f64() * 1e3;
        console.message(format!("{input}: {buffers}, planned by {planner} in {elapsed:.1} ms"));
        if let Some(plan) = self.outcome.plan() {
            self.describe(console, plan);
        }
        self.wrote(console);
        Ok(())
    }

    /// Says where the plan went, unless that was standard output.
    pub(super) fn wrote(&self, console: &Console) {
        if let Some(output) = self.output.as_deref().filter(|path| !is_stdout(path)) {
            let output = output.display();
            console.message(format!("wrote {output}"));
            console.suggest(&[
                format!("memo show {output}"),
                format!("memo draw {output} -o plan.svg"),
            ]);
        }
    }

    pub(super) fn fields(&self) -> Value {
        let plan = self.outcome.plan();
        json!({
            "status": self.outcome.status().name(),
            "reason": self.reason().map(Reason::name),
            "cause": infeasible::cause(&self.outcome),
            "planner": self.planner,
            "buffers": self.buffer_count,
            "capacity": self.capacity,
            "peak": plan.map(|plan| plan.peak),
            "lower_bound": self.outcome.lower_bound(),
            "certificate": self.outcome.certificate().name(),
            "seconds": self.elapsed.as_secs_f64(),
            "output": self.output.as_deref().map(Path::to_string_lossy),
        })
    }
}
