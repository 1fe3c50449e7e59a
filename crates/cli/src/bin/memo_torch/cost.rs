//! What a capture costs the run that is captured.

use memo_cli::failure::Failure;
use memo_cli::inference::Inference;
use memo_cli::measurement::CaptureCost;
use memo_malloc::limits::Stopwatch;
use serde_json::Value;

use crate::process::nanoseconds;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    inference: Inference,
    /// Measured runs of each kind
    #[arg(long, default_value = "50")]
    runs: usize,
}

impl Args {
    pub(crate) fn run(self) -> Result<Value, Failure> {
        memo_torch::install();
        let (model, inputs) = crate::load_and_warm(&self.inference)?;
        let forward = || model.forward(&inputs).map_err(crate::failed);
        let mut cost =
            CaptureCost { plain_ns: Vec::new(), recorded_ns: Vec::new(), trace_ns: Vec::new() };
        for _ in 0..self.runs {
            let watch = Stopwatch::start();
            forward()?;
            cost.plain_ns.push(nanoseconds(watch));

            let watch = Stopwatch::start();
            let (outputs, recording) = memo_torch::record(forward);
            cost.recorded_ns.push(nanoseconds(watch));

            let watch = Stopwatch::start();
            let trace = recording.trace(model.key(&inputs));
            cost.trace_ns.push(nanoseconds(watch));
            drop((outputs?, trace));
        }
        crate::process::json_of(&cost)
    }
}
