//! `memo bench MODEL --input SHAPE`

use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use memo_formats::{Document, Overwrite, write};
use memo_malloc::Code;
use serde_json::json;

use crate::comparison::{Comparison, Effort, Setting, table};
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inference::Inference;
use crate::input::Task;
use crate::runner::Runner;
use crate::steps;
use crate::verbs::capture::capture;

const EXAMPLES: &str = "\
Examples:
  memo bench model.pt --input 1x3x224x224
  memo bench model.pt --input 8x3x224x224 --threads 2 --workers 4 --runs 100 --json
";

/// Which model, from which plan, how often.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    inference: Inference,
    #[command(flatten)]
    effort: Effort,
    /// The plan to serve from; captured and planned first if not given
    #[arg(long)]
    plan: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(self, console: &Console) -> Result<Exit, Failure> {
        self.inference.judged()?;
        let runner = Runner::find()?;
        let folder = tempfile::tempdir().map_err(|e| Failure::new(Code::Io, e.to_string()))?;
        let plan = match &self.plan {
            Some(plan) => plan.clone(),
            None => self.own_plan(&runner, folder.path())?,
        };
        let steps = u64::from(self.effort.rounds) * Setting::ALL.len() as u64;
        let bar = steps::bar(console, steps);
        let step = |setting: Setting| steps::step(&bar, setting.name());
        let compared = Comparison::measure(&runner, &self.inference, &plan, self.effort, step)?;
        ProgressBar::finish_and_clear(&bar);
        self.print(console, &compared)?;
        Ok(if compared.outputs_equal { Exit::Done } else { Exit::CheckFailed })
    }

    fn own_plan(&self, runner: &Runner, folder: &Path) -> Result<PathBuf, Failure> {
        let (trace, plan) = (folder.join("trace.json"), folder.join("plan.json"));
        let trace = capture(runner, &self.inference, &trace, Overwrite::Refuse)?;
        write(&plan, &Document::Plan(Task::of(trace)?.planned()?), Overwrite::Refuse)?;
        Ok(plan)
    }

    fn print(&self, console: &Console, compared: &Comparison) -> Result<(), Failure> {
        let Effort { runs, rounds, workers, .. } = self.effort;
        if console.is_json() {
            return console.json_result(&json!({
                "model": self.inference.model,
                "inputs": self.inference.shapes(),
                "threads": self.inference.threads,
                "workers": workers,
                "runs": runs,
                "rounds": rounds,
                "comparison": compared,
            }));
        }
        console.result(format!(
            "{}: {}, {} thread(s) an op, {workers} worker(s), {rounds} processes of {runs} runs \
             for each setting, {}, {}",
            self.inference.model.display(),
            self.inference.shapes(),
            self.inference.threads,
            compared.runtime,
            compared.cpu,
        ))?;
        console.result(table(compared))
    }
}
