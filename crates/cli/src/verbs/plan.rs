//! `memo plan IN -o OUT`

mod all;
mod model;
mod recorded;
mod summary;
mod tiers;

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use memo_formats::{Document, Format, Overwrite, may_write, write, write_as};
use memo_malloc::limits::Stopwatch;
use memo_malloc::model::Tier;
use memo_malloc::planners::{self, Planner};
use memo_malloc::{Bytes, Limits, Outcome};

use crate::console::{Console, is_stdout};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::Task;
use crate::progress::while_working;
use crate::reading::Reading;
use crate::{infeasible, interrupt, seconds, size};

use summary::Summary;

const EXAMPLES: &str = "\
Examples:
  memo plan buffers.csv -o plan.json
  memo plan trace.json.gz --align 64 -o plan.json.gz
  memo plan buffers.csv --capacity 1MiB --planner ilp --time-limit 10 -o plan.csv
  memo plan buffers.csv --tier sram=256KiB@1 --tier psram@10 -o plan.json
  memo plan buffers.csv --all --time-limit 2 -o best.json
  memo plan model.onnx --dim batch=8 -o plan.json
  memo plan model.tflite -o planned.tflite        offsets that TFLM follows
  memo plan buffers.csv -o plan.h                 … or .rs or .ts: constants to compile in
  memo plan profile.json.gz                       a trace of torch.profiler
  memo plan profile.json.gz --recorded -o was.json   … and where its allocator put the buffers
  memo plan module.hlo.pb --recorded              what XLA has planned
  generate | memo plan - -o - | memo check -
";

/// What to plan, how, and where to put it.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// A problem, a trace, a model, or a plan to be made anew; - for standard input
    input: PathBuf,
    #[command(flatten)]
    reading: Reading,
    /// Where the plan goes: .json, .csv, .h, .rs, .ts, .counters.json, any of them with .gz, .tflite
    /// where IN is one, or - for standard output; without it only the summary is printed
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Most bytes the plan may use, for example 1MiB
    #[arg(long, value_name = "BYTES", value_parser = size::parse, allow_negative_numbers = true)]
    capacity: Option<Bytes>,
    /// Let every offset be a multiple of this, for example 64
    #[arg(long, value_name = "BYTES", value_parser = size::parse_alignment, allow_negative_numbers = true)]
    align: Option<Bytes>,
    #[arg(long, value_name = "NAME", default_value = "auto", help = planner_help())]
    planner: String,
    /// Let every planner plan, print a table of what they found, and write the best plan
    #[arg(long, conflicts_with = "planner")]
    all: bool,
    /// Keep the places that the buffers of a trace or of a module of XLA had: what its allocator did,
    /// as a plan to be compared with others
    #[arg(long, conflicts_with_all = ["planner", "all", "align", "capacity", "tiers"])]
    recorded: bool,
    /// One of several arenas, such as fast=64KiB@1 and slow@10: a name, its capacity and what a byte
    /// in it costs; once for each. Where IN has tiers, these take their place
    #[arg(long = "tier", value_name = "NAME=CAPACITY@COST", value_parser = tiers::parse)]
    tiers: Vec<Tier>,
    /// Most seconds to plan; the best plan so far is written. With --all for each planner, 10 unless
    /// told
    #[arg(long, value_name = "SECONDS", value_parser = seconds::parse, allow_negative_numbers = true)]
    time_limit: Option<Duration>,
    /// Most threads that plan at once; all cores unless told. More than two are not used
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    /// Overwrite OUT
    #[arg(short, long)]
    force: bool,
    /// The format written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: StdoutFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StdoutFormat {
    Json,
    Csv,
    C,
    Rust,
    Typescript,
    Counters,
}

fn planner_help() -> String {
    let names: Vec<&str> = planners::ALL.iter().map(|planner| planner.name()).collect();
    format!("How to plan: {}", names.join(", "))
}

impl Args {
    pub(super) fn run(self, console: &Console) -> Result<Exit, Failure> {
        let planner = planners::by_name(&self.planner)?;
        self.output_is_usable(console)?;
        let task = self.task(console)?;
        if self.recorded {
            return self.run_recorded(task, console);
        }
        if let Some(problem) = self.tiered(&task)? {
            return self.run_tiered(problem, console);
        }
        if self.all {
            return self.run_all(task, console);
        }
        let mut summary = self.search(&task, planner, &self.limits(self.time_limit)?, console)?;
        if let Outcome::Infeasible(refutation) = &summary.outcome
            && !console.is_json()
        {
            summary.print(console)?;
            return Err(infeasible::one(&task.problem, refutation));
        }
        summary.output = self.write(task, &summary, console)?;
        summary.print(console)?;
        Ok(summary.exit())
    }

    fn limits(&self, time: Option<Duration>) -> Result<Limits, Failure> {
        let limits = interrupt::limits(time)?;
        Ok(Limits { threads: self.threads.map_or(limits.threads, NonZero::get), ..limits })
    }

    /// Finds out before the work whether it would be in vain.
    fn output_is_usable(&self, console: &Console) -> Result<(), Failure> {
        let Some(output) = &self.output else { return Ok(()) };
        if console.is_json() && is_stdout(output) {
            return Err(Failure::stdout_twice());
        }
        if model::is_model(output) {
            return self.model_is_usable(output);
        }
        Ok(may_write(output, self.overwrite())?)
    }

    fn overwrite(&self) -> Overwrite {
        if self.force { Overwrite::Force } else { Overwrite::Refuse }
    }

    fn task(&self, console: &Console) -> Result<Task, Failure> {
        let mut task = Task::read(&self.input, &self.reading.options(), console)?;
        if let Some(alignment) = self.align {
            task.problem = task.problem.with_alignment(alignment)?;
        }
        let capacity = self.capacity.or(task.problem.capacity());
        task.problem = task.problem.with_capacity(capacity);
        Ok(task)
    }

    fn search(
        &self,
        task: &Task,
        planner: &dyn Planner,
        limits: &Limits,
        console: &Console,
    ) -> Result<Summary, Failure> {
        let doing = format!("planning {} buffers by {}", task.problem.len(), planner.name());
        let watch = Stopwatch::start();
        let outcome =
            while_working(console, &doing, limits.time, || planner.plan(&task.problem, limits))?;
        Ok(Summary {
            outcome,
            input: self.input.clone(),
            output: None,
            planner: planner.name(),
            buffer_count: task.problem.len(),
            capacity: task.problem.capacity(),
            elapsed: watch.elapsed(),
        })
    }

    /// Writes the plan, if there is one and it is wanted; returns where it went.
    fn write(
        &self,
        mut task: Task,
        summary: &Summary,
        console: &Console,
    ) -> Result<Option<PathBuf>, Failure> {
        let (Some(output), Some(plan)) = (&self.output, summary.outcome.plan()) else {
            return Ok(None);
        };
        if summary.excess(plan).is_some() {
            // The best so far exceeds the capacity: it is a plan of the problem without one.
            task.problem = task.problem.with_capacity(None);
        }
        self.put(output, &Document::Plan(task.solved(plan.clone())?), console)?;
        Ok(Some(output.clone()))
    }

    fn put(&self, output: &Path, document: &Document, console: &Console) -> Result<(), Failure> {
        if model::is_model(output) {
            return self.put_model(output, document);
        }
        if !is_stdout(output) {
            return Ok(write(output, document, self.overwrite())?);
        }
        let mut text = Vec::new();
        write_as(&mut text, document, self.format.into())?;
        console.write(&text)
    }
}

impl From<StdoutFormat> for Format {
    fn from(format: StdoutFormat) -> Format {
        match format {
            StdoutFormat::Json => Format::Json,
            StdoutFormat::Csv => Format::Csv,
            StdoutFormat::C => Format::C,
            StdoutFormat::Rust => Format::Rust,
            StdoutFormat::Typescript => Format::Typescript,
            StdoutFormat::Counters => Format::Counters,
        }
    }
}
