//! Turns the service on and runs a model; plans are kept beside it.
//!
//! `cargo run --release -p memo-torch --example enable -- model.pt 1x3x224x224`

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use memo_torch::{Model, Options, Tensor};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("which model?")?;
    let shape = args.next().unwrap_or_else(|| "1x3x224x224".to_owned());
    let shape: Vec<usize> = shape.split('x').map(str::parse).collect::<Result<_, _>>()?;

    let plans = Some(format!("{path}.plans").into());
    memo_torch::enable(&Options { plans, ..Options::default() })?;

    let model = Model::load(&path)?;
    let inputs = [Tensor::from_seed(&shape, 1)?];
    for _ in 0..20 {
        model.forward(&inputs)?;
    }
    if let Some(stats) = memo_torch::stats() {
        println!("{stats}");
    }
    Ok(())
}
