//! One suite for all planners: a new one is tested by its line in `planners::ALL`.

use memo_malloc::planners::{self, Planner};
use memo_malloc::{Limits, Outcome, Plan, Problem, analysis, check};

use crate::{families, naive};

/// The plan of a planner without limits, judged.
pub(crate) fn plan_of(planner: &dyn Planner, problem: &Problem) -> Plan {
    let outcome = planner.plan(problem, &Limits::default()).unwrap();
    let (Outcome::Optimal(plan) | Outcome::Feasible(plan)) = outcome else {
        panic!("{}: {outcome:?} of {problem:?}", planner.name())
    };
    assert_eq!(check(problem, &plan), Ok(()), "{} of {problem:?}", planner.name());
    plan
}

#[test]
fn every_plan_passes_the_judge() {
    for planner in planners::ALL {
        for &(_, family) in families::ALL {
            for count in [0, 1, 2, 3, 5, 8, 30, 200] {
                let problem = families::problem(family, count, count.into());
                plan_of(*planner, &problem);
            }
        }
    }
}

#[test]
fn the_bound_is_the_load_of_the_naive_twin() {
    for &(name, family) in families::ALL {
        for seed in 0..20 {
            let problem = families::problem(family, 30, seed);
            let load = analysis::max_load(&problem);
            assert_eq!(load.bytes, naive::max_load(&problem), "{name} {seed}");
            assert_eq!(naive::load_at(&problem, load.step), load.bytes, "{name} {seed}");
            assert!((0..load.step).all(|step| naive::load_at(&problem, step) < load.bytes));
        }
    }
}

#[test]
fn no_plan_beats_the_optimum() {
    for planner in planners::ALL {
        for &(name, family) in families::ALL {
            for seed in 0..6 {
                let problem = families::problem(family, 5, seed);
                let plan = plan_of(*planner, &problem);
                let optimum = naive::optimum(&problem);
                assert!(plan.peak >= optimum, "{} {name} {seed}", planner.name());
                assert!(plan.lower_bound <= optimum, "{} {name} {seed}", planner.name());
            }
        }
    }
}
