//! What a capture costs the run that is captured.
//!
//! Plain runs, runs recorded for a trace and runs recorded by the service take turns, the first one
//! another each time, so that none always finds the caches as the same other one left them.

use memo_cli::failure::Failure;
use memo_cli::inference::Inference;
use memo_cli::measurement::CaptureCost;
use memo_malloc::Code;
use memo_malloc::limits::Stopwatch;
use memo_torch::{Model, Options, Tensor};
use serde_json::Value;

use crate::failed;
use crate::process::{json_of, nanoseconds, time};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    inference: Inference,
    /// Measured runs of each kind
    #[arg(long, default_value = "60")]
    runs: usize,
}

impl Args {
    pub(crate) fn run(self) -> Result<Value, Failure> {
        memo_torch::install();
        let (model, inputs) = crate::load_and_warm(&self.inference)?;
        let mut turns = Turns { model, inputs, cost: CaptureCost::default() };
        let kinds = [Turns::plain, Turns::recorded, Turns::in_service];
        for turn in 0..self.runs {
            for idx in 0..kinds.len() {
                kinds[(turn + idx) % kinds.len()](&mut turns)?;
            }
        }
        json_of(&turns.cost)
    }
}

struct Turns {
    model: Model,
    inputs: Vec<Tensor>,
    cost: CaptureCost,
}

impl Turns {
    fn plain(&mut self) -> Result<(), Failure> {
        let Turns { model, inputs, cost } = self;
        time(&mut cost.plain, || model.forward(inputs)).map_err(failed).map(drop)
    }

    fn recorded(&mut self) -> Result<(), Failure> {
        let Turns { model, inputs, cost } = self;
        let (outputs, recording) =
            time(&mut cost.recorded, || memo_torch::record(|| model.forward(inputs)));
        let watch = Stopwatch::start();
        let trace = recording.trace(model.key(inputs));
        cost.trace_ns.push(nanoseconds(watch));
        drop(trace);
        outputs.map_err(failed).map(drop)
    }

    /// A new service records the first run of any model.
    fn in_service(&mut self) -> Result<(), Failure> {
        let Turns { model, inputs, cost } = self;
        memo_torch::enable(&Options::default()).map_err(failed)?;
        let outputs = time(&mut cost.in_service, || model.forward(inputs));
        let recorded = memo_torch::stats().map_or(0, |stats| stats.recorded);
        memo_torch::settle();
        memo_torch::disable();
        if recorded != 1 {
            return Err(Failure::new(Code::Internal, "the service did not record the run"));
        }
        outputs.map_err(failed).map(drop)
    }
}
