//! `memo plan IN --tier fast=64KiB@1 --tier slow@10`

use std::path::PathBuf;
use std::time::Duration;

use memo_formats::{Document, TieredPlanDocument};
use memo_malloc::Code;
use memo_malloc::limits::Stopwatch;
use memo_malloc::model::{CostCertificate, Reason, Tier, TieredOutcome, TieredPlan, TieredProblem};
use memo_malloc::planners::plan_tiered;
use memo_report::units::{bytes_exact, count, counted};
use serde_json::{Value, json};

use super::Args;
use crate::console::{Console, is_stdout};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::Task;
use crate::progress::while_working;
use crate::{infeasible, size};

/// Reads `NAME`, `NAME=CAPACITY`, `NAME@COST` or `NAME=CAPACITY@COST`; a cost is 1 unless told.
pub(super) fn parse(text: &str) -> Result<Tier, String> {
    let (rest, cost) = match text.rsplit_once('@') {
        Some((rest, cost)) => (rest, cost.parse().map_err(|_| expected(cost))?),
        None => (text, 1),
    };
    let (name, capacity) = match rest.split_once('=') {
        Some((name, capacity)) => (name, Some(size::parse(capacity)?)),
        None => (rest, None),
    };
    if name.is_empty() {
        return Err("a tier needs a name, such as fast=64KiB@1".to_owned());
    }
    Ok(Tier { name: name.to_owned(), capacity, cost })
}

fn expected(cost: &str) -> String {
    format!("the cost `{cost}` is not a whole number")
}

/// What was found and where it went.
struct Found {
    problem: TieredProblem,
    outcome: TieredOutcome,
    output: Option<PathBuf>,
    elapsed: Duration,
}

impl Args {
    /// The tiers that are asked for, or those of the file.
    pub(super) fn tiered(&self, task: &Task) -> Result<Option<TieredProblem>, Failure> {
        let (tiers, allowed) = match &task.tiers {
            _ if !self.tiers.is_empty() => (self.tiers.clone(), Vec::new()),
            Some(of_file) => {
                let buffers = task.problem.iter().map(|(idx, _)| of_file.allowed(idx));
                (of_file.tiers().to_vec(), buffers.collect())
            }
            None => return Ok(None),
        };
        if self.all || self.capacity.is_some() || self.planner != "auto" {
            let message = "tiers have capacities and a planner of their own";
            let fix = "leave out --capacity, --planner and --all";
            return Err(Failure::new(Code::BadArgument, message).fix_by(fix));
        }
        Ok(Some(TieredProblem::new(task.problem.clone(), tiers, allowed)?))
    }

    pub(super) fn run_tiered(
        &self,
        problem: TieredProblem,
        console: &Console,
    ) -> Result<Exit, Failure> {
        let limits = self.limits(self.time_limit)?;
        let buffers = counted(problem.problem().len(), "buffer");
        let doing = format!("spreading {buffers} over {}", counted(problem.tiers().len(), "tier"));
        let watch = Stopwatch::start();
        let outcome =
            while_working(console, &doing, limits.time, || plan_tiered(&problem, &limits))?;
        let mut found = Found { problem, outcome, output: None, elapsed: watch.elapsed() };
        if let (Some(output), Some(plan)) = (&self.output, found.outcome.plan()) {
            let document = TieredPlanDocument::new(found.problem.clone(), plan.clone())?;
            self.put(output, &Document::TieredPlan(document), console)?;
            found.output = Some(output.clone());
        }
        found.print(self, console)?;
        match &found.outcome {
            TieredOutcome::Infeasible(refutation) if !console.is_json() => {
                Err(infeasible::tiers(&found.problem, *refutation))
            }
            outcome => Ok(exit(outcome)),
        }
    }
}

fn exit(outcome: &TieredOutcome) -> Exit {
    match outcome {
        TieredOutcome::Optimal(_) | TieredOutcome::Feasible(_) => Exit::Done,
        TieredOutcome::Infeasible(_) => Exit::Infeasible,
        TieredOutcome::GaveUp(Reason::Cancelled) => Exit::Interrupted,
        TieredOutcome::GaveUp(_) => Exit::GaveUp,
    }
}

impl Found {
    fn print(&self, args: &Args, console: &Console) -> Result<(), Failure> {
        if console.is_json() {
            return console.json_result(&self.fields());
        }
        let (input, elapsed) = (args.input.display(), self.elapsed.as_secs_f64() * 1e3);
        let buffers = counted(self.problem.problem().len(), "buffer");
        let tiers = counted(self.problem.tiers().len(), "tier");
        console.message(format!("{input}: {buffers}, spread over {tiers} in {elapsed:.1} ms"));
        match &self.outcome {
            TieredOutcome::GaveUp(reason) => {
                console.warning(format!("gave up ({}): no plan was found", reason.name()));
            }
            outcome => outcome.plan().into_iter().for_each(|plan| self.describe(plan, console)),
        }
        if let Some(output) = self.output.as_deref().filter(|path| !is_stdout(path)) {
            console.message(format!("wrote {}", output.display()));
        }
        Ok(())
    }

    fn describe(&self, plan: &TieredPlan, console: &Console) {
        for (idx, Tier { name, capacity, cost }) in self.problem.iter() {
            let peak = bytes_exact(plan.peaks[idx.usize()]);
            let of =
                capacity.map_or(String::new(), |capacity| format!(" of {}", bytes_exact(capacity)));
            let buffers = counted(plan.buffer_count(idx), "buffer");
            console.message(format!("  {name:<12} {peak}{of}, {buffers} at {cost} a byte"));
        }
        console.message(format!("  cost         {}", count(plan.cost)));
        let by = match plan.certificate {
            CostCertificate::Spill { .. } => "by the load",
            _ => "by finished search",
        };
        console.message(format!("  lower bound  {} {by}", count(plan.lower_bound)));
        if plan.is_optimal() {
            console.message("  optimal: no plan costs less");
        }
    }

    fn fields(&self) -> Value {
        let plan = self.outcome.plan();
        let reason = match self.outcome {
            TieredOutcome::GaveUp(reason) => Some(reason.name()),
            _ => None,
        };
        let tiers = self.problem.iter().map(|(idx, Tier { name, capacity, cost })| {
            let peak = plan.map(|plan| plan.peaks[idx.usize()]);
            json!({ "name": name, "capacity": capacity, "cost": cost, "peak": peak })
        });
        json!({
            "status": self.outcome.status().name(),
            "reason": reason,
            "cause": infeasible::tiered_cause(&self.outcome),
            "buffers": self.problem.problem().len(),
            "tiers": tiers.collect::<Vec<_>>(),
            "cost": plan.map(|plan| plan.cost),
            "lower_bound": plan.map(|plan| plan.lower_bound),
            "certificate": plan.map(|plan| plan.certificate.name()),
            "seconds": self.elapsed.as_secs_f64(),
            "output": self.output.as_deref().map(|path| path.to_string_lossy()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupt_that_leaves_nothing_is_told_from_a_limit() {
        let exit = |reason| exit(&TieredOutcome::GaveUp(reason));
        assert_eq!(exit(Reason::Cancelled), Exit::Interrupted);
        assert_eq!(exit(Reason::TimeLimit), Exit::GaveUp);
    }

    #[test]
    fn a_tier_is_a_name_with_or_without_capacity_and_cost() {
        let tier = |name: &str, capacity, cost| Ok(Tier { name: name.into(), capacity, cost });
        assert_eq!(parse("fast=64KiB@2"), tier("fast", Some(65_536), 2));
        assert_eq!(parse("fast=64"), tier("fast", Some(64), 1));
        assert_eq!(parse("slow@10"), tier("slow", None, 10));
        assert_eq!(parse("slow"), tier("slow", None, 1));
        for text in ["", "@1", "=64", "a=x", "a@", "a@1.5", "a=1@-1"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
