//! One run, written down.

use std::path::PathBuf;

use memo_cli::failure::Failure;
use memo_cli::inference::Inference;
use memo_formats::{Document, Overwrite, may_write, write};
use serde_json::{Value, json};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    inference: Inference,
    /// Where the trace goes
    #[arg(short, long)]
    output: PathBuf,
    /// Overwrite it
    #[arg(short, long)]
    force: bool,
}

impl Args {
    pub(crate) fn run(self) -> Result<Value, Failure> {
        let overwrite = if self.force { Overwrite::Force } else { Overwrite::Refuse };
        may_write(&self.output, overwrite)?;
        let (model, inputs) = crate::load_and_warm(&self.inference)?;
        let (outputs, trace) = memo_torch::capture(model.key(&inputs), || model.forward(&inputs));
        outputs.map_err(crate::failed)?;
        write(&self.output, &Document::Trace(trace), overwrite)?;
        Ok(json!({ "output": self.output.to_string_lossy() }))
    }
}
