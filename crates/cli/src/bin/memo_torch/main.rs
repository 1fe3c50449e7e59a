//! `memo-torch`: the process in which models run. `memo` starts it and reads its answer.

mod capture;
mod cost;
mod measure;
mod process;
mod turns;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use memo_cli::args::{Color, General};
use memo_cli::console::Console;
use memo_cli::exit::Exit;
use memo_cli::failure::Failure;
use memo_cli::inference::Inference;
use memo_torch::{Model, Tensor};
use serde_json::{Value, json};

/// Runs models for `memo`; answers with one JSON object.
#[derive(Debug, Parser)]
#[command(name = "memo-torch", version)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Say which LibTorch this is
    Info,
    /// Write the trace of one run
    Capture(capture::Args),
    /// Run a model with or without a plan and measure
    Measure(measure::Args),
    /// Run a model plainly and captured in turns and measure
    CaptureCost(cost::Args),
    /// Run a model as it comes and from plans in turns and measure
    Turns(turns::Args),
}

impl Task {
    fn run(self) -> Result<Value, Failure> {
        match self {
            Task::Info => Ok(json!({ "runtime": memo_torch::version(), "cpu": memo_torch::cpu() })),
            Task::Capture(args) => args.run(),
            Task::Measure(args) => args.run(),
            Task::CaptureCost(args) => args.run(),
            Task::Turns(args) => args.run(),
        }
    }
}

fn main() -> ExitCode {
    let console = Console::new(&General { json: true, color: Color::Never });
    let answered = Cli::parse().task.run().and_then(|answer| console.json_result(&answer));
    let exit = answered.map_or_else(
        |failure| {
            console.failure(&failure);
            failure.exit()
        },
        |()| Exit::Done,
    );
    exit.into()
}

/// The model and its inputs, on as many threads an op as was asked for.
fn load(inference: &Inference) -> Result<(Model, Vec<Tensor>), Failure> {
    memo_torch::set_threads(inference.threads).map_err(failed)?;
    let model = Model::load(&inference.model).map_err(failed)?;
    let inputs =
        (1..).zip(&inference.inputs).map(|(seed, shape)| Tensor::from_seed(&shape.0, seed));
    Ok((model, inputs.collect::<Result<_, _>>().map_err(failed)?))
}

/// How often a model runs before LibTorch has finished to optimise it.
const OPTIMISING_RUNS: u32 = 3;

/// As [`load`], and run until it runs as it will.
fn load_and_warm(inference: &Inference) -> Result<(Model, Vec<Tensor>), Failure> {
    let (model, inputs) = load(inference)?;
    for _ in 0..OPTIMISING_RUNS {
        model.forward(&inputs).map_err(failed)?;
    }
    Ok((model, inputs))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: memo_torch::Error) -> Failure {
    Failure::new(error.code(), error.to_string())
}
