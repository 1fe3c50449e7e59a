//! One suite for all planners: a new one is tested by its line in `planners::ALL`.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use memo_malloc::model::{Reason, RefutationCause};
use memo_malloc::planners::{self, Greedy, Planner};
use memo_malloc::{Buffer, BufferIdx, Code, Limits, Outcome, Plan, Problem, Status, check};

use crate::{families, naive};

const BRIEF: Duration = Duration::from_millis(30);

/// The plan of a planner, judged; nothing where the planner says that it does not take the problem.
/// The limit is for planners that would search for ever; whether it is reached changes no test.
pub(crate) fn plan_of(planner: &dyn Planner, problem: &Problem) -> Option<Plan> {
    match planner.plan(problem, &Limits::time(BRIEF)) {
        Ok(outcome) => {
            let plan = outcome.into_plan().unwrap();
            assert_eq!(check(problem, &plan), Ok(()), "{} of {problem:?}", planner.name());
            Some(plan)
        }
        Err(error) => {
            let refusals = [Code::BeyondSolver, Code::TooBigForPlanner];
            assert!(refusals.contains(&error.code()), "{}: {error}", planner.name());
            None
        }
    }
}

/// Every planner with the name and a problem of every family.
pub(crate) fn each(count: u32, seed: u64, mut test: impl FnMut(&dyn Planner, &str, &Problem)) {
    for &(family, make) in families::ALL {
        let problem = families::problem(make, count, seed);
        for planner in planners::ALL {
            test(*planner, &format!("{}, {family}, {count}, {seed}", planner.name()), &problem);
        }
    }
}

fn is_exact(planner: &dyn Planner) -> bool {
    ["exact", "ilp"].contains(&planner.name())
}

#[test]
fn every_plan_passes_the_judge() {
    for count in [0, 1, 2, 3, 5, 8, 30, 200, 300] {
        each(count, count.into(), |planner, case, problem| {
            let refuses = planner.name() == "ilp" && (count > 256 || case.contains("huge"));
            assert!(plan_of(planner, problem).is_some() || refuses, "{case}");
        });
    }
}

#[test]
fn no_plan_beats_the_optimum_and_no_bound_exceeds_it() {
    for seed in 0..6 {
        each(5, seed, |planner, case, problem| {
            let Some(plan) = plan_of(planner, problem) else { return };
            let optimum = naive::optimum(problem);
            assert!(plan.lower_bound <= optimum && optimum <= plan.peak, "{case}");
        });
    }
}

#[test]
fn the_same_problem_gets_the_same_plan() {
    each(6, 1, |planner, case, problem| {
        let plan = || planner.plan(problem, &Limits::default());
        assert_eq!(plan(), plan(), "{case}");
    });
}

#[test]
fn first_fit_is_that_of_a_walk_over_all_conflicts() {
    for &(name, family) in families::ALL {
        for (count, seed) in [(3, 0), (17, 1), (64, 2), (200, 3)] {
            let problem = families::problem(family, count, seed);
            let mut order: Vec<usize> = (0..problem.len()).collect();
            let start = |idx: &usize| problem.buffers()[*idx].lifetime.start;
            let size = |idx: &usize| problem.buffers()[*idx].size;
            order.sort_by(|a, b| start(a).cmp(&start(b)).then(size(b).cmp(&size(a))));
            let outcome = Greedy::ByStart.plan(&problem, &Limits::default()).unwrap();
            let walked = naive::first_fit_in(&problem, &order);
            assert_eq!(outcome.plan().unwrap().offsets, walked, "{name} {count}");
        }
    }
}

#[test]
fn the_portfolio_is_never_worse_than_a_heuristic() {
    for (&(name, family), seed) in families::ALL.iter().flat_map(|f| (0..4).map(move |s| (f, s))) {
        let problem = families::problem(family, 40, seed);
        let auto = planners::plan(&problem, &Limits::default()).unwrap().into_plan().unwrap();
        // A search by itself begins with another plan, which may lead it further.
        let is_heuristic =
            |planner: &&&dyn Planner| !is_exact(**planner) && planner.name() != "lns";
        for planner in planners::ALL.iter().filter(is_heuristic) {
            let outcome = planner.plan(&problem, &Limits::default()).unwrap();
            assert!(auto.peak <= outcome.plan().unwrap().peak, "{} {name} {seed}", planner.name());
        }
    }
}

#[test]
fn a_limit_that_is_reached_at_once_still_gives_a_valid_plan() {
    let cancel = Some(Arc::new(AtomicBool::new(true)));
    let limits = [
        (Limits::time(Duration::ZERO), Reason::TimeLimit),
        (Limits { cancel, ..Limits::default() }, Reason::Cancelled),
    ];
    each(40, 5, |planner, case, problem| {
        for (limits, reason) in &limits {
            let outcome = planner.plan(problem, limits).unwrap();
            let plan = outcome.plan().unwrap();
            assert_eq!(check(problem, plan), Ok(()), "{case}");
            match &outcome {
                Outcome::GaveUp(gave_up) => assert_eq!(gave_up.reason, *reason, "{case}"),
                outcome => assert_eq!(outcome.status(), Status::Optimal, "{case}"),
            }
        }
    });
}

/// What every planner says of a problem without a plan.
fn causes(buffers: Vec<Buffer>, capacity: Option<u64>) -> Vec<RefutationCause> {
    let problem = Problem::new(buffers).unwrap().with_capacity(capacity);
    let refuted = |planner: &&dyn Planner| match planner.plan(&problem, &Limits::default()) {
        Ok(Outcome::Infeasible(refutation)) => refutation.cause,
        other => panic!("{}: {other:?}", planner.name()),
    };
    planners::ALL.iter().map(refuted).collect()
}

#[test]
fn what_cannot_be_planned_is_refuted_by_all() {
    let all = |cause| vec![cause; planners::ALL.len()];
    let conflicting = vec![Buffer::new(8, 0, 2), Buffer::new(8, 1, 3)];
    assert_eq!(causes(conflicting, Some(15)), all(RefutationCause::Capacity { capacity: 15 }));
    assert_eq!(
        causes(vec![Buffer::new(8, 0, 2).pinned(8)], Some(15)),
        all(RefutationCause::PinOverCapacity { buffer: BufferIdx(0) })
    );
    assert_eq!(
        causes(vec![Buffer::new(8, 0, 2).pinned(8), Buffer::new(8, 1, 3).pinned(12)], None),
        all(RefutationCause::PinsCollide { first: BufferIdx(0), second: BufferIdx(1) })
    );
}

#[test]
fn a_capacity_that_is_not_met_is_given_up_with_the_plan_that_is_too_large() {
    each(60, 3, |planner, case, problem| {
        let Some(plan) = plan_of(planner, problem) else { return };
        let tight = problem.clone().with_capacity(Some(plan.lower_bound));
        let Ok(outcome) = planner.plan(&tight, &Limits::time(BRIEF)) else {
            return;
        };
        match outcome {
            Outcome::Optimal(plan) => assert_eq!(check(&tight, &plan), Ok(()), "{case}"),
            Outcome::Infeasible(_) => assert!(is_exact(planner), "{case}"),
            Outcome::GaveUp(gave_up) => {
                let best = gave_up.best.unwrap();
                assert!(best.peak > plan.lower_bound, "{case}");
                assert_eq!(check(problem, &best), Ok(()), "{case}");
            }
            Outcome::Feasible(_) => panic!("{case}: a plan at its bound is optimal"),
        }
    });
}

#[test]
fn planners_are_found_by_their_names() {
    for planner in planners::ALL {
        assert_eq!(planners::by_name(planner.name()).unwrap().name(), planner.name());
    }
    let error = planners::by_name("gready").err().unwrap();
    assert_eq!(error.code(), Code::UnknownPlanner);
    assert!(error.to_string().contains("greedy_by_size"), "{error}");
}
