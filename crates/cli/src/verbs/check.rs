//! `memo check PLAN`

use std::path::PathBuf;

use memo_malloc::Plan;
use memo_malloc::model::TieredPlan;
use memo_report::units::{bytes_exact, count, counted};
use serde_json::json;

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, AnyPlan};

/// Which plan.
#[derive(Debug, clap::Args)]
#[command(before_help = "Examples:\n  memo check plan.json\n  memo check plan.csv --json\n")]
pub struct Args {
    /// A plan, from this program or another; - for standard input
    plan: PathBuf,
}

impl Args {
    pub(super) fn run(self, console: &Console) -> Result<Exit, Failure> {
        match input::plan(&self.plan, console) {
            Ok(AnyPlan::One(document)) => {
                self.valid(console, document.problem().len(), document.plan())?;
                Ok(Exit::Done)
            }
            Ok(AnyPlan::Tiered(document)) => {
                self.valid_tiers(console, document.plan())?;
                Ok(Exit::Done)
            }
            Err(fault) if fault.is_about_plan() => invalid(console, fault),
            Err(failure) => Err(failure),
        }
    }

    fn valid(&self, console: &Console, buffer_count: usize, plan: &Plan) -> Result<(), Failure> {
        if console.is_json() {
            return console.json_result(&json!({
                "valid": true,
                "buffers": buffer_count,
                "peak": plan.peak,
                "lower_bound": plan.lower_bound,
                "optimal": plan.is_optimal(),
            }));
        }
        let file = self.plan.display();
        let peak = bytes_exact(plan.peak);
        let buffers = counted(buffer_count, "buffer");
        console.result(format!("{file}: valid: {buffers}, peak {peak}"))
    }

    fn valid_tiers(&self, console: &Console, plan: &TieredPlan) -> Result<(), Failure> {
        if console.is_json() {
            return console.json_result(&json!({
                "valid": true,
                "buffers": plan.offsets.len(),
                "peaks": plan.peaks,
                "cost": plan.cost,
                "lower_bound": plan.lower_bound,
                "optimal": plan.is_optimal(),
            }));
        }
        let (file, cost) = (self.plan.display(), count(plan.cost));
        let buffers = counted(plan.offsets.len(), "buffer");
        let tiers = counted(plan.peaks.len(), "tier");
        console.result(format!("{file}: valid: {buffers} in {tiers}, cost {cost}"))
    }
}

fn invalid(console: &Console, fault: Failure) -> Result<Exit, Failure> {
    if !console.is_json() {
        return Err(fault.ending(Exit::CheckFailed));
    }
    console.json_result(&json!({ "valid": false, "error": fault }))?;
    Ok(Exit::CheckFailed)
}
