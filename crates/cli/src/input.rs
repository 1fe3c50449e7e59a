//! What the verbs read: any file that can become what they need.

use std::path::Path;

use memo_formats::{Document, Options, PlanDocument, Read, TieredPlanDocument, read_with};
use memo_malloc::analysis::{liveness, recorded};
use memo_malloc::model::{TieredPlan, TieredProblem};
use memo_malloc::trace::Trace;
use memo_malloc::{Bytes, Code, Key, Limits, Plan, Problem, Request, RunPlan, planners};

use crate::console::Console;
use crate::failure::Failure;

/// A problem and, when it comes from a trace, the run it is of.
#[derive(Debug)]
pub struct Task {
    /// What is to be planned.
    pub problem: Problem,
    /// The plan it came with.
    pub plan: Option<Plan>,
    /// The tiers it is to be spread over.
    pub tiers: Option<TieredProblem>,
    /// The plan over these that it came with.
    pub tiered_plan: Option<TieredPlan>,
    run: Option<(Key, Vec<Request>)>,
    /// Where the allocator of the run put each buffer; empty where that is not told.
    addresses: Vec<u64>,
}

impl Task {
    /// Reads a problem, the problem of a plan or a model, or a trace.
    ///
    /// # Errors
    /// When the file cannot be read or a trace makes no sense.
    pub fn read(path: &Path, options: &Options, console: &Console) -> Result<Task, Failure> {
        let read = told(path, options, console)?;
        match read.document {
            Document::Problem(problem) => {
                Ok(Task { addresses: read.addresses, ..Task::bare(problem) })
            }
            Document::TieredProblem(problem) => Ok(Task::tiered(&problem)),
            Document::TieredPlan(document) => {
                let tiered_plan = Some(document.plan().clone());
                Ok(Task { tiered_plan, ..Task::tiered(document.problem()) })
            }
            Document::Plan(document) => {
                let run = document.run_plan();
                let run = run.map(|run| (run.key().clone(), run.requests().to_vec()));
                let plan = Some(document.plan().clone());
                Ok(Task { plan, run, ..Task::bare(document.problem().clone()) })
            }
            Document::Trace(trace) => {
                let sizes: Vec<Bytes> = trace.sizes().collect();
                let task = Task::of(trace);
                let task = task.map_err(|failure| failure.in_file(path.to_string_lossy()))?;
                Ok(task.at(&sizes, &read.addresses))
            }
        }
    }

    fn bare(problem: Problem) -> Task {
        Task {
            problem,
            plan: None,
            tiers: None,
            tiered_plan: None,
            run: None,
            addresses: Vec::new(),
        }
    }

    fn tiered(problem: &TieredProblem) -> Task {
        Task { tiers: Some(problem.clone()), ..Task::bare(problem.problem().clone()) }
    }

    /// The problem of a trace.
    ///
    /// # Errors
    /// When the trace makes no sense.
    pub fn of(trace: Trace) -> Result<Task, Failure> {
        let found = liveness(&trace)?;
        let run = Some((trace.key, found.requests));
        Ok(Task { run, ..Task::bare(found.problem) })
    }

    /// The same with the addresses of all blocks, of which those without bytes are no request.
    fn at(mut self, sizes: &[Bytes], addresses: &[u64]) -> Task {
        let asked = sizes.iter().zip(addresses).filter(|&(&size, _)| size > 0);
        let requests = self.run.iter().flat_map(|(_, requests)| requests);
        let placed = asked.zip(requests).filter(|(_, request)| request.slot.is_some());
        self.addresses = placed.map(|((_, &address), _)| address).collect();
        self
    }

    /// Whether it comes from a trace, or from a plan for one.
    pub fn is_of_run(&self) -> bool {
        self.run.is_some()
    }

    /// The plan that the run followed or a compiler made, if the file tells where its buffers were.
    pub fn recorded(&self) -> Option<Plan> {
        let is_told = !self.problem.is_empty() && self.addresses.len() == self.problem.len();
        is_told.then(|| recorded(&self.problem, &self.addresses))
    }

    /// The file of the plan that is made where nothing else is asked for.
    ///
    /// # Errors
    /// When there is no valid plan: a defect of the planner, as no capacity is given.
    pub fn planned(self) -> Result<PlanDocument, Failure> {
        let outcome = planners::plan(&self.problem, &Limits::default())?;
        let missing = || Failure::new(Code::Internal, "no plan without a capacity");
        self.solved(outcome.into_plan().ok_or_else(missing)?)
    }

    /// The file to be written for a plan of this problem.
    ///
    /// # Errors
    /// When the plan is not valid: a defect of the planner.
    pub fn solved(self, plan: Plan) -> Result<PlanDocument, Failure> {
        let document = match self.run {
            None => PlanDocument::new(self.problem, plan),
            Some((key, requests)) => {
                RunPlan::new(key, self.problem, plan, requests).and_then(PlanDocument::for_run)
            }
        };
        Ok(document?)
    }
}

/// Reads a plan, of one arena or several.
///
/// # Errors
/// When the file cannot be read, holds something else, or the plan is not valid.
pub fn plan(path: &Path, console: &Console) -> Result<AnyPlan, Failure> {
    match told(path, &Options::default(), console)?.document {
        Document::Plan(plan) => Ok(AnyPlan::One(plan)),
        Document::TieredPlan(plan) => Ok(AnyPlan::Tiered(plan)),
        other => Err(no_plan(path, &other)),
    }
}

/// A plan of one arena or of several.
#[derive(Debug)]
pub enum AnyPlan {
    /// Of one.
    One(PlanDocument),
    /// Of several.
    Tiered(TieredPlanDocument),
}

fn no_plan(path: &Path, found: &Document) -> Failure {
    let file = path.to_string_lossy();
    let message = format!("a {}, but a plan is needed", found.noun());
    let fix = format!("memo plan {file} -o plan.json");
    Failure::new(Code::WrongNoun, message).fix_by(fix).in_file(file)
}

/// Reads a file, and tells what was passed over.
fn told(path: &Path, options: &Options, console: &Console) -> Result<Read, Failure> {
    let read = read_with(path, options)?;
    for warning in &read.warnings {
        console.warning(warning.to_string());
    }
    Ok(read)
}
