//! Every planner on every instance: peak, gap, time and certificate, each plan judged.
//!
//! ```sh
//! cargo run --release -p memo-bench --bin planners -- FOLDER --planner exact --time-limit 10
//! cargo run --release -p memo-bench --bin planners -- FOLDER --planner exact --capacity 1048576
//! cargo run --release -p memo-bench --bin planners -- --packings --planner exact
//! ```

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use memo_bench::packings::packings;
use memo_formats::Document;
use memo_malloc::limits::Stopwatch;
use memo_malloc::planners::{self, Planner};
use memo_malloc::{Bytes, Limits, Problem, check};

/// Every planner on every instance: peak, gap, time and certificate, each plan judged.
#[derive(Debug, Parser)]
struct Options {
    /// Files with a problem, or folders of them.
    paths: Vec<PathBuf>,
    /// Only this planner; may be given more than once.
    #[arg(long = "planner", value_name = "NAME")]
    planners: Vec<String>,
    /// Ask for a plan within so many bytes instead of the smallest peak.
    #[arg(long, value_name = "BYTES")]
    capacity: Option<Bytes>,
    /// Seconds for each plan.
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0)]
    time_limit: f64,
    /// Most threads that plan at once.
    #[arg(long, value_name = "N", default_value_t = 1)]
    threads: usize,
    /// Also perfect packings of 50 to 1000 buffers, whose optimum is their load.
    #[arg(long)]
    packings: bool,
}

/// An error as a person reads it.
type Failure = Box<dyn std::error::Error>;

fn main() -> Result<ExitCode, Failure> {
    let options = Options::parse();
    let planners = chosen(&options.planners)?;
    let time = Duration::try_from_secs_f64(options.time_limit)?;
    let limits = Limits { threads: options.threads, ..Limits::time(time) };
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{:<24} {:>8} {:<20} {:>15} {:>8} {:>9}  outcome, bound by",
        "instance", "buffers", "planner", "peak", "gap %", "seconds"
    )?;
    let (mut seconds, mut are_valid) = (0.0, true);
    for (name, problem) in instances(&options)? {
        for planner in &planners {
            let row = Row::of(*planner, &problem, &limits);
            writeln!(out, "{name:<24} {:>8} {:<20} {row}", problem.len(), planner.name())?;
            seconds += row.seconds;
            are_valid &= row.fault.is_none();
        }
    }
    writeln!(out, "{seconds:.3} seconds in all")?;
    Ok(if are_valid { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What came of one planner on one problem.
struct Row {
    peak: Option<Bytes>,
    gap: f64,
    seconds: f64,
    said: String,
    fault: Option<String>,
}

impl Row {
    fn of(planner: &dyn Planner, problem: &Problem, limits: &Limits) -> Row {
        let watch = Stopwatch::start();
        let result = planner.plan(problem, limits);
        let seconds = watch.elapsed().as_secs_f64();
        let outcome = match result {
            Ok(outcome) => outcome,
            Err(error) => {
                return Row { peak: None, gap: 0.0, seconds, said: error.to_string(), fault: None };
            }
        };
        let plan = outcome.plan();
        // Whether a plan is within the capacity is what the outcome says.
        let unlimited = problem.clone().with_capacity(None);
        let fault = plan.and_then(|plan| check(&unlimited, plan).err());
        let said = format!("{}, {}", outcome.status().name(), outcome.certificate());
        #[expect(clippy::cast_precision_loss, reason = "a percentage to be read")]
        let gap = plan.map_or(0.0, |plan| 100.0 * plan.gap() as f64 / plan.lower_bound as f64);
        let peak = plan.map(|plan| plan.peak);
        Row { peak, gap, seconds, said, fault: fault.map(|fault| fault.to_string()) }
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Row { peak, gap, seconds, said, fault } = self;
        let peak = peak.map_or_else(|| "-".to_owned(), |peak| peak.to_string());
        write!(f, "{peak:>15} {gap:>8.3} {seconds:>9.4}  {said}")?;
        fault.iter().try_for_each(|fault| write!(f, "; INVALID: {fault}"))
    }
}

fn chosen(names: &[String]) -> Result<Vec<&'static dyn Planner>, Failure> {
    if names.is_empty() {
        return Ok(planners::ALL.to_vec());
    }
    names.iter().map(|name| Ok(planners::by_name(name)?)).collect()
}

fn instances(options: &Options) -> Result<Vec<(String, Problem)>, Failure> {
    let mut instances = Vec::new();
    for path in files(&options.paths)? {
        let Document::Problem(problem) = memo_formats::read(&path)? else { continue };
        instances.push((name_of(&path), problem.with_capacity(options.capacity)));
    }
    if options.packings {
        instances.extend(packings());
    }
    Ok(instances)
}

/// The files, and those in the folders, by name.
fn files(paths: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let entries = path.read_dir()?.map(|entry| entry.map(|entry| entry.path()));
            let is_problem =
                |path: &PathBuf| path.extension().is_some_and(|e| e == "csv" || e == "gz");
            let mut inside: Vec<PathBuf> = entries.collect::<io::Result<_>>()?;
            inside.retain(is_problem);
            inside.sort();
            files.append(&mut inside);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
