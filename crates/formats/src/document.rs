//! What a file can hold.

use memo_malloc::check::{check_run, check_tiered};
use memo_malloc::model::{TieredPlan, TieredProblem};
use memo_malloc::trace::Trace;
use memo_malloc::{Error, Plan, Problem, RunPlan, check};

/// The noun a file holds, ready for use: a plan has been judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// Buffers to be placed.
    Problem(Problem),
    /// Buffers and their offsets.
    Plan(PlanDocument),
    /// The record of a run.
    Trace(Trace),
    /// Buffers to be spread over several arenas.
    TieredProblem(TieredProblem),
    /// Buffers, and where they lie in several arenas.
    TieredPlan(TieredPlanDocument),
}

impl Document {
    /// The noun, in lower case.
    pub fn noun(&self) -> &'static str {
        match self {
            Document::Problem(_) => "problem",
            Document::Plan(_) => "plan",
            Document::Trace(_) => "trace",
            Document::TieredProblem(_) => "problem of several tiers",
            Document::TieredPlan(_) => "plan of several tiers",
        }
    }
}

/// A plan with the problem it solves and, when it was made from a trace, the run it is for.
///
/// Invariant, held by construction: the plan has passed [`check()`](memo_malloc::check()).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanDocument(Body);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Body {
    Bare(Problem, Plan),
    ForRun(RunPlan),
}

impl PlanDocument {
    /// A plan of a problem, judged.
    ///
    /// # Errors
    /// What [`check()`](memo_malloc::check()) finds.
    pub fn new(problem: Problem, plan: Plan) -> Result<PlanDocument, Error> {
        check(&problem, &plan)?;
        Ok(PlanDocument(Body::Bare(problem, plan)))
    }

    /// A plan for a run, judged.
    ///
    /// # Errors
    /// What [`check_run`] finds.
    pub fn for_run(run_plan: RunPlan) -> Result<PlanDocument, Error> {
        check_run(&run_plan)?;
        Ok(PlanDocument(Body::ForRun(run_plan)))
    }

    /// The problem the plan solves.
    pub fn problem(&self) -> &Problem {
        match &self.0 {
            Body::Bare(problem, _) => problem,
            Body::ForRun(run_plan) => run_plan.problem(),
        }
    }

    /// The offsets.
    pub fn plan(&self) -> &Plan {
        match &self.0 {
            Body::Bare(_, plan) => plan,
            Body::ForRun(run_plan) => run_plan.plan(),
        }
    }

    /// What an arena serves; `None` when the plan was not made from a trace.
    pub fn run_plan(&self) -> Option<&RunPlan> {
        match &self.0 {
            Body::Bare(..) => None,
            Body::ForRun(run_plan) => Some(run_plan),
        }
    }
}

/// A plan over several tiers with the problem it solves.
///
/// Invariant, held by construction: the plan has passed [`check_tiered`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TieredPlanDocument {
    problem: TieredProblem,
    plan: TieredPlan,
}

impl TieredPlanDocument {
    /// A plan of a problem, judged.
    ///
    /// # Errors
    /// What [`check_tiered`] finds.
    pub fn new(problem: TieredProblem, plan: TieredPlan) -> Result<TieredPlanDocument, Error> {
        check_tiered(&problem, &plan)?;
        Ok(TieredPlanDocument { problem, plan })
    }

    /// The problem the plan solves.
    pub fn problem(&self) -> &TieredProblem {
        &self.problem
    }

    /// Tiers and offsets.
    pub fn plan(&self) -> &TieredPlan {
        &self.plan
    }
}
