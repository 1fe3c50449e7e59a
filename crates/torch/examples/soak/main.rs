//! A mixed soak of the service: many models and shapes from threads that come and go, under options
//! that change all the time, every output compared with the one of a run without the service.
//!
//! `cargo run -p memo-torch --example soak -- FOLDER --minutes 120 --seed 1`, where the folder holds
//! the models; `node bench/torch/soak.mjs` makes them.
//!
//! ```text
//! workers ─▶ threads, one after another ─▶ requests: calls, scopes, outputs kept, frees elsewhere
//! director ─▶ phases of some seconds ─▶ options: plans kept, memory limit, trim, folder of plans
//!          └▶ between phases plan files are cut short or swapped, or the service is off for a while
//! ```
//!
//! | file | what |
//! | --- | --- |
//! | `cases` | models, shapes and what is expected of them |
//! | `thread` | what one thread does |
//! | `phases` | what the director does |
//! | `tally` | what was done, for people |
//! | `chance` | numbers from a seed |
//!
//! Ends with 1 if an output was wrong, a block was freed twice, a thread failed, or nothing moved.

#![expect(clippy::print_stdout, reason = "a program that says what it found")]

mod cases;
mod chance;
mod phases;
mod tally;
mod thread;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use clap::Parser;
use memo_malloc::limits::Stopwatch;

use cases::Cases;
use chance::Chance;
use phases::Director;
use tally::{Tally, resident};
use thread::{Kept, Thread};

#[derive(Debug, Parser)]
struct Args {
    /// The folder with the models.
    models: PathBuf,
    /// How long; fractions are fine.
    #[arg(long, default_value_t = 1.0)]
    minutes: f64,
    /// What is done, but not when, follows from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many threads make requests at a time.
    #[arg(long, default_value_t = 2)]
    workers: u64,
}

/// What all threads share.
struct Shared {
    cases: Cases,
    tally: Tally,
    /// Outputs that outlive their thread.
    kept: Mutex<Vec<Kept>>,
    watch: Stopwatch,
    until: Duration,
}

impl Shared {
    fn is_over(&self) -> bool {
        self.watch.elapsed() >= self.until
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let args = Args::parse();
    memo_torch::set_threads(1)?;
    let cases = Cases::load(&args.models)?;
    println!("{cases}");
    let before = resident()?;
    let shared = Shared {
        cases,
        tally: Tally::default(),
        kept: Mutex::default(),
        watch: Stopwatch::start(),
        until: Duration::from_secs_f64(args.minutes * 60.0),
    };
    run(&shared, &args)?;
    drop(shared.kept);
    println!("{}", shared.tally);
    println!(
        "resident     {} MiB at the start, {} MiB at the end",
        before >> 20,
        resident()? >> 20
    );
    Ok(if shared.tally.failures() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Workers and the director, until the time is over.
fn run(shared: &Shared, args: &Args) -> Result<(), Box<dyn Error>> {
    std::thread::scope(|threads| {
        for worker in 0..args.workers {
            threads.spawn(move || work(shared, args.seed, worker));
        }
        Director::new(shared, Chance::new(args.seed)).run()
    })
}

/// Threads one after another.
fn work(shared: &Shared, seed: u64, worker: u64) {
    for turn in 1.. {
        if shared.is_over() {
            return;
        }
        let chance = Chance::new(seed ^ (turn << 8) ^ (worker + 1));
        std::thread::scope(|threads| {
            let ended = threads.spawn(|| Thread::new(shared, chance).live()).join();
            shared.tally.thread_ended(ended.is_ok());
        });
    }
}
