//! `memo capture MODEL --input SHAPE -o TRACE`

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use memo_formats::{Document, Overwrite, may_write, read};
use memo_malloc::Code;
use memo_malloc::trace::Trace;
use serde_json::{Value, json};

use crate::captured::Captured;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inference::Inference;
use crate::runner::Runner;

const EXAMPLES: &str = "\
Examples:
  memo capture model.pt --input 1x3x224x224 -o trace.json.gz
  memo capture model.pt --input 1x3x224x224 --batch 1,8,32 -o trace.json.gz   a trace for each batch
";

/// Which model, and where the trace goes.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    inference: Inference,
    /// Another first length of every input; with several, a trace for each
    #[arg(long, value_name = "N", value_delimiter = ',')]
    batch: Vec<usize>,
    /// Where the trace goes: .json or .json.gz
    #[arg(short, long, value_name = "TRACE")]
    output: PathBuf,
    /// Overwrite it
    #[arg(short, long)]
    force: bool,
}

impl Args {
    pub(super) fn run(self, console: &Console) -> Result<Exit, Failure> {
        let runner = Runner::find()?;
        let captures = self.captures();
        let overwrite = if self.force { Overwrite::Force } else { Overwrite::Refuse };
        for (inference, output) in &captures {
            inference.judged()?;
            may_write(output, overwrite)?;
        }
        let mut results = Vec::new();
        for (inference, output) in &captures {
            let trace = capture(&runner, inference, output, overwrite)?;
            results.push(report(console, &trace, output));
        }
        if console.is_json() {
            console.json_result(&json!({ "traces": results }))?;
        }
        Ok(Exit::Done)
    }

    /// Each inference and the file of its trace.
    fn captures(&self) -> Vec<(Inference, PathBuf)> {
        match *self.batch {
            [] => vec![(self.inference.clone(), self.output.clone())],
            [batch] => vec![(self.inference.clone().with_batch(batch), self.output.clone())],
            ref batches => batches
                .iter()
                .map(|&n| (self.inference.clone().with_batch(n), with_batch(&self.output, n)))
                .collect(),
        }
    }
}

/// Lets the runner write the trace of one run, and reads it.
pub(super) fn capture(
    runner: &Runner,
    inference: &Inference,
    output: &Path,
    overwrite: Overwrite,
) -> Result<Trace, Failure> {
    let mut args: Vec<OsString> = vec!["capture".into()];
    args.extend(inference.args());
    args.extend(["--output".into(), output.into()]);
    if overwrite == Overwrite::Force {
        args.push("--force".into());
    }
    runner.call::<Value>(args, &[])?;
    match read(output)? {
        Document::Trace(trace) => Ok(trace),
        other => Err(Failure::new(Code::WrongNoun, format!("a {}, not a trace", other.noun()))
            .in_file(output.to_string_lossy())),
    }
}

fn report(console: &Console, trace: &Trace, output: &Path) -> Value {
    let captured = Captured::of(trace);
    let output = output.display().to_string();
    if !console.is_json() {
        console.message(format!("wrote {output}: {}", captured.text()));
        console.suggest(&[format!("memo plan {output} -o plan.json")]);
    }
    json!({ "output": output, "captured": captured, "inputs": trace.key.inputs })
}

/// `trace.json.gz` becomes `trace.b8.json.gz`.
fn with_batch(output: &Path, batch: usize) -> PathBuf {
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    let (stem, ending) = name.split_once('.').unwrap_or((&name, "json"));
    output.with_file_name(format!("{stem}.b{batch}.{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_batch_stands_before_the_ending() {
        let named = |output: &str| with_batch(Path::new(output), 8);
        assert_eq!(named("a/trace.json.gz"), Path::new("a/trace.b8.json.gz"));
        assert_eq!(named("trace"), Path::new("trace.b8.json"));
    }
}
