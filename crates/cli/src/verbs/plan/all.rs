//! `memo plan --all`: every planner on one problem, and the best of their plans.

use std::cmp::Reverse;
use std::sync::atomic::Ordering;
use std::time::Duration;

use memo_malloc::model::Reason;
use memo_malloc::{Bytes, Code, Outcome, Status, planners};
use memo_report::units::{count, share};
use serde_json::{Value, json};

use super::Args;
use super::summary::Summary;
use crate::console::{Console, is_stdout};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::grid::{Look, grid};
use crate::infeasible;
use crate::input::Task;

/// Each planner gets so much unless told otherwise: some would search for ever.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// What each planner found, or why it found nothing.
struct Table(Vec<Row>);

struct Row {
    planner: &'static str,
    result: Result<Summary, Failure>,
}

impl Args {
    pub(super) fn run_all(&self, task: Task, console: &Console) -> Result<Exit, Failure> {
        let limits = self.limits(Some(self.time_limit.unwrap_or(TIME_LIMIT)))?;
        // Relaxed: the flag carries no data with it.
        let is_cancelled =
            || limits.cancel.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed));
        let mut table = Table(Vec::new());
        for planner in planners::ALL {
            let result = self.search(&task, *planner, &limits, console);
            table.0.push(Row { planner: planner.name(), result });
            if is_cancelled() {
                break;
            }
        }
        let (text, fields) = (table.text(), table.fields());
        let mut best = table.into_best()?;
        if let Outcome::Infeasible(refutation) = &best.outcome
            && !console.is_json()
        {
            self.tell(&best, &text, fields, console)?;
            return Err(infeasible::one(&task.problem, refutation));
        }
        best.output = self.write(task, &best, console)?;
        self.tell(&best, &text, fields, console)?;
        match &best.outcome {
            Outcome::Feasible(_) if is_cancelled() => Ok(Exit::GaveUp),
            _ => Ok(best.exit()),
        }
    }

    fn tell(
        &self,
        best: &Summary,
        text: &str,
        planners: Value,
        console: &Console,
    ) -> Result<(), Failure> {
        if console.is_json() {
            let mut fields = best.fields();
            fields["planners"] = planners;
            return console.json_result(&fields);
        }
        let buffers = count(best.buffer_count as u64);
        let head = format!("{}: {buffers} buffers", best.input.display());
        let named =
            best.outcome.plan().map_or(String::new(), |_| format!("\nbest: {}", best.planner));
        let told = format!("{head}\n{text}{named}");
        if self.output.as_deref().is_some_and(is_stdout) {
            console.message(told);
        } else {
            console.result(told)?;
        }
        best.wrote(console);
        Ok(())
    }
}

impl Table {
    fn summaries(&self) -> impl Iterator<Item = &Summary> {
        self.0.iter().filter_map(|row| row.result.as_ref().ok())
    }

    /// The best that any of them has proven.
    fn lower_bound(&self) -> Bytes {
        self.summaries().map(|summary| summary.outcome.lower_bound()).max().unwrap_or(0)
    }

    /// A proof that there is no plan; else the smallest peak, of equal ones the best proven.
    fn into_best(self) -> Result<Summary, Failure> {
        let mut refusal = None;
        let mut summaries = Vec::new();
        for row in self.0 {
            match row.result {
                Ok(summary) => summaries.push(summary),
                Err(failure) => refusal = Some(failure),
            }
        }
        let rank = |summary: &Summary| {
            let outcome = &summary.outcome;
            let peak = outcome.plan().map_or(Bytes::MAX, |plan| plan.peak);
            let (is_infeasible, is_given_up) =
                (outcome.status() == Status::Infeasible, outcome.status() == Status::GaveUp);
            (!is_infeasible, peak, is_given_up, Reverse(outcome.lower_bound()))
        };
        let best = summaries.into_iter().min_by_key(rank);
        let nobody = || Failure::new(Code::Internal, "no planner was asked");
        best.ok_or_else(|| refusal.unwrap_or_else(nobody))
    }

    fn text(&self) -> String {
        let bound = self.lower_bound();
        let head = ["planner", "peak", "gap", "seconds", "outcome", "bound by"];
        let head = head.map(str::to_owned).to_vec();
        let rows = self.0.iter().map(|row| match &row.result {
            Ok(summary) => cells(summary, bound),
            Err(failure) => {
                let mut cells = vec![row.planner.to_owned()];
                cells.extend(["–", "–", "–"].map(str::to_owned));
                cells.extend([failure.code().to_string(), "–".to_owned()]);
                cells
            }
        });
        grid(&std::iter::once(head).chain(rows).collect::<Vec<_>>(), Look::Terminal)
    }

    fn fields(&self) -> Value {
        let row = |row: &Row| match &row.result {
            Ok(summary) => {
                let outcome = &summary.outcome;
                json!({
                    "planner": row.planner,
                    "status": outcome.status().name(),
                    "reason": summary.reason().map(Reason::name),
                    "peak": outcome.plan().map(|plan| plan.peak),
                    "lower_bound": outcome.lower_bound(),
                    "certificate": outcome.certificate().name(),
                    "seconds": summary.elapsed.as_secs_f64(),
                })
            }
            Err(failure) => json!({ "planner": row.planner, "error": failure }),
        };
        self.0.iter().map(row).collect()
    }
}

fn cells(summary: &Summary, bound: Bytes) -> Vec<String> {
    let outcome = &summary.outcome;
    let dash = || "–".to_owned();
    let outcome_name = match summary.reason() {
        Some(reason) => format!("{} ({})", outcome.status().name(), reason.name()),
        None => outcome.status().name().to_owned(),
    };
    let plan = outcome.plan();
    vec![
        summary.planner.to_owned(),
        plan.map_or_else(dash, |plan| count(plan.peak)),
        plan.map_or_else(dash, |plan| share(plan.peak - bound, bound)),
        format!("{:.3}", summary.elapsed.as_secs_f64()),
        outcome_name,
        outcome.certificate().to_string(),
    ]
}
