//! `memo show PLAN`

use std::path::PathBuf;

use memo_formats::{PlanDocument, TieredPlanDocument};
use memo_malloc::analysis::{held, max_load};
use memo_malloc::{Plan, Problem};
use memo_report::units::{bytes, bytes_exact, count, counted, share};
use memo_report::{Screen, terminal};
use serde_json::json;

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, AnyPlan};

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
        match input::plan(&self.plan, console)? {
            AnyPlan::One(document) => self.one(&document, console)?,
            AnyPlan::Tiered(document) => self.tiers(&document, console)?,
        }
        if !console.is_json() {
            console.suggest(&[format!("memo draw {} -o plan.svg", self.plan.display())]);
        }
        Ok(Exit::Done)
    }

    fn one(&self, document: &PlanDocument, console: &Console) -> Result<(), Failure> {
        if console.is_json() {
            return console.json_result(&fields(document));
        }
        let (problem, plan) = (document.problem(), document.plan());
        console.result(terminal(problem, plan, self.screen(console)))?;
        console.result(numbers(problem.len(), problem, plan))
    }

    /// One map under the other, and what each holds.
    fn tiers(&self, document: &TieredPlanDocument, console: &Console) -> Result<(), Failure> {
        let (problem, plan) = (document.problem(), document.plan());
        let held = held(problem, plan);
        if console.is_json() {
            return console.json_result(&tiered_fields(document, &held));
        }
        for ((idx, tier), (here, plan_here)) in problem.iter().zip(&held) {
            let capacity = tier.capacity.map(|most| format!(" capacity {},", bytes_exact(most)));
            let (capacity, cost) = (capacity.unwrap_or_default(), count(tier.cost));
            console.result(format!("{}:{capacity} cost {cost} a byte", tier.name))?;
            let buffers = plan.buffer_count(idx);
            if buffers == 0 {
                console.result("0 buffers\n")?;
                continue;
            }
            console.result(terminal(here, plan_here, self.screen(console)))?;
            console.result(format!("{}\n", numbers(buffers, here, plan_here)))?;
        }
        console.result(format!(
            "{} · cost {} · lower bound {} · gap {}",
            counted(problem.problem().len(), "buffer"),
            count(plan.cost),
            count(plan.lower_bound),
            share(plan.cost - plan.lower_bound, plan.lower_bound)
        ))
    }

    fn screen(&self, console: &Console) -> Screen {
        Screen {
            width: self.width.into(),
            height: self.height.into(),
            color: console.colors_result(),
        }
    }
}

fn numbers(buffer_count: usize, problem: &Problem, plan: &Plan) -> String {
    let load = max_load(problem).bytes;
    let wasted = plan.peak - load;
    format!(
        "{} · peak {} · lower bound {} by {} · gap {} · fragmentation {}",
        counted(buffer_count, "buffer"),
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

fn tiered_fields(document: &TieredPlanDocument, held: &[(Problem, Plan)]) -> serde_json::Value {
    let (problem, plan) = (document.problem(), document.plan());
    let tiers = problem.iter().zip(held).map(|((idx, tier), (here, plan_here))| {
        let load = max_load(here);
        json!({
            "name": tier.name,
            "capacity": tier.capacity,
            "cost": tier.cost,
            "buffers": plan.buffer_count(idx),
            "peak": plan_here.peak,
            "lower_bound": plan_here.lower_bound,
            "certificate": plan_here.certificate.name(),
            "max_load": load.bytes,
            "max_load_step": load.step,
        })
    });
    json!({
        "buffers": problem.problem().len(),
        "ops": problem.problem().ops().len(),
        "tiers": tiers.collect::<Vec<_>>(),
        "cost": plan.cost,
        "lower_bound": plan.lower_bound,
        "certificate": plan.certificate.name(),
        "optimal": plan.is_optimal(),
    })
}
