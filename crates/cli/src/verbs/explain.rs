//! `memo explain IN`

mod tiers;
mod told;

use std::path::PathBuf;
use std::time::Duration;

use memo_malloc::analysis::explain;

use crate::best::best_plan;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::Task;
use crate::reading::Reading;
use crate::seconds;

use told::Told;

/// Most lines of each list: a thousand are read by programs only.
const LINES_MAX: i64 = 1000;

/// What to explain, and in how many lines.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "Examples:\n  memo explain trace.json.gz\n  memo explain plan.json --top 20\n  memo explain buffers.csv --json\n"
)]
pub struct Args {
    /// A problem, a trace, a model or a plan; - for standard input
    input: PathBuf,
    #[command(flatten)]
    reading: Reading,
    /// Most lines of each list
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=LINES_MAX))]
    top: u16,
    /// Most seconds to look for the best plan, where IN is none
    #[arg(long, value_name = "SECONDS", value_parser = seconds::parse, allow_negative_numbers = true)]
    time_limit: Option<Duration>,
}

impl Args {
    pub(super) fn run(self, console: &Console) -> Result<Exit, Failure> {
        let task = Task::read(&self.input, &self.reading.options(), console)?;
        if let Some(problem) = &task.tiers {
            return self.tiers(problem, task.tiered_plan, console);
        }
        let (plan, planner) = match task.plan {
            Some(plan) => (Some(plan), None),
            None => (best_plan(&task.problem, self.time_limit, console)?, Some("auto")),
        };
        let top = usize::from(self.top);
        let told = Told {
            problem: &task.problem,
            count: task.problem.len(),
            explanation: explain(&task.problem, top),
            plan: plan.as_ref(),
            planner,
            top,
        };
        if console.is_json() {
            console.json_result(&told.fields())?;
        } else {
            console.result(format!("{}: {told}", self.input.display()))?;
        }
        Ok(Exit::Done)
    }
}
