//! The exact planner against every order of first fit.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use memo_malloc::model::{Reason, RefutationCause};
use memo_malloc::planners::{Greedy, Ilp, Planner};
use memo_malloc::{Buffer, Certificate, Limits, Outcome, Problem, check};
use proptest::prelude::*;

use crate::{families, metamorphic, naive};

fn outcome(problem: &Problem) -> Outcome {
    Ilp.plan(problem, &Limits::default()).unwrap()
}

#[test]
fn it_finds_the_optimum() {
    for &(name, family) in families::ALL.iter().filter(|(name, _)| *name != "huge") {
        for (count, seeds) in [(4, 8), (6, 4)] {
            for seed in 0..seeds {
                let problem = families::problem(family, count, seed);
                let Outcome::Optimal(plan) = outcome(&problem) else {
                    panic!("{name} {count} {seed}: no optimum of {problem:?}")
                };
                assert_eq!(plan.peak, naive::optimum(&problem), "{name} {count} {seed}");
                assert_eq!(check(&problem, &plan), Ok(()), "{name} {count} {seed}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_agrees_with_every_order_of_first_fit(buffers in metamorphic::buffers(6)) {
        let problem = Problem::new(buffers).unwrap();
        prop_assert_eq!(outcome(&problem).plan().map(|p| p.peak), Some(naive::optimum(&problem)));
    }
}

/// A problem whose load cannot be met, because alignments leave holes, and its optimum.
fn above_its_load(seed: u64) -> Option<(Problem, u64)> {
    let problem = families::problem(families::aligned, 6, seed);
    let optimum = naive::optimum(&problem);
    (optimum > naive::max_load(&problem)).then_some((problem, optimum))
}

#[test]
fn a_finished_search_decides_about_a_capacity() {
    for (problem, optimum) in (0..).filter_map(above_its_load).take(5) {
        let fits = outcome(&problem.clone().with_capacity(Some(optimum)));
        assert_eq!(fits.plan().map(|plan| (plan.peak, plan.is_optimal())), Some((optimum, true)));
        let below = optimum - 1;
        let refuted = outcome(&problem.with_capacity(Some(below)));
        let Outcome::Infeasible(refutation) = refuted else { panic!("{refuted:?}") };
        assert_eq!(refutation.certificate, Certificate::FinishedSearch);
        assert_eq!(refutation.lower_bound, optimum);
        assert_eq!(refutation.cause, RefutationCause::Capacity { capacity: below });
    }
}

/// More than the solver can finish, and not solved by the first fits that it starts from.
fn endless() -> Problem {
    let problem = families::problem(families::random, 60, 3);
    let optimal = |outcome: &Outcome| matches!(outcome, Outcome::Optimal(_));
    for greedy in [Greedy::BySize, Greedy::ByArea, Greedy::ByDuration, Greedy::ByStart] {
        assert!(!optimal(&greedy.plan(&problem, &Limits::default()).unwrap()));
    }
    problem
}

fn reason(outcome: Outcome) -> Option<Reason> {
    match outcome {
        Outcome::GaveUp(gave_up) => Some(gave_up.reason),
        _ => None,
    }
}

#[test]
fn the_best_so_far_comes_with_the_limit_that_was_reached() {
    let problem = endless();
    for limits in [Limits::time(Duration::ZERO), Limits::time(Duration::from_millis(200))] {
        let outcome = Ilp.plan(&problem, &limits).unwrap();
        let plan = outcome.plan().unwrap();
        assert_eq!(check(&problem, plan), Ok(()));
        assert_eq!(reason(outcome), Some(Reason::TimeLimit));
    }
    let cancel = Some(Arc::new(AtomicBool::new(true)));
    let outcome = Ilp.plan(&problem, &Limits { cancel, ..Limits::default() }).unwrap();
    assert_eq!(reason(outcome), Some(Reason::Cancelled));
}

#[test]
fn what_it_cannot_compute_exactly_is_refused() {
    // Odd sizes without a common divisor, and a load that first fit does not meet.
    let wide = |buffer: &Buffer| Buffer { size: buffer.size * 100_003 + 1, ..*buffer };
    let problem = Problem::new(endless().buffers().iter().map(wide).collect()).unwrap();
    let error = Ilp.plan(&problem, &Limits::default()).unwrap_err();
    assert_eq!(error.code().name(), "BEYOND_SOLVER");
    let many = families::problem(families::random, 300, 1);
    let error = Ilp.plan(&many, &Limits::default()).unwrap_err();
    assert_eq!(error.code().name(), "TOO_BIG_FOR_PLANNER");
}
