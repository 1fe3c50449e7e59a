//! The exact search against every order of first fit, with every subset of its rules, and on
//! problems whose optimum is known.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use memo_malloc::model::{Reason, RefutationCause};
use memo_malloc::planners::{self, Exact, Planner, Rules};
use memo_malloc::{Buffer, Bytes, Certificate, Limits, Outcome, Plan, Problem, check};

use crate::families::{self, Random};
use crate::{naive, rectangles};

fn outcome(problem: &Problem, limits: &Limits) -> Outcome {
    let outcome = Exact::default().plan(problem, limits).unwrap();
    if let Some(plan) = outcome.plan() {
        assert_eq!(check(&problem.clone().with_capacity(None), plan), Ok(()), "{problem:?}");
    }
    outcome
}

fn optimum(exact: Exact, problem: &Problem) -> Plan {
    match exact.plan(problem, &Limits::default()).unwrap() {
        Outcome::Optimal(plan) => {
            assert_eq!(check(problem, &plan), Ok(()), "{exact:?} {problem:?}");
            plan
        }
        other => panic!("{exact:?}: {other:?} of {problem:?}"),
    }
}

/// Every way to switch the rules.
fn all_rules() -> impl Iterator<Item = Rules> {
    (0..32_u32).map(|switches| {
        let is_on = |switch: u32| switches >> switch & 1 == 1;
        let [room, rest, stacks, twins, cuts] = [0, 1, 2, 3, 4].map(is_on);
        Rules { room, rest, stacks, twins, cuts }
    })
}

/// Problems of every family and of two more that are tight, small enough to try every order.
fn small(count: u32, seeds: u64) -> impl Iterator<Item = (String, Problem)> {
    let families = families::ALL.iter().flat_map(move |&(name, family)| {
        (0..seeds).map(move |seed| {
            (format!("{name} {count} {seed}"), families::problem(family, count, seed))
        })
    });
    let dense = (0..4 * seeds).map(move |seed| (format!("dense {seed}"), dense(count, seed)));
    families.chain(dense)
}

/// Few steps and few sizes, so that many buffers are twins or have the same span; some aligned,
/// some pinned.
fn dense(count: u32, seed: u64) -> Problem {
    let mut random = Random(seed);
    let mut buffers = families::random(count, &mut random);
    for (idx, buffer) in (0..).zip(&mut buffers) {
        buffer.lifetime.start %= 4;
        buffer.lifetime.end = buffer.lifetime.start + buffer.lifetime.end % 3 + 1;
        buffer.size = buffer.size % 4 + 1;
        buffer.alignment = if seed % 3 == 1 { random.within(1, 4) } else { 1 };
        buffer.pin = (seed % 4 == 2 && idx == 0).then(|| buffer.alignment * 3);
    }
    Problem::new(buffers).unwrap()
}

#[test]
fn it_finds_the_optimum() {
    for (count, seeds) in [(1, 2), (3, 8), (5, 20), (6, 8), (7, 2)] {
        for (case, problem) in small(count, seeds) {
            let plan = optimum(Exact::default(), &problem);
            assert_eq!(plan.peak, naive::optimum(&problem), "{case}: {problem:?}");
        }
    }
}

#[test]
fn no_rule_changes_the_optimum() {
    for (case, problem) in small(5, 3) {
        let expected = naive::optimum(&problem);
        for rules in all_rules() {
            let plan = optimum(Exact { rules }, &problem);
            assert_eq!(plan.peak, expected, "{case} {rules:?}: {problem:?}");
        }
    }
}

#[test]
fn no_rule_changes_the_optimum_of_more_than_every_order_can_be_tried_of() {
    for seed in 0..12 {
        let problem = dense(14, seed);
        let expected = optimum(Exact::default(), &problem).peak;
        for rules in all_rules().filter(|rules| rules.room) {
            assert_eq!(optimum(Exact { rules }, &problem).peak, expected, "{seed} {rules:?}");
        }
    }
}

#[test]
fn the_mirror_image_and_any_scale_have_the_same_optimum() {
    for seed in 0..20 {
        let problem = families::problem(families::random, 14, seed);
        let peak = optimum(Exact::default(), &problem).peak;
        let mirrored = problem.buffers().iter().map(|b| {
            let mut buffer = *b;
            (buffer.lifetime.start, buffer.lifetime.end) =
                (90 - b.lifetime.end, 90 - b.lifetime.start);
            buffer
        });
        let mirrored = Problem::new(mirrored.rev().collect()).unwrap();
        assert_eq!(optimum(Exact::default(), &mirrored).peak, peak, "{seed}");
        let mut scaled = problem.buffers().to_vec();
        for buffer in &mut scaled {
            buffer.size *= 1 << 40;
        }
        let scaled = Problem::new(scaled).unwrap();
        assert_eq!(optimum(Exact::default(), &scaled).peak, peak << 40, "{seed}");
    }
}

/// A problem whose load cannot be met, because alignments leave holes, and its optimum.
fn above_its_load(seed: u64) -> Option<(Problem, Bytes)> {
    let problem = families::problem(families::aligned, 6, seed);
    let optimum = naive::optimum(&problem);
    (optimum > naive::max_load(&problem)).then_some((problem, optimum))
}

#[test]
fn a_finished_search_decides_about_a_capacity() {
    for (problem, optimum) in (0..).filter_map(above_its_load).take(20) {
        let fits = outcome(&problem.clone().with_capacity(Some(optimum)), &Limits::default());
        assert_eq!(fits.plan().map(|plan| plan.peak), Some(optimum));
        let capacity = optimum - 1;
        let refuted = problem.with_capacity(Some(capacity));
        let Outcome::Infeasible(refutation) = outcome(&refuted, &Limits::default()) else {
            panic!("{refuted:?}")
        };
        assert_eq!(refutation.certificate, Certificate::FinishedSearch);
        assert_eq!(refutation.lower_bound, optimum);
        assert_eq!(refutation.cause, RefutationCause::Capacity { capacity });
    }
}

#[test]
fn perfect_packings_are_solved_within_some_moves_for_each_buffer() {
    for seed in 0..3 {
        let mut random = Random(seed);
        let mut chance = |low, high| random.within(low, high);
        for count in [50, 100, 200, 400] {
            let sides = (1_000_000, 1_000_000);
            let problems = [
                rectangles::guillotine(count, sides, &mut chance),
                rectangles::pinwheels(count, sides, &mut chance),
            ];
            for problem in problems {
                let moves = 200 * problem.len() as u64;
                let outcome =
                    outcome(&problem, &Limits { nodes: Some(moves), ..Limits::default() });
                let peak = outcome.plan().map(|plan| plan.peak);
                assert_eq!(peak, Some(sides.1), "{count} {seed}");
            }
        }
    }
}

#[test]
fn packings_of_few_steps_are_put_together_again() {
    for seed in 0..3 {
        let mut random = Random(seed);
        let mut chance = |low, high| random.within(low, high);
        for count in [50, 100, 150] {
            let sides = (64, 4096);
            let problems = [
                rectangles::guillotine(count, sides, &mut chance),
                rectangles::pinwheels(count, sides, &mut chance),
            ];
            for problem in problems {
                let limits = Limits { nodes: Some(1 << 19), ..Limits::default() };
                let peak = outcome(&problem, &limits).plan().map(|plan| plan.peak);
                assert_eq!(peak, Some(sides.1), "{count} {seed}");
            }
        }
    }
}

/// More than the search can finish: alignments leave holes, so that no plan meets the load, and
/// that takes very long to prove.
fn endless() -> Problem {
    families::problem(families::aligned, 80, 3)
}

fn reason(outcome: &Outcome) -> Option<Reason> {
    match outcome {
        Outcome::GaveUp(gave_up) => Some(gave_up.reason),
        _ => None,
    }
}

#[test]
fn the_same_node_budget_gives_the_same_plan_and_a_larger_one_no_worse() {
    let problem = endless();
    let mut peak = Bytes::MAX;
    for budget in [0, 1, 1_000, 30_000] {
        let limits = Limits { nodes: Some(budget), ..Limits::default() };
        let first = outcome(&problem, &limits);
        assert_eq!(first, outcome(&problem, &limits), "{budget}");
        assert_eq!(reason(&first), Some(Reason::NodeLimit), "{budget}");
        let plan = first.into_plan().unwrap();
        assert!(plan.peak <= peak, "{budget}");
        peak = plan.peak;
    }
}

#[test]
fn the_best_so_far_comes_with_the_limit_that_was_reached() {
    let problem = endless();
    for time in [0, 50] {
        let limited = outcome(&problem, &Limits::time(Duration::from_millis(time)));
        assert!(limited.plan().is_some());
        assert_eq!(reason(&limited), Some(Reason::TimeLimit));
    }
    let cancel = Some(Arc::new(AtomicBool::new(true)));
    let cancelled = outcome(&problem, &Limits { cancel, ..Limits::default() });
    assert_eq!(reason(&cancelled), Some(Reason::Cancelled));
}

#[test]
fn a_search_under_way_can_be_cancelled() {
    let flag = Arc::new(AtomicBool::new(false));
    let limits = Limits { cancel: Some(Arc::clone(&flag)), ..Limits::default() };
    let search = std::thread::spawn(move || outcome(&endless(), &limits));
    flag.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(reason(&search.join().unwrap()), Some(Reason::Cancelled));
}

#[test]
fn too_many_buffers_are_refused() {
    let many = families::problem(families::random, 10_001, 1);
    let error = Exact::default().plan(&many, &Limits::default()).unwrap_err();
    assert_eq!(error.code().name(), "TOO_BIG_FOR_PLANNER");
}

#[test]
fn room_of_a_terabyte_at_odd_alignments_is_searched_within_the_budget() {
    // A unit of one byte, and 2^40 of them to raise a floor by.
    let buffers = (0..12_u64).map(|i| {
        let start = u32::try_from(i * 7 % 12).unwrap();
        Buffer::new((1 << 40) + i * 97, start, start + 5).aligned(3 + 2 * i)
    });
    let small = (0..12_u32).map(|i| Buffer::new(5, i, i + 4).aligned(7));
    let problem = Problem::new(buffers.chain(small).collect()).unwrap();
    let plan = planners::plan(&problem, &Limits::default()).unwrap().into_plan().unwrap();
    assert_eq!(check(&problem, &plan), Ok(()));
}
