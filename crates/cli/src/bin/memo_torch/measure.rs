//! Many runs on several workers, planned or not.
//!
//! The workers warm up, meet, run, and meet again; between the meetings nothing else happens in the
//! process, so that its counters are those of the runs.

use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;

use memo_cli::failure::Failure;
use memo_cli::inference::Inference;
use memo_cli::measurement::{Measurement, Served};
use memo_formats::{Document, read};
use memo_malloc::arena::{Arena, Stats};
use memo_malloc::check::check_run;
use memo_malloc::limits::Stopwatch;
use memo_malloc::{Code, Error, Key, RunPlan};
use memo_torch::{Fallbacks, Model, Options, ServiceStats, Tensor};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::process::{self, nanoseconds};
use crate::{OPTIMISING_RUNS, failed};

/// The runs that a worker measures whatever they take.
const RUNS_MIN: u32 = 5;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    inference: Inference,
    /// Measured runs of each worker
    #[arg(long, default_value = "50")]
    runs: u32,
    /// Stop sooner when they have taken so many seconds, but not before the fifth
    #[arg(long, default_value = "inf")]
    seconds: f64,
    /// Runs of each worker before that
    #[arg(long, default_value = "10")]
    warmup: u32,
    /// Threads that run the model at the same time
    #[arg(long, default_value = "1")]
    workers: usize,
    /// The plan to serve from
    #[arg(long)]
    plan: Option<PathBuf>,
    /// Serve as a service does that plans by itself
    #[arg(long, conflicts_with = "plan")]
    enable: bool,
}

impl Args {
    pub(crate) fn run(self) -> Result<Value, Failure> {
        memo_torch::install();
        let (model, inputs) = crate::load(&self.inference)?;
        let key = model.key(&inputs);
        let plan = self.plan.as_deref().map(|path| plan_for(path, &key)).transpose()?;
        if self.enable {
            memo_torch::enable(&Options::default()).map_err(failed)?;
        }
        let meeting = Barrier::new(self.workers + 1);
        let (counted, workers) = thread::scope(|scope| {
            let started: Vec<_> = (0..self.workers)
                .map(|_| {
                    let (inputs, plan, meeting) = (inputs.clone(), plan.as_ref(), &meeting);
                    let (model, args) = (&model, &self);
                    scope.spawn(move || Worker::run(args, model, &inputs, plan, meeting))
                })
                .collect();
            let counted = count_between(&meeting);
            let ended: Vec<_> = started.into_iter().map(|worker| ended(worker.join())).collect();
            (counted, ended)
        });
        let workers: Vec<Worker> = workers.into_iter().collect::<Result<_, _>>()?;
        let counted = counted?;
        let served = plan.map(|_| served_by_arenas(&workers)).or(counted.service);
        process::json_of(&summed(&workers, &counted, served, key))
    }
}

fn ended(joined: thread::Result<Result<Worker, Failure>>) -> Result<Worker, Failure> {
    joined.unwrap_or_else(|_| Err(Failure::new(Code::Internal, "a worker panicked")))
}

/// A plan that was made for this key, judged once more.
pub(crate) fn plan_for(path: &Path, key: &Key) -> Result<RunPlan, Failure> {
    let file = path.to_string_lossy();
    let wrong = |message: &str| {
        let fix = "make it of a trace: `memo capture`, then `memo plan`";
        Failure::new(Code::WrongNoun, message).fix_by(fix).in_file(file.clone())
    };
    let Document::Plan(document) = read(path)? else { return Err(wrong("this is no plan")) };
    let plan = document.run_plan().ok_or_else(|| wrong("a plan, but not of a run"))?;
    if let Some(difference) = plan.key().difference(key) {
        return Err(Failure::from(Error::KeyMismatch(difference)).in_file(file));
    }
    check_run(plan)?;
    Ok(plan.clone())
}

/// The counters of the process over the runs: time, faults, resident bytes at the end and at most.
struct Counted {
    /// What the service did; absent when there is none.
    service: Option<Served>,
    cpu_ns: u64,
    faults: u64,
    resident: u64,
    resident_max: u64,
}

/// Meets the workers before, between and after their runs, whatever goes wrong here or there.
fn count_between(meeting: &Barrier) -> Result<Counted, Failure> {
    meeting.wait();
    process::forget_max();
    let service = memo_torch::stats();
    let before = process::faults();
    let cpu_ns = process::cpu_ns();
    meeting.wait();
    meeting.wait();
    let cpu_ns = process::cpu_ns() - cpu_ns;
    let after = process::faults();
    let service = service.zip(memo_torch::stats()).map(|(before, after)| between(&before, &after));
    let resident = process::resident();
    meeting.wait();
    let (resident, resident_max) = resident?;
    Ok(Counted { service, cpu_ns, faults: after? - before?, resident, resident_max })
}

/// What one worker found.
struct Worker {
    latencies_ns: Vec<u64>,
    /// Of each run.
    outputs: Vec<String>,
    stats: Stats,
    slab: u64,
}

impl Worker {
    fn run(
        args: &Args,
        model: &Model,
        inputs: &[Tensor],
        plan: Option<&RunPlan>,
        meeting: &Barrier,
    ) -> Result<Worker, Failure> {
        let mut seat = Seat::warm(args, model, inputs, plan);
        meeting.wait();
        meeting.wait();
        let worker = match &mut seat {
            Ok((seat, before)) => seat.measure(*before),
            Err(failure) => Err(failure.clone()),
        };
        meeting.wait();
        // Arenas and outputs stay until the counters are read.
        meeting.wait();
        worker
    }
}

/// A worker's place: the model, its inputs, and the arena if there is a plan.
struct Seat<'a> {
    args: &'a Args,
    model: &'a Model,
    inputs: &'a [Tensor],
    arena: Option<Arena>,
}

impl<'a> Seat<'a> {
    /// Takes the place, runs until it runs as it will, and returns what the arena did so far.
    fn warm(
        args: &'a Args,
        model: &'a Model,
        inputs: &'a [Tensor],
        plan: Option<&RunPlan>,
    ) -> Result<(Seat<'a>, Stats), Failure> {
        // LibTorch keeps this number for each thread.
        memo_torch::set_threads(args.inference.threads).map_err(failed)?;
        let arena = plan.map(Arena::new).transpose()?;
        let mut seat = Seat { args, model, inputs, arena };
        for _ in 0..OPTIMISING_RUNS + args.warmup {
            seat.forward()?;
            // What was recorded is planned before the next run, so that warm means planned.
            memo_torch::settle();
        }
        let before = seat.stats();
        Ok((seat, before))
    }

    fn forward(&mut self) -> Result<Vec<Tensor>, Failure> {
        let forward = || self.model.forward(self.inputs);
        let outputs = match &mut self.arena {
            Some(arena) => memo_torch::serve(arena, forward),
            None => forward(),
        };
        outputs.map_err(failed)
    }

    fn stats(&self) -> Stats {
        self.arena.as_ref().map(Arena::stats).unwrap_or_default()
    }

    fn measure(&mut self, before: Stats) -> Result<Worker, Failure> {
        let mut latencies_ns = Vec::with_capacity(self.args.runs as usize);
        let mut outputs = Vec::with_capacity(self.args.runs as usize);
        let all = Stopwatch::start();
        let is_over = |run| run >= RUNS_MIN && all.elapsed().as_secs_f64() > self.args.seconds;
        for run in 0..self.args.runs {
            if is_over(run) {
                break;
            }
            let watch = Stopwatch::start();
            let output = self.forward()?;
            latencies_ns.push(nanoseconds(watch));
            outputs.push(digest_of(&output)?);
        }
        let slab = self.arena.as_ref().map_or(0, |arena| arena.range().len() as u64);
        Ok(Worker { latencies_ns, outputs, stats: difference(self.stats(), before), slab })
    }
}

fn difference(after: Stats, before: Stats) -> Stats {
    Stats {
        hits: after.hits - before.hits,
        escapes: after.escapes - before.escapes,
        unexpected: after.unexpected - before.unexpected,
        occupied: after.occupied - before.occupied,
        past_end: after.past_end - before.past_end,
        off: after.off - before.off,
        outside: after.outside - before.outside,
        ..Stats::default()
    }
}

fn digest_of(outputs: &[Tensor]) -> Result<String, Failure> {
    let mut digest = Sha256::new();
    for output in outputs {
        digest.update(output.signature());
        digest.update(output.bytes().map_err(failed)?);
    }
    Ok(format!("sha256:{:x}", digest.finalize()))
}

/// What the service did between two looks at it.
fn between(before: &ServiceStats, after: &ServiceStats) -> Served {
    let of = |stats: &ServiceStats| {
        let Fallbacks { escape, unexpected, occupied, past_end, off } = stats.fallbacks;
        (stats.hits, escape, unexpected + occupied + past_end + off)
    };
    let (before, found) = (of(before), of(after));
    let (hits, escapes, deviations) = (found.0 - before.0, found.1 - before.1, found.2 - before.2);
    let slab = after.slab_bytes / after.slabs.max(1);
    Served { requests: hits + escapes + deviations, hits, escapes, deviations, slab }
}

fn served_by_arenas(workers: &[Worker]) -> Served {
    let mut served = Served::default();
    for Worker { stats, slab, .. } in workers {
        served.requests += stats.requests();
        served.hits += stats.hits;
        served.escapes += stats.escapes;
        served.deviations += stats.deviations();
        served.slab = *slab;
    }
    served
}

fn summed(workers: &[Worker], counted: &Counted, served: Option<Served>, key: Key) -> Measurement {
    let mut outputs = workers.iter().flat_map(|worker| &worker.outputs);
    let first = outputs.next().cloned();
    Measurement {
        latencies_ns: workers.iter().flat_map(|worker| worker.latencies_ns.clone()).collect(),
        cpu_ns: counted.cpu_ns,
        faults: counted.faults,
        resident: counted.resident,
        resident_max: counted.resident_max,
        served,
        outputs: first.filter(|first| outputs.all(|output| output == first)),
        runtime: key.runtime,
        cpu: key.cpu,
    }
}
