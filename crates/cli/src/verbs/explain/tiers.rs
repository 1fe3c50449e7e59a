//! `memo explain` of a problem over several tiers, or a plan of one: what each tier holds, and what
//! would lower that.

use memo_malloc::analysis::{explain, held};
use memo_malloc::model::{TierIdx, TieredOutcome, TieredPlan, TieredProblem};
use memo_malloc::planners::plan_tiered;
use memo_malloc::{Plan, Problem};
use memo_report::units::{bytes_exact, count, counted, share};
use serde_json::{Value, json};

use super::Args;
use super::told::Told;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::while_working;
use crate::{infeasible, interrupt};

impl Args {
    pub(super) fn tiers(
        &self,
        problem: &TieredProblem,
        given: Option<TieredPlan>,
        console: &Console,
    ) -> Result<Exit, Failure> {
        let is_given = given.is_some();
        let plan = match given {
            Some(plan) => Some(plan),
            None => self.best_spread(problem, console)?,
        };
        let Some(plan) = plan else {
            console.warning("no plan was found, so that it is not known what each tier holds");
            return Ok(Exit::GaveUp);
        };
        let held = held(problem, &plan);
        let told: Vec<Told<'_>> =
            problem.iter().zip(&held).map(|((idx, _), held)| self.told(idx, &plan, held)).collect();
        if console.is_json() {
            console.json_result(&fields(problem, &plan, is_given, &told))?;
            return Ok(Exit::Done);
        }
        console.result(format!("{}: {}", self.input.display(), head(problem, &plan)))?;
        for (tier, told) in problem.tiers().iter().zip(&told) {
            console.result(format!("\n{}: {told}", tier.name))?;
        }
        Ok(Exit::Done)
    }

    fn best_spread(
        &self,
        problem: &TieredProblem,
        console: &Console,
    ) -> Result<Option<TieredPlan>, Failure> {
        let limits = interrupt::limits(self.time_limit)?;
        let doing = format!("spreading {}", counted(problem.problem().len(), "buffer"));
        let outcome =
            while_working(console, &doing, self.time_limit, || plan_tiered(problem, &limits))?;
        match outcome {
            TieredOutcome::Infeasible(refutation) => Err(infeasible::tiers(problem, refutation)),
            other => Ok(other.plan().cloned()),
        }
    }

    fn told<'a>(
        &self,
        tier: TierIdx,
        plan: &TieredPlan,
        (here, of_tier): &'a (Problem, Plan),
    ) -> Told<'a> {
        let top = usize::from(self.top);
        Told {
            problem: here,
            count: plan.buffer_count(tier),
            explanation: explain(here, top),
            plan: Some(of_tier),
            planner: None,
            top,
        }
    }
}

fn head(problem: &TieredProblem, plan: &TieredPlan) -> String {
    let distance = match plan.cost - plan.lower_bound {
        0 => "least".to_owned(),
        gap => format!("{} above the bound", share(gap, plan.lower_bound)),
    };
    let tiers = problem.iter().map(|(idx, tier)| {
        let capacity =
            tier.capacity.map_or(String::new(), |most| format!(" of {}", bytes_exact(most)));
        let (peak, cost) = (bytes_exact(plan.peaks[idx.usize()]), count(tier.cost));
        format!("\n  {:<12} {peak}{capacity}, at {cost} a byte", tier.name)
    });
    format!(
        "{} in {}\n  cost         {}: {distance}\n  lower bound  {}{}",
        counted(problem.problem().len(), "buffer"),
        counted(problem.tiers().len(), "tier"),
        count(plan.cost),
        count(plan.lower_bound),
        tiers.collect::<String>()
    )
}

fn fields(problem: &TieredProblem, plan: &TieredPlan, is_given: bool, told: &[Told<'_>]) -> Value {
    let tiers = problem.tiers().iter().zip(told).map(|(tier, told)| {
        let mut fields = told.fields();
        fields["name"] = tier.name.as_str().into();
        fields["cost"] = tier.cost.into();
        fields
    });
    json!({
        "buffers": problem.problem().len(),
        "cost": plan.cost,
        "planner": (!is_given).then_some("auto"),
        "lower_bound": plan.lower_bound,
        "certificate": plan.certificate.name(),
        "tiers": tiers.collect::<Vec<_>>(),
    })
}
