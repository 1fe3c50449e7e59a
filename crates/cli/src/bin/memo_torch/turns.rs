//! A model as it comes and from plans, in turns within one process.
//!
//! What differs from process to process, such as where the weights lie, meets all alike, and is far
//! more than plans and allocators differ by. Each turn begins with another one.

use std::path::PathBuf;

use memo_cli::failure::Failure;
use memo_cli::inference::Inference;
use memo_cli::measurement::{Times, Turns};
use memo_malloc::arena::Arena;
use memo_torch::{Model, Tensor, serve};
use serde_json::Value;

use crate::measure::plan_for;
use crate::process::{json_of, time};
use crate::{OPTIMISING_RUNS, failed};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    inference: Inference,
    /// A plan to serve from; once for each
    #[arg(long)]
    plan: Vec<PathBuf>,
    /// Measured runs of each
    #[arg(long, default_value = "100")]
    runs: usize,
}

impl Args {
    pub(crate) fn run(self) -> Result<Value, Failure> {
        memo_torch::install();
        let (model, inputs) = crate::load_and_warm(&self.inference)?;
        let key = model.key(&inputs);
        let arena = |path: &PathBuf| Ok(Some(Arena::new(&plan_for(path, &key)?)?));
        let planned = self.plan.iter().map(arena).collect::<Result<Vec<_>, Failure>>()?;
        // As it comes, first.
        let mut all: Vec<_> =
            [None].into_iter().chain(planned).map(|arena| (arena, Times::default())).collect();
        for (arena, _) in &mut all {
            for _ in 0..OPTIMISING_RUNS {
                forward(&model, &inputs, arena.as_mut(), &mut Times::default())?;
            }
        }
        for turn in 0..self.runs {
            for idx in 0..all.len() {
                let at = (turn + idx) % all.len();
                let (arena, times) = &mut all[at];
                forward(&model, &inputs, arena.as_mut(), times)?;
            }
        }
        let deviations = all.iter().flat_map(|(arena, _)| arena).map(|a| a.stats().deviations());
        let deviations = deviations.sum();
        let mut times = all.into_iter().map(|(_, times)| times);
        let unplanned = times.next().unwrap_or_default();
        json_of(&Turns { unplanned, planned: times.collect(), deviations })
    }
}

fn forward(
    model: &Model,
    inputs: &[Tensor],
    arena: Option<&mut Arena>,
    times: &mut Times,
) -> Result<(), Failure> {
    let run = || model.forward(inputs);
    let outputs = time(times, || match arena {
        Some(arena) => serve(arena, run),
        None => run(),
    });
    outputs.map_err(failed).map(drop)
}
