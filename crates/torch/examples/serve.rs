//! Captures one inference of a model, plans it, and serves the next ones from one slab.
//!
//! `cargo run --release -p memo-torch --example serve -- model.pt 1x3x224x224`

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use memo_malloc::arena::Arena;
use memo_malloc::{Limits, RunPlan, analysis, planners};
use memo_torch::{Model, Tensor, capture, serve};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let model = Model::load(args.next().ok_or("which model?")?)?;
    let shape = args.next().unwrap_or_else(|| "1x3x224x224".to_owned());
    let shape: Vec<usize> = shape.split('x').map(str::parse).collect::<Result<_, _>>()?;
    let inputs = [Tensor::from_seed(&shape, 1)?];

    for _ in 0..3 {
        model.forward(&inputs)?; // LibTorch optimises while it runs for the first times
    }
    let (expected, trace) = capture(model.key(&inputs), || model.forward(&inputs));

    let run = analysis::liveness(&trace)?;
    let plan = planners::plan(&run.problem, &Limits::default())?.into_plan().ok_or("no plan")?;
    println!(
        "{} requests, peak {} of at least {} bytes",
        run.requests.len(),
        plan.peak,
        plan.lower_bound
    );

    let mut arena = Arena::new(&RunPlan::new(trace.key, run.problem, plan, run.requests)?)?;
    let outputs = serve(&mut arena, || model.forward(&inputs))?;
    assert!(outputs[0].bit_equal(&expected?[0])?);
    println!("{:?}", arena.stats());
    Ok(())
}
