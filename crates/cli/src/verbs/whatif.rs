//! `memo whatif MODEL`

mod told;

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use memo_formats::read_model;
use memo_whatif::{Change, Wanted, explore};

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::while_working;
use crate::reading::Dims;
use crate::{interrupt, seconds};

use told::Told;

/// More work than this is a typing error.
const PER_CENT_MAX: i64 = 100_000;

/// Which model, and what may be changed.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "Examples:\n  memo whatif model.tflite\n  memo whatif model.onnx --dim batch=8\n  memo whatif model.tflite --inputs-outside --max-work 10\n  memo whatif model.tflite --without in-place --without take-up\n"
)]
pub struct Args {
    /// A model; - for standard input
    input: PathBuf,
    #[command(flatten)]
    dims: Dims,
    /// What cannot be changed; once for each
    #[arg(long, value_name = "CHANGE")]
    without: Vec<Unchanged>,
    /// The inputs of the model lie in memory of their own, which is not counted
    #[arg(long)]
    inputs_outside: bool,
    /// Most extra work, in per cent of that of the model
    #[arg(long, value_name = "PERCENT", default_value_t = 25, value_parser = clap::value_parser!(u32).range(0..=PER_CENT_MAX))]
    max_work: u32,
    /// Most seconds to plan each way
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds::parse, allow_negative_numbers = true)]
    time_limit: Duration,
}

/// A change, as it is typed.
#[derive(Debug, Clone, Copy)]
struct Unchanged(Change);

impl ValueEnum for Unchanged {
    fn value_variants<'a>() -> &'a [Unchanged] {
        const ALL: [Unchanged; Change::ALL.len()] = {
            let mut all = [Unchanged(Change::ALL[0]); Change::ALL.len()];
            let mut at = 0;
            while at < all.len() {
                all[at] = Unchanged(Change::ALL[at]);
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()).help(self.0.meaning()))
    }
}

impl Args {
    pub(super) fn run(self, console: &Console) -> Result<Exit, Failure> {
        let graph = read_model(&self.input, &self.dims.options())?;
        for warning in &graph.warnings {
            console.warning(warning.to_string());
        }
        let limits = interrupt::limits(Some(self.time_limit))?;
        let is_wanted = |change: &Change| self.without.iter().all(|without| without.0 != *change);
        let wanted = Wanted {
            changes: Change::ALL.into_iter().filter(is_wanted).collect(),
            inputs_outside: self.inputs_outside,
            extra_work_max: self.max_work.into(),
            limits,
        };
        let doing = format!("looking at ways to run {} nodes", graph.nodes.len());
        let found = while_working(console, &doing, None, || explore(&graph, &wanted))
            .map_err(|error| Failure::from(error).in_file(self.input.to_string_lossy()))?;
        let told = Told { graph: &graph, found: &found, inputs_outside: self.inputs_outside };
        if console.is_json() {
            console.json_result(&told.fields())?;
        } else {
            console.result(format!("{}: {told}", self.input.display()))?;
        }
        Ok(Exit::Done)
    }
}
