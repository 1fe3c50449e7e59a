//! The search by ejection, and the two searches of the portfolio side by side.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use memo_malloc::model::Reason;
use memo_malloc::planners::{self, Greedy, Lns, Planner};
use memo_malloc::{Buffer, Bytes, Limits, Outcome, Problem, check};
use proptest::prelude::*;

use crate::families::{self, Random};
use crate::metamorphic::buffers;
use crate::rectangles;

fn nodes(nodes: u64) -> Limits {
    Limits { nodes: Some(nodes), ..Limits::default() }
}

fn plan(problem: &Problem, limits: &Limits) -> Outcome {
    let outcome = Lns.plan(problem, limits).unwrap();
    let unlimited = problem.clone().with_capacity(None);
    assert_eq!(check(&unlimited, outcome.plan().unwrap()), Ok(()));
    outcome
}

fn peak(outcome: &Outcome) -> Bytes {
    outcome.plan().unwrap().peak
}

/// A perfect packing of few steps: the optimum is 4096.
fn packing(count: usize, seed: u64) -> Problem {
    let mut random = Random(seed);
    rectangles::pinwheels(count, (64, 4096), &mut |low, high| random.within(low, high))
}

#[test]
fn small_packings_are_put_together_again() {
    for seed in 0..8 {
        assert_eq!(peak(&plan(&packing(13, seed), &nodes(100_000))), 4096, "{seed}");
    }
}

#[test]
fn half_of_the_gap_of_a_first_fit_is_gone_after_some_moves_for_each_buffer() {
    for seed in 0..3 {
        let problem = packing(300, seed);
        let first = peak(&Greedy::BySize.plan(&problem, &Limits::default()).unwrap());
        let found = peak(&plan(&problem, &nodes(100 * problem.len() as u64)));
        assert!(found - 4096 <= (first - 4096) / 2, "{seed}: {first} to {found}");
    }
}

#[test]
fn a_seed_and_a_node_budget_decide_the_plan() {
    let problem = packing(100, 1);
    let limits = |seed, nodes| Limits { seed, nodes: Some(nodes), ..Limits::default() };
    let mut plans = Vec::new();
    for seed in 0..4 {
        let found = plan(&problem, &limits(seed, 20_000));
        assert_eq!(found, plan(&problem, &limits(seed, 20_000)));
        assert!(peak(&found) <= peak(&plan(&problem, &limits(seed, 2_000))));
        plans.push(found.into_plan().unwrap().offsets);
    }
    plans.dedup();
    assert!(plans.len() > 1, "the seed changes nothing");
}

#[test]
fn it_ends_within_the_capacity() {
    let problem = packing(100, 1).with_capacity(Some(5_000));
    let Outcome::Feasible(plan) = plan(&problem, &Limits::default()) else {
        panic!("there is room to spare")
    };
    assert_eq!(check(&problem, &plan), Ok(()));
}

#[test]
fn pins_that_leave_no_room_below_a_target_end_it() {
    let pinned = [Buffer::new(2, 0, 9).pinned(3), Buffer::new(2, 0, 9).pinned(8)];
    let free = [Buffer::new(4, 0, 9), Buffer::new(3, 2, 5)];
    let problem = Problem::new([&pinned[..], &free].concat()).unwrap();
    // The four bytes have room above the second pin only.
    assert_eq!(peak(&plan(&problem, &nodes(1_000))), 14);
}

#[test]
fn a_search_under_way_can_be_cancelled() {
    let flag = Arc::new(AtomicBool::new(false));
    let limits = Limits {
        cancel: Some(Arc::clone(&flag)),
        time: Some(Duration::from_secs(3_600)),
        threads: 2,
        ..Limits::default()
    };
    for planner in [&Lns as &dyn Planner, &planners::Auto] {
        flag.store(false, Ordering::Relaxed);
        let search = std::thread::scope(|scope| {
            let search = scope.spawn(|| planner.plan(&packing(300, 1), &limits).unwrap());
            flag.store(true, Ordering::Relaxed);
            search.join().unwrap()
        });
        let Outcome::GaveUp(gave_up) = search else { panic!("{search:?}") };
        assert_eq!(gave_up.reason, Reason::Cancelled);
    }
}

#[test]
fn too_many_buffers_are_refused() {
    let many = families::problem(families::random, 100_001, 1);
    let error = Lns.plan(&many, &Limits::default()).unwrap_err();
    assert_eq!(error.code().name(), "TOO_BIG_FOR_PLANNER");
}

/// The answers of the portfolio with one, two and four threads.
fn answers(problem: &Problem, limits: &Limits) -> [Outcome; 3] {
    [1, 2, 4].map(|threads| planners::plan(problem, &Limits { threads, ..limits.clone() }).unwrap())
}

fn are_equal(answers: &[Outcome; 3]) -> bool {
    answers.iter().all(|answer| *answer == answers[0])
}

#[test]
fn with_a_node_budget_the_number_of_threads_does_not_matter() {
    for &(name, family) in families::ALL {
        let problem = families::problem(family, 60, 5);
        let load = planners::plan(&problem, &nodes(0)).unwrap().lower_bound();
        for capacity in [None, Some(load), Some(load + load / 8)] {
            let problem = problem.clone().with_capacity(capacity);
            assert!(are_equal(&answers(&problem, &nodes(3_000))), "{name}");
        }
    }
    for seed in 0..4 {
        let problem = packing(250, seed);
        let answers = answers(&problem, &Limits { seed, ..nodes(10_000) });
        assert!(peak(&answers[0]) > 4096, "there was something to search");
        assert!(are_equal(&answers), "{seed}");
    }
}

#[test]
fn without_limits_the_number_of_threads_does_not_matter() {
    let problem = families::problem(families::aligned, 40, 0);
    assert!(are_equal(&answers(&problem, &Limits::default())));
}

#[test]
fn threads_that_share_what_they_know_keep_to_the_problem() {
    for seed in 0..6 {
        let problem = packing(150, seed);
        let limits = Limits { threads: 2, ..Limits::time(Duration::from_millis(200)) };
        let outcome = planners::plan(&problem, &limits).unwrap();
        let plan = outcome.plan().unwrap();
        assert_eq!(check(&problem, plan), Ok(()));
        assert_eq!(plan.lower_bound, 4096);
    }
}

proptest! {
    #[test]
    fn any_problem_has_one_plan_on_any_number_of_threads(
        buffers in buffers(14),
        seed in 0..4_u64,
        spare in prop::option::of(0..8_u64),
    ) {
        let problem = Problem::new(buffers).unwrap();
        let bound = planners::plan(&problem, &nodes(0)).unwrap().lower_bound();
        let problem = problem.with_capacity(spare.map(|spare| bound + spare));
        let limits = Limits { seed, ..nodes(300) };
        prop_assert!(are_equal(&answers(&problem, &limits)));
    }
}
