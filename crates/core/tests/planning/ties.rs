//! Problems with ties against oracles, what must hold between related ones, and every planted fault.

use memo_malloc::model::RefutationCause;
use memo_malloc::planners::{self, Planner};
use memo_malloc::{
    Buffer, BufferIdx, Bytes, Certificate, Lifetime, Limits, Outcome, Plan, Problem, analysis,
    check,
};

use crate::families::{self, Random};
use crate::naive;
use crate::planners::plan_of;

fn idx(number: u64) -> BufferIdx {
    BufferIdx(u32::try_from(number).unwrap())
}

/// A pick of `count` of the buffers, each at most once.
fn some(count: u64, problem: &Problem, random: &mut Random) -> Vec<BufferIdx> {
    let mut picked: Vec<BufferIdx> =
        (0..count).map(|_| idx(random.within(0, problem.len() as u64 - 1))).collect();
    picked.sort_unstable();
    picked.dedup();
    picked
}

/// Cuts some steps out of the middle of some lifetimes.
fn with_intervals(problem: Problem, count: u64, random: &mut Random) -> Problem {
    let mut rows = Vec::new();
    for idx in some(count, &problem, random) {
        let Lifetime { start, end } = problem.buffers()[idx.usize()].lifetime;
        if end - start >= 3 {
            let first = random.step(start + 1, end - 2);
            let next = random.step(first + 1, end - 1);
            rows.push((idx, Lifetime { start, end: first }));
            rows.push((idx, Lifetime { start: next, end }));
        }
    }
    problem.with_intervals(rows).unwrap()
}

fn with_shares(problem: Problem, count: u64, random: &mut Random) -> Problem {
    let groups: Vec<Vec<BufferIdx>> = (0..count).map(|_| some(3, &problem, random)).collect();
    problem.with_shares(&groups).unwrap()
}

/// Pairs of buffers that need not share an offset.
fn with_apart(problem: Problem, count: u64, random: &mut Random) -> Problem {
    let pairs = (0..count).map(|_| some(2, &problem, random));
    let pairs = pairs.filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)));
    let group = |idx| problem.ties().group_of(idx);
    let may_be_apart =
        |pair: &(BufferIdx, BufferIdx)| group(pair.0).is_none() || group(pair.0) != group(pair.1);
    let pairs = pairs.filter(may_be_apart).collect();
    problem.with_apart(pairs).unwrap()
}

/// Random buffers with random ties of the kinds whose bits are set.
pub(crate) fn tied(count: u32, seed: u64, kinds: u64) -> Problem {
    let mut random = Random(seed);
    let family = [families::random, families::aligned][usize::try_from(seed % 2).unwrap()];
    let mut problem = Problem::new(family(count, &mut random)).unwrap();
    let ties = u64::from(count.div_ceil(3));
    if kinds & 1 != 0 {
        problem = with_intervals(problem, 2 * ties, &mut random);
    }
    if kinds & 2 != 0 {
        problem = with_shares(problem, ties.div_ceil(2), &mut random);
    }
    if kinds & 4 != 0 {
        problem = with_apart(problem, ties, &mut random);
    }
    problem
}

/// Problems of this size with every mix of ties.
fn each(count: u32, seeds: u64, mut test: impl FnMut(&str, &Problem)) {
    for kinds in 1..8 {
        for seed in 0..seeds {
            test(
                &format!("{count} buffers, seed {seed}, kinds {kinds}"),
                &tied(count, seed, kinds),
            );
        }
    }
}

#[test]
fn every_planner_makes_valid_plans() {
    for (count, seeds) in [(1, 2), (2, 4), (9, 6), (60, 3), (300, 1)] {
        each(count, seeds, |case, problem| {
            for planner in planners::ALL {
                let refuses = planner.name() == "ilp" && count > 256;
                let plan = plan_of(*planner, problem);
                assert!(plan.is_some() || refuses, "{case} by {}", planner.name());
            }
        });
    }
}

#[test]
fn the_portfolio_and_the_exact_planners_find_the_optimum() {
    for (count, seeds) in [(3, 20), (5, 16), (6, 6)] {
        each(count, seeds, |case, problem| {
            let optimum = naive::optimum(problem);
            for planner in planners::ALL {
                let Some(plan) = plan_of(*planner, problem) else { continue };
                assert!(plan.lower_bound <= optimum, "{case} by {}: {problem:?}", planner.name());
                assert!(plan.peak >= optimum, "{case} by {}: {problem:?}", planner.name());
                if proves(*planner) {
                    let outcome = planner.plan(problem, &Limits::default()).unwrap();
                    let Outcome::Optimal(plan) = outcome else {
                        panic!("{case} by {}: {outcome:?} of {problem:?}", planner.name())
                    };
                    assert_eq!(plan.peak, optimum, "{case} by {}: {problem:?}", planner.name());
                }
            }
        });
    }
}

/// Whether it finds the optimum of few buffers; one of them is not in every build.
fn proves(planner: &dyn Planner) -> bool {
    ["auto", "exact", "ilp"].contains(&planner.name())
}

#[test]
fn a_capacity_below_the_optimum_is_refuted() {
    each(5, 8, |case, problem| {
        let optimum = naive::optimum(problem);
        for (capacity, fits) in [(optimum, true), (optimum - 1, false)] {
            let problem = problem.clone().with_capacity(Some(capacity));
            for planner in planners::ALL.iter().filter(|planner| proves(**planner)) {
                let name = planner.name();
                let outcome = planner.plan(&problem, &Limits::default()).unwrap();
                let found = match &outcome {
                    Outcome::Optimal(plan) | Outcome::Feasible(plan) => {
                        assert_eq!(check(&problem, plan), Ok(()), "{case} by {name}");
                        true
                    }
                    Outcome::Infeasible(refutation) => {
                        assert_eq!(refutation.cause, RefutationCause::Capacity { capacity });
                        assert!(refutation.lower_bound <= optimum, "{case} by {name}");
                        false
                    }
                    Outcome::GaveUp(_) => panic!("{case} by {name}: {outcome:?}"),
                };
                assert_eq!(found, fits, "{case} by {name}");
            }
        }
    });
}

#[test]
fn the_load_is_that_of_the_naive_twin() {
    each(20, 10, |case, problem| {
        let load = analysis::max_load(problem);
        assert_eq!(load.bytes, naive::max_load(problem), "{case}");
        assert_eq!(naive::load_at(problem, load.step), load.bytes, "{case}");
    });
}

#[test]
fn first_fit_is_that_of_a_walk_over_all_conflicts() {
    each(40, 4, |case, problem| {
        let mut order: Vec<usize> = (0..problem.len()).collect();
        let buffer = |idx: &usize| problem.buffers()[*idx];
        order.sort_by_key(|idx| (buffer(idx).lifetime.start, std::cmp::Reverse(buffer(idx).size)));
        let outcome = planners::Greedy::ByStart.plan(problem, &Limits::default()).unwrap();
        assert_eq!(outcome.plan().unwrap().offsets, naive::first_fit_in(problem, &order), "{case}");
    });
}

#[test]
fn the_same_problem_gets_the_same_plan() {
    each(30, 2, |case, problem| {
        let plan = || planners::plan(problem, &Limits::default()).unwrap();
        assert_eq!(plan(), plan(), "{case}");
    });
}

fn peaks(problem: &Problem) -> Vec<Option<Bytes>> {
    planners::ALL.iter().map(|planner| Some(plan_of(*planner, problem)?.peak)).collect()
}

#[test]
fn ties_that_say_nothing_new_change_nothing() {
    for seed in 0..12 {
        let plain = families::problem(families::random, 9, seed);
        let expected = peaks(&plain);
        let every_pair = (0..9).flat_map(|a| (0..a).map(move |b| (BufferIdx(a), BufferIdx(b))));
        let in_conflict = every_pair.filter(|&(a, b)| plain.conflict(a, b)).collect();
        let whole = plain.iter().map(|(idx, b)| (idx, b.lifetime)).collect();
        let halves = plain.iter().flat_map(|(idx, b)| {
            let Lifetime { start, end } = b.lifetime;
            let middle = u32::midpoint(start, end).max(start + 1);
            let halves = [Lifetime { start, end: middle }, Lifetime { start: middle, end }];
            halves.into_iter().filter(|half| half.start < half.end).map(move |half| (idx, half))
        });
        let same = [
            plain.clone().with_apart(in_conflict).unwrap(),
            plain.clone().with_shares(&[vec![], vec![BufferIdx(3)]]).unwrap(),
            plain.clone().with_intervals(whole).unwrap(),
            plain.clone().with_intervals(halves.collect()).unwrap(),
        ];
        for problem in same {
            assert_eq!(peaks(&problem), expected, "{problem:?}");
        }
    }
}

#[test]
fn a_tie_more_never_lowers_the_optimum_and_an_interval_less_never_raises_it() {
    for seed in 0..20 {
        let random = || Random(seed);
        let plain = families::problem(families::random, 5, seed);
        let optimum = naive::optimum(&plain);
        assert!(naive::optimum(&with_apart(plain.clone(), 3, &mut random())) >= optimum);
        assert!(naive::optimum(&with_intervals(plain, 5, &mut random())) <= optimum);
    }
}

#[test]
fn results_made_in_place_cost_nothing_more() {
    // Each result takes the place of its only input: one buffer goes through the whole run.
    let chain = (0..50).map(|step| Buffer::new(64, step, step + 2)).collect();
    let pairs: Vec<Vec<BufferIdx>> =
        (1..50).map(|step| vec![BufferIdx(step - 1), BufferIdx(step)]).collect();
    let problem = Problem::new(chain).unwrap().with_shares(&pairs).unwrap();
    assert_eq!(problem.ties().groups().len(), 1);
    for planner in planners::ALL {
        assert_eq!(plan_of(*planner, &problem).map(|plan| plan.peak), Some(64));
    }
}

/// Two that share, one that is kept apart from the first, one with a pause.
fn bound() -> Problem {
    let buffers = vec![
        Buffer::new(8, 0, 2),
        Buffer::new(4, 1, 6),
        Buffer::new(8, 3, 4),
        Buffer::new(4, 0, 6),
        Buffer::new(4, 2, 5),
    ];
    let interval = |start, end| (BufferIdx(3), Lifetime { start, end });
    let problem = Problem::new(buffers).unwrap();
    let problem = problem.with_intervals(vec![interval(5, 6), interval(0, 2)]).unwrap();
    let problem = problem.with_shares(&[vec![BufferIdx(1), BufferIdx(0)]]).unwrap();
    problem.with_apart(vec![(BufferIdx(2), BufferIdx(0))]).unwrap()
}

#[test]
fn check_names_every_planted_fault() {
    let fault = |offsets: &[Bytes]| {
        let problem = bound();
        let tops = offsets.iter().zip(problem.buffers()).map(|(offset, b)| offset + b.size);
        let (lower_bound, certificate) = analysis::lower_bound(&problem);
        let peak = tops.max().unwrap();
        let plan = Plan { offsets: offsets.to_vec(), peak, lower_bound, certificate };
        check(&problem, &plan).map_err(|error| error.to_string())
    };
    assert_eq!(fault(&[0, 0, 8, 8, 4]), Ok(()));
    let told = |offsets: &[Bytes]| fault(offsets).unwrap_err();
    assert_eq!(
        told(&[0, 4, 8, 12, 16]),
        "buffers 0 and 1 must share their offset, but have 0 and 4"
    );
    assert_eq!(
        told(&[0, 0, 4, 12, 16]),
        "buffers 0 and 2 must be kept apart, but share bytes 4..8"
    );
    assert_eq!(
        told(&[0, 0, 8, 2, 16]),
        "buffers 0 and 3 collide: both are live at step 0 and share bytes 2..6"
    );
    assert_eq!(
        told(&[4, 4, 12, 4, 20]),
        "buffers 0 and 3 collide: both are live at step 0 and share bytes 4..8"
    );
    assert_eq!(
        told(&[0, 0, 8, 12, 2]),
        "buffers 1 and 4 collide: both are live at step 2 and share bytes 2..4"
    );
}

#[test]
fn a_bound_that_counts_shared_bytes_twice_is_refused() {
    let problem = bound();
    let plan = planners::plan(&problem, &Limits::default()).unwrap().into_plan().unwrap();
    let at = |step| Plan { certificate: Certificate::MaxLoad { step }, ..plan.clone() };
    assert_eq!(check(&problem, &Plan { lower_bound: 12, ..at(0) }), Ok(()));
    let error = check(&problem, &Plan { lower_bound: 16, ..at(1) }).unwrap_err();
    assert_eq!(error.code().name(), "BOUND_WRONG");
}

fn cause(problem: &Problem) -> RefutationCause {
    let causes =
        planners::ALL.iter().map(|planner| match planner.plan(problem, &Limits::default()) {
            Ok(Outcome::Infeasible(refutation)) => refutation.cause,
            other => panic!("{}: {other:?}", planner.name()),
        });
    let causes: Vec<RefutationCause> = causes.collect();
    assert!(causes.iter().all(|cause| *cause == causes[0]), "{causes:?}");
    causes[0]
}

#[test]
fn contradictory_ties_are_refuted_with_both_names() {
    let (first, second) = (BufferIdx(0), BufferIdx(2));
    let contradiction = RefutationCause::TiesContradict { first, second };
    let problem = |buffers: [Buffer; 3]| {
        let problem = Problem::new(buffers.to_vec()).unwrap();
        problem.with_shares(&[vec![first, second]]).unwrap()
    };
    let plain = Buffer::new(8, 0, 2);
    let (low, high) = (plain.pinned(0), plain.pinned(8));
    assert_eq!(cause(&problem([low, plain, high])), contradiction);
    assert_eq!(cause(&problem([high, plain, plain.aligned(16)])), contradiction);
    let apart = problem([plain; 3]).with_apart(vec![(second, first)]).unwrap();
    assert_eq!(cause(&apart), contradiction);
}

#[test]
fn pins_that_ties_let_collide_are_refuted_with_both_names() {
    let later = Buffer::new(8, 5, 6).pinned(4);
    let problem = Problem::new(vec![Buffer::new(8, 0, 2).pinned(0), Buffer::new(4, 0, 9), later]);
    let problem = problem.unwrap();
    let (first, second) = (BufferIdx(0), BufferIdx(2));
    let collision = RefutationCause::PinsCollide { first, second };
    assert_eq!(cause(&problem.clone().with_apart(vec![(second, first)]).unwrap()), collision);
    // Nothing is below buffer 2 but what shares the offset of buffer 0, and is too large.
    let wide = Problem::new(vec![Buffer::new(4, 0, 2).pinned(0), Buffer::new(8, 5, 9), later]);
    let shared = wide.unwrap().with_shares(&[vec![BufferIdx(1), first]]).unwrap();
    assert_eq!(cause(&shared), collision);
    let over = shared.clone().with_capacity(Some(7));
    assert_eq!(cause(&over), collision);
    let alone = Problem::new(vec![Buffer::new(4, 0, 2).pinned(8), Buffer::new(8, 5, 9)]).unwrap();
    let alone = alone.with_shares(&[vec![BufferIdx(1), first]]).unwrap().with_capacity(Some(15));
    assert_eq!(cause(&alone), RefutationCause::PinOverCapacity { buffer: first });
}

#[test]
fn bad_ties_are_refused_with_a_name() {
    let problem = || Problem::new(vec![Buffer::new(4, 0, 6), Buffer::new(4, 2, 9)]).unwrap();
    let code = |result: Result<Problem, memo_malloc::Error>| result.unwrap_err().code().name();
    let interval = |buffer, start, end| (BufferIdx(buffer), Lifetime { start, end });
    assert_eq!(code(problem().with_intervals(vec![interval(2, 0, 6)])), "UNKNOWN_BUFFER");
    assert_eq!(code(problem().with_intervals(vec![interval(0, 0, 5)])), "BAD_INTERVAL");
    let overlapping = vec![interval(0, 0, 4), interval(0, 3, 6)];
    assert_eq!(code(problem().with_intervals(overlapping)), "BAD_INTERVAL");
    assert_eq!(code(problem().with_intervals(vec![interval(0, 3, 3)])), "EMPTY_LIFETIME");
    assert_eq!(code(problem().with_shares(&[vec![BufferIdx(0), BufferIdx(7)]])), "UNKNOWN_BUFFER");
    assert_eq!(code(problem().with_apart(vec![(BufferIdx(1), BufferIdx(1))])), "TIED_TO_ITSELF");
    assert_eq!(code(problem().with_apart(vec![(BufferIdx(1), BufferIdx(9))])), "UNKNOWN_BUFFER");
    let aligned = |alignment| Buffer::new(4, 0, 6).aligned(alignment);
    let primes = Problem::new(vec![aligned((1 << 61) - 1), aligned((1 << 31) - 1)]).unwrap();
    let both = [vec![BufferIdx(0), BufferIdx(1)]];
    assert_eq!(code(primes.with_shares(&both)), "BAD_ALIGNMENT");
    let large = Problem::new(vec![aligned((1 << 31) - 1), aligned((1 << 31) + 11)]).unwrap();
    let large = large.with_shares(&both).unwrap();
    assert_eq!(code(large.with_alignment(3)), "TOO_LARGE");
}
