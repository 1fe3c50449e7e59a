//! What one fresh process finds: threads that play the same requests, each with its own arena or
//! all with one allocator.

use std::error::Error;
use std::path::Path;
use std::thread;
use std::time::Duration;

use memo_formats::Document;
use memo_malloc::trace::Trace;
use memo_malloc::{Bytes, Limits, RunPlan, analysis, planners};
use serde::{Deserialize, Serialize};

use crate::network;
use crate::peers::Allocator;
use crate::process;
use crate::replay::{Program, Source, Touch};

/// Long enough for a thousandth of noise in the clock, short enough for many processes.
const BATCH: Duration = Duration::from_millis(200);

/// Runs before anything is measured: the first touches, the allocator's own growth.
const WARM_UP_RUNS: u64 = 3;

/// What can go wrong.
pub type Failure = Box<dyn Error>;

/// What a fresh process is to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Configuration {
    /// Who serves.
    pub allocator: Allocator,
    /// What is done with the blocks.
    pub touch: Touch,
    /// How many threads at once.
    pub threads: usize,
}

/// What it found.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Measured {
    /// Processor time of a pair.
    pub pair_ns: f64,
    /// Page faults of a run.
    pub faults_per_run: f64,
    /// Resident bytes beyond those before the first request.
    pub held: Bytes,
}

/// The trace in a file; without one, one like a network's.
///
/// # Errors
/// When the file cannot be read, or has something else.
pub fn trace(path: Option<&Path>) -> Result<Trace, Failure> {
    let Some(path) = path else { return Ok(network::trace(1)) };
    match memo_formats::read(path)? {
        Document::Trace(trace) => Ok(trace),
        other => Err(format!("{} is a {}, not a trace", path.display(), other.noun()).into()),
    }
}

/// A plan of the run that was recorded.
///
/// # Errors
/// When the trace is none of a run, or there is no plan.
pub fn planned(trace: &Trace) -> Result<RunPlan, Failure> {
    let live = analysis::liveness(trace)?;
    let outcome = planners::plan(&live.problem, &Limits::default())?;
    let plan = outcome.into_plan().ok_or("no plan exists")?;
    Ok(RunPlan::new(trace.key.clone(), live.problem, plan, live.requests)?)
}

/// Plays the program with as many of these sources as there are threads; `None` if this process has
/// not been given the allocator.
///
/// # Errors
/// When a source cannot be made, or the system does not say what it took.
pub fn measured<S: Source + Send>(
    configuration: Configuration,
    program: &Program,
    source: impl Fn() -> Result<S, Failure>,
) -> Result<Option<Measured>, Failure> {
    let Configuration { allocator, touch, threads } = configuration;
    if !allocator.is_here() {
        return Ok(None);
    }
    let before = process::resident()?;
    let sources = (0..threads).map(|_| source()).collect::<Result<_, _>>()?;
    let (measured, after) = time(program, touch, sources)?;
    Ok(Some(Measured { held: after.saturating_sub(before), ..measured }))
}

/// Doubles the batch until it is long enough, and reports the last, with the resident bytes.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn time<S: Source + Send>(
    program: &Program,
    touch: Touch,
    mut sources: Vec<S>,
) -> Result<(Measured, Bytes), Failure> {
    play(program, touch, WARM_UP_RUNS, &mut sources);
    let mut runs = 1;
    loop {
        let faults = process::minor_faults()?;
        let start = process::processor_time()?;
        play(program, touch, runs, &mut sources);
        let elapsed = process::processor_time()?.saturating_sub(start);
        let faults = process::minor_faults()? - faults;
        if elapsed >= BATCH * u32::try_from(sources.len())? {
            let all_runs = runs as f64 * sources.len() as f64;
            let pairs = all_runs * f64::from(program.pair_count());
            let pair_ns = elapsed.as_secs_f64() * 1e9 / pairs;
            let faults_per_run = faults as f64 / all_runs;
            return Ok((Measured { pair_ns, faults_per_run, held: 0 }, process::resident()?));
        }
        runs *= 2;
    }
}

/// One thread for each source; the only one is played here.
fn play<S: Source + Send>(program: &Program, touch: Touch, runs: u64, sources: &mut [S]) {
    if let [source] = sources {
        return source.play(program, touch, runs);
    }
    thread::scope(|scope| {
        for source in sources {
            scope.spawn(move || source.play(program, touch, runs));
        }
    });
}
