//! What one fresh process finds: threads that play the same requests, each with its own arena or
//! all with one allocator.

use std::error::Error;
use std::thread;
use std::time::Duration;

use memo_bench::peers::Allocator;
use memo_bench::process;
use memo_bench::replay::{Loop, Malloc, Planned, Program, Source, Touch};
use memo_malloc::arena::Arena;
use memo_malloc::trace::Trace;
use memo_malloc::{Bytes, RunPlan};
use serde::{Deserialize, Serialize};

/// Long enough for a thousandth of noise in the clock, short enough for many processes.
const BATCH: Duration = Duration::from_millis(200);

/// Runs before anything is measured: the first touches, the allocator's own growth.
const WARM_UP_RUNS: u64 = 3;

pub(crate) type Failure = Box<dyn Error>;

/// What a fresh process is to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Configuration {
    pub(crate) allocator: Allocator,
    pub(crate) touch: Touch,
    pub(crate) threads: usize,
}

/// What it found.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Processor time of a pair.
    pub(crate) pair_ns: f64,
    pub(crate) faults_per_run: f64,
    /// Resident bytes beyond those before the first request.
    pub(crate) held: Bytes,
}

/// `None` if the process has not been given the allocator.
pub(crate) fn measured(
    configuration: Configuration,
    trace: &Trace,
    run_plan: &RunPlan,
) -> Result<Option<Measured>, Failure> {
    let Configuration { allocator, touch, threads } = configuration;
    if !allocator.is_here() {
        return Ok(None);
    }
    let program = Program::new(trace);
    let resident = process::resident()?;
    let each = (0..threads).map(|_| ());
    let measured = match allocator {
        Allocator::Loop => time(&program, touch, each.map(|()| Loop::new(&program)).collect()),
        Allocator::Planned => {
            let arena = |()| Arena::new(run_plan).map(Planned);
            time(&program, touch, each.map(arena).collect::<Result<_, _>>()?)
        }
        _ => time(&program, touch, each.map(|()| Malloc).collect()),
    };
    measured.map(|(measured, after)| {
        Some(Measured { held: after.saturating_sub(resident), ..measured })
    })
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
        return program.play(source, touch, runs);
    }
    thread::scope(|scope| {
        for source in sources {
            scope.spawn(move || program.play(source, touch, runs));
        }
    });
}
