//! `memo demo`: the whole way, on real models.

mod models;
mod summary;

use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use memo_formats::{Document, Overwrite, PlanDocument, write, write_text};
use memo_malloc::Code;
use memo_report::units::bytes;
use serde::Serialize;
use serde_json::json;

use crate::captured::Captured;
use crate::comparison::{Comparison, Effort, Setting, table};
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::grid::Look;
use crate::inference::{Inference, Shape};
use crate::input::Task;
use crate::machine::Machine;
use crate::runner::Runner;
use crate::steps;
use crate::verbs::capture::capture;

use models::Models;
use summary::summary;

const EXAMPLES: &str = "\
Examples:
  memo demo
  memo demo --models resnet18 --runs 100 --json
  memo demo --markdown > table.md
";

/// Which models, where the files go, how much is measured.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// Models of torchvision, with random weights
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        default_value = "resnet18,mobilenet_v3_small,googlenet,densenet121"
    )]
    models: Vec<String>,
    /// The folder for everything that is written; older files of the demo are replaced
    #[arg(short, long, value_name = "FOLDER", default_value = "memo-demo")]
    output: PathBuf,
    /// A Python with torch and torchvision
    #[arg(long, env = "MEMO_PYTHON", default_value = "python3")]
    python: PathBuf,
    /// How many threads one op may use
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: u32,
    #[command(flatten)]
    effort: Effort,
    /// Print nothing but the table over all models, as Markdown
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

/// What came of one model.
#[derive(Debug, Serialize)]
struct Shown {
    model: String,
    inputs: String,
    threads: u32,
    captured: Captured,
    buffers: usize,
    peak: u64,
    lower_bound: u64,
    comparison: Comparison,
    files: Files,
}

/// The files of one model.
#[derive(Debug, Clone, Serialize)]
struct Files {
    trace: PathBuf,
    plan: PathBuf,
    picture: PathBuf,
}

impl Files {
    fn of(folder: &Path, name: &str) -> Files {
        let file = |ending: &str| folder.join(format!("{name}.{ending}"));
        Files { trace: file("trace.json.gz"), plan: file("plan.json"), picture: file("svg") }
    }
}

impl Args {
    pub(super) fn run(self, console: &Console) -> Result<Exit, Failure> {
        let runner = Runner::find()?;
        std::fs::create_dir_all(&self.output).map_err(|error| {
            Failure::new(Code::Io, error.to_string()).in_file(self.output.to_string_lossy())
        })?;
        let models = Models::export(&self.output, &self.models, &self.python, &runner, console)?;
        let bar = steps::bar(console, self.models.len() as u64 * self.process_count());
        let mut shown = Vec::new();
        for name in &self.models {
            if bar.is_hidden() && !console.is_json() {
                console
                    .message(format!("{name}: capture, plan, {} processes", self.process_count()));
            }
            let one = self.show(&runner, &models.inference(name, self.threads), &bar)?;
            if !console.is_json() && !self.markdown {
                bar.suspend(|| console.result(text(&one)))?;
            }
            shown.push(one);
        }
        bar.finish_and_clear();
        self.finish(console, &shown)
    }

    /// Processes that measure one model.
    fn process_count(&self) -> u64 {
        u64::from(self.effort.rounds) * Setting::ALL.len() as u64
    }

    /// Capture, trace file, problem, plan file, picture, and runs served from the plan.
    fn show(
        &self,
        runner: &Runner,
        inference: &Inference,
        bar: &ProgressBar,
    ) -> Result<Shown, Failure> {
        let name = inference.name();
        bar.set_message(format!("{name}: capture"));
        let files = Files::of(&self.output, &name);
        let trace = capture(runner, inference, &files.trace, Overwrite::Force)?;
        let captured = Captured::of(&trace);
        let planned = Task::of(trace)?.planned()?;
        write_plan(&planned, &name, &files)?;
        let step = |setting: Setting| steps::step(bar, &format!("{name}: {}", setting.name()));
        let comparison = Comparison::measure(runner, inference, &files.plan, self.effort, step)?;
        Ok(Shown {
            inputs: inference.shapes(),
            threads: inference.threads,
            captured,
            buffers: planned.problem().len(),
            peak: planned.plan().peak,
            lower_bound: planned.plan().lower_bound,
            comparison,
            files,
            model: name,
        })
    }

    fn finish(&self, console: &Console, shown: &[Shown]) -> Result<Exit, Failure> {
        let machine = Machine::here();
        if console.is_json() {
            let result = json!({ "machine": machine, "effort": self.effort, "models": shown });
            console.json_result(&result)?;
        } else if self.markdown {
            console.result(summary(shown, self.effort, &machine, Look::Markdown))?;
        } else if let Some(first) = shown.first() {
            console.result(summary(shown, self.effort, &machine, Look::Terminal))?;
            console.result(format!("\n{}", next_commands(&self.output, first)))?;
        }
        let right = shown.iter().all(|one| one.comparison.outputs_equal);
        Ok(if right { Exit::Done } else { Exit::CheckFailed })
    }
}

fn write_plan(planned: &PlanDocument, name: &str, files: &Files) -> Result<(), Failure> {
    write(&files.plan, &Document::Plan(planned.clone()), Overwrite::Force)?;
    let picture = memo_report::svg(name, planned.problem(), planned.plan());
    Ok(write_text(&files.picture, picture.as_bytes(), Overwrite::Force)?)
}

fn text(shown: &Shown) -> String {
    let Shown { model, inputs, captured, files, .. } = shown;
    let quality = match shown.peak - shown.lower_bound {
        0 => "no plan needs less".to_owned(),
        gap => format!("{} above the lower bound", bytes(gap)),
    };
    format!(
        "{model} ({inputs}, {} thread(s) an op, {}, {})\n  captured {}\n  planned {} buffers: peak \
         {}, lower bound {}: {quality}\n{}\n  wrote {}, {}, {}\n",
        shown.threads,
        shown.comparison.runtime,
        shown.comparison.cpu,
        captured.text(),
        shown.buffers,
        bytes(shown.peak),
        bytes(shown.lower_bound),
        table(&shown.comparison),
        files.trace.display(),
        files.plan.display(),
        files.picture.display(),
    )
}

fn next_commands(folder: &Path, first: &Shown) -> String {
    let Files { trace, plan, .. } = &first.files;
    format!(
        "next: memo show {plan}\n      memo plan {trace} --planner ilp --time-limit 10 -o {better}\n      \
         memo bench YOUR_MODEL.pt --input {inputs}",
        plan = plan.display(),
        trace = trace.display(),
        better = folder.join("better.json").display(),
        inputs = first.inputs,
    )
}
