//! The skyline, the sweep and the windows on problems whose optimum is known.

use memo_malloc::planners::{Planner, Skyline, Sweep, Windows};
use memo_malloc::{Buffer, Bytes, Limits, Outcome, Plan, Problem, Step, analysis, check};

use crate::families::{self, Random};
use crate::rectangles;

fn plan(planner: &dyn Planner, problem: &Problem, limits: &Limits) -> Plan {
    let plan = planner.plan(problem, limits).unwrap().into_plan().unwrap();
    assert_eq!(check(problem, &plan), Ok(()), "{}", planner.name());
    plan
}

/// A rectangle of 1000 steps and 1000 bytes, cut into pieces: the longer side of a random piece is
/// cut in two, again and again. The optimum is 1000, with nothing to waste.
fn cut_rectangle(pieces: usize, seed: u64) -> Problem {
    let mut random = Random(seed);
    let mut cut: Vec<(Step, Step, Bytes)> = vec![(0, 1000, 1000)];
    while cut.len() < pieces {
        let at = usize::try_from(random.within(0, cut.len() as u64 - 1)).unwrap();
        let (start, end, size) = cut[at];
        let duration = u64::from(end - start);
        if duration.max(size) < 2 {
            continue;
        }
        if duration > size {
            let middle = start + Step::try_from(random.within(1, duration - 1)).unwrap();
            cut[at] = (start, middle, size);
            cut.push((middle, end, size));
        } else {
            let below = random.within(1, size - 1);
            cut[at] = (start, end, below);
            cut.push((start, end, size - below));
        }
    }
    let buffers = cut.into_iter().map(|(start, end, size)| Buffer::new(size, start, end));
    Problem::new(buffers.collect()).unwrap()
}

#[test]
fn restarts_put_a_cut_rectangle_together_again() {
    for seed in 0..10 {
        let problem = cut_rectangle(14, seed);
        assert_eq!(analysis::max_load(&problem).bytes, 1000);
        let limits = Limits { nodes: Some(100_000), ..Limits::default() };
        assert_eq!(plan(&Skyline::Restarts, &problem, &limits).peak, 1000, "seed {seed}");
    }
}

#[test]
fn a_seed_and_a_node_budget_decide_the_plan() {
    let problem = cut_rectangle(60, 1);
    let limits = |seed, nodes| Limits { seed, nodes: Some(nodes), ..Limits::default() };
    let passes = plan(&Skyline::Passes, &problem, &Limits::default());
    let mut plans = Vec::new();
    for seed in 0..4 {
        let found = plan(&Skyline::Restarts, &problem, &limits(seed, 20_000));
        assert_eq!(found, plan(&Skyline::Restarts, &problem, &limits(seed, 20_000)));
        assert!(found.peak <= passes.peak);
        assert!(found.peak <= plan(&Skyline::Restarts, &problem, &limits(seed, 2_000)).peak);
        plans.push(found.offsets);
    }
    plans.dedup();
    assert!(plans.len() > 1, "the seed changes nothing");
    assert_eq!(plan(&Skyline::Restarts, &problem, &limits(0, 0)), passes);
}

#[test]
fn what_lives_at_the_peak_is_stacked_without_holes() {
    for name in ["nested", "all conflicting", "all equal", "none conflicting"] {
        let &(_, family) = families::ALL.iter().find(|(family, _)| *family == name).unwrap();
        for seed in 0..5 {
            let problem = families::problem(family, 50, seed);
            for planner in [&Sweep as &dyn Planner, &Skyline::Passes] {
                let outcome = planner.plan(&problem, &Limits::default()).unwrap();
                assert!(matches!(outcome, Outcome::Optimal(_)), "{} {name}", planner.name());
            }
        }
    }
}

#[test]
fn a_sweep_without_time_still_uses_bytes_again() {
    let mut random = Random(1);
    let buffers = (0..20_000).map(|start| Buffer::new(random.within(1, 64), start, start + 400));
    let problem = Problem::new(buffers.collect()).unwrap();
    let plan = plan(&Sweep, &problem, &Limits::time(std::time::Duration::ZERO));
    assert!(plan.peak < 3 * plan.lower_bound, "{} of {}", plan.peak, plan.lower_bound);
}

#[test]
fn a_sweep_leaves_the_bytes_of_pins_alone() {
    let pinned = [Buffer::new(8, 0, 3).pinned(4), Buffer::new(8, 5, 9).pinned(8)];
    let free = [Buffer::new(4, 0, 9), Buffer::new(4, 2, 6), Buffer::new(2, 6, 8)];
    let problem = Problem::new([&pinned[..], &free].concat()).unwrap();
    let swept = plan(&Sweep, &problem, &Limits::default());
    let clear = |(offset, buffer): (&Bytes, &Buffer)| offset + buffer.size <= 4 || *offset >= 16;
    assert!(swept.offsets[2..].iter().zip(&free).all(clear), "{swept:?}");
    assert_eq!(swept.peak, 20);
}

#[test]
fn windows_lower_a_sweep_to_the_bound_where_lifetimes_are_short() {
    for seed in 1..4 {
        let mut random = Random(seed);
        let buffers = (0..5_000).map(|_| {
            let start = random.step(0, 5_000);
            let end = start + random.step(1, 40);
            Buffer::new(random.within(1, 4_096), start, end)
        });
        let problem = Problem::new(buffers.collect()).unwrap();
        let swept = plan(&Sweep, &problem, &Limits::default());
        let windows = plan(&Windows, &problem, &Limits::default());
        assert!(!swept.is_optimal() && windows.is_optimal(), "{seed}: {}", windows.peak);
        assert_eq!(plan(&Windows, &problem, &Limits::default()), windows);
        let none = Limits { nodes: Some(0), ..Limits::default() };
        assert_eq!(plan(&Windows, &problem, &none), swept);
    }
}

/// Pieces of all durations: in this problem what is highest is live across every cut, where no
/// window can lower it.
#[test]
fn windows_end_where_they_cannot_help() {
    let mut state = 1005_u64;
    let mut chance = |low, high| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        low + (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 8) % (high - low + 1)
    };
    let sides = (1_000_000, 1_000_000);
    let problem = rectangles::pinwheels(1000, sides, &mut chance);
    let plan = plan(&Windows, &problem, &Limits::time(std::time::Duration::from_secs(3600)));
    assert!(plan.peak > plan.lower_bound);
}
