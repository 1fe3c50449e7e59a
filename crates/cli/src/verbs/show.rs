//! `memo show PLAN`

use std::path::PathBuf;

use memo_formats::PlanDocument;
use memo_malloc::analysis::max_load;
use memo_report::units::{bytes, bytes_exact, counted, share};
use memo_report::{Screen, terminal};
use serde_json::json;

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;

/// Most columns, and most rows: a picture of a million cells takes 50 MB.
const PICTURE_MAX: i64 = 1000;

/// Which plan, and how large.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "Examples:\n  memo show plan.json\n  memo show plan.json --width 160 --height 40\n"
)]
pub struct Args {
    /// A plan; - for standard input
    plan: PathBuf,
    /// Columns of the picture
    #[arg(long, value_name = "COLUMNS", default_value_t = 100, value_parser = clap::value_parser!(u16).range(20..=PICTURE_MAX))]
    width: u16,
    /// Rows of the map
    #[arg(long, value_name = "ROWS", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=PICTURE_MAX))]
    height: u16,
}

impl Args {
    pub(super) fn run(self, console: &Console) -> Result<Exit, Failure> {
        let document = input::plan(&self.plan, console)?;
        if console.is_json() {
            console.json_result(&fields(&document))?;
            return Ok(Exit::Done);
        }
        let screen = Screen {
            width: self.width.into(),
            height: self.height.into(),
            color: console.colors_result(),
        };
        console.result(terminal(document.problem(), document.plan(), screen))?;
        console.result(numbers(&document))?;
        console.suggest(&[format!("memo draw {} -o plan.svg", self.plan.display())]);
        Ok(Exit::Done)
    }
}

fn numbers(document: &PlanDocument) -> String {
    let (problem, plan) = (document.problem(), document.plan());
    let load = max_load(problem).bytes;
    let wasted = plan.peak - load;
    format!(
        "{} · peak {} · lower bound {} by {} · gap {} · fragmentation {}",
        counted(problem.len(), "buffer"),
        bytes_exact(plan.peak),
        bytes(plan.lower_bound),
        plan.certificate,
        share(plan.gap(), plan.lower_bound),
        share(wasted, plan.peak),
    )
}

fn fields(document: &PlanDocument) -> serde_json::Value {
    let (problem, plan) = (document.problem(), document.plan());
    let load = max_load(problem);
    json!({
        "buffers": problem.len(),
        "ops": problem.ops().len(),
        "capacity": problem.capacity(),
        "peak": plan.peak,
        "lower_bound": plan.lower_bound,
        "certificate": plan.certificate.name(),
        "max_load": load.bytes,
        "max_load_step": load.step,
        "optimal": plan.is_optimal(),
    })
}
