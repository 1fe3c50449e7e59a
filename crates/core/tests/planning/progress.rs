//! What planners tell while they work, and that they stop when they are asked to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use memo_malloc::limits::Progress;
use memo_malloc::model::{Tier, TieredProblem};
use memo_malloc::planners::{self, plan_tiered};
use memo_malloc::{Buffer, BufferIdx, Limits, Problem};

use crate::families::{self, Random};
use crate::{naive, ties};

/// Those that go on from plan to plan, and so tell of every plan of theirs.
const SEARCHES: [&str; 7] =
    ["auto", "skyline", "skyline_restarts", "windows", "lns", "exact", "ilp"];

/// Limits that end nothing that a test waits for, and what is told.
fn watched() -> (Limits, Arc<Progress>, Arc<AtomicBool>) {
    let (progress, cancel) = (Arc::<Progress>::default(), Arc::<AtomicBool>::default());
    let limits = Limits {
        progress: Some(Arc::clone(&progress)),
        cancel: Some(Arc::clone(&cancel)),
        nodes: Some(3_000),
        ..Limits::default()
    };
    (limits, progress, cancel)
}

fn agrees(name: &str, problem: &Problem) {
    let (limits, progress, _) = watched();
    let Ok(outcome) = planners::by_name(name).unwrap().plan(problem, &limits) else { return };
    let case = format!("{name} of {problem:?}");
    assert!(progress.lower_bound() <= outcome.lower_bound(), "{case}");
    let Some(plan) = outcome.plan() else { return };
    let is_guided = !problem.ties().is_empty() && name != "auto" && name != "exact";
    if SEARCHES.contains(&name) && !is_guided {
        assert_eq!(progress.peak(), Some(plan.peak), "{case}");
    } else {
        assert!(progress.peak().is_none_or(|peak| peak >= plan.peak), "{case}");
    }
}

#[test]
fn what_is_told_last_is_the_answer() {
    for planner in planners::ALL {
        // A solver of integer programs has no nodes to be limited by.
        let counts: &[u32] = if planner.name() == "ilp" { &[0, 1, 6] } else { &[0, 1, 6, 40] };
        for &(_, make) in families::ALL {
            for &count in counts {
                agrees(planner.name(), &families::problem(make, count, count.into()));
            }
        }
        for seed in 0..10 {
            agrees(planner.name(), &ties::tied(6, seed, seed % 7 + 1));
        }
    }
}

/// Two tiers of which the cheap one has room for a part.
fn tiered(problem: Problem, share: u64) -> TieredProblem {
    let tier = |name: &str, capacity, cost| Tier { name: name.into(), capacity, cost };
    let room = naive::max_load(&problem) / share;
    let tiers = vec![tier("fast", Some(room), 1), tier("slow", None, 10)];
    TieredProblem::new(problem, tiers, vec![]).unwrap()
}

#[test]
fn what_is_told_last_of_tiers_is_the_answer() {
    for seed in 0..20 {
        let count = if seed < 10 { 6 } else { 60 };
        let problem = tiered(families::problem(families::random, count, seed), 2 + seed % 3);
        let (limits, progress, _) = watched();
        let outcome = plan_tiered(&problem, &limits).unwrap();
        let plan = outcome.plan().unwrap();
        assert_eq!(progress.peak(), Some(plan.cost), "{seed}");
        assert_eq!(progress.lower_bound(), plan.lower_bound, "{seed}");
    }
}

/// Many short lifetimes, among which no planner gets to the bound.
fn hard(count: u32) -> Problem {
    let mut random = Random(1);
    let buffers = (0..count).map(|_| {
        let start = random.step(0, 4 * count);
        Buffer::new(random.within(1, 1_000), start, start + random.step(1, 400))
    });
    Problem::new(buffers.collect()).unwrap()
}

/// Waits until a plan is told, asks to stop, and waits for the end.
fn stops_once_told(name: &str, plan: impl Fn(&Limits) + Sync) {
    let (limits, progress, cancel) = watched();
    let limits = Limits { nodes: None, ..Limits { time: Some(LATE), ..limits } };
    thread::scope(|scope| {
        let planning = scope.spawn(|| plan(&limits));
        while progress.peak().is_none() && !planning.is_finished() {
            thread::yield_now();
        }
        assert!(!planning.is_finished(), "{name} ended before it told of a plan");
        cancel.store(true, Ordering::Relaxed);
        planning.join().unwrap();
        assert!(progress.peak().is_some(), "{name}");
    });
}

/// When a planner that does not stop would end: much later than anybody waits.
const LATE: Duration = Duration::from_secs(3_600);

#[test]
fn a_search_tells_before_its_end_and_stops_when_asked() {
    let problem = hard(600);
    for name in ["auto", "skyline_restarts", "windows", "lns", "exact"] {
        let planner = planners::by_name(name).unwrap();
        stops_once_told(name, |limits| drop(planner.plan(&problem, limits)));
    }
}

#[test]
fn a_search_with_ties_or_tiers_tells_before_its_end_and_stops_when_asked() {
    let apart = |idx: u32| (BufferIdx(2 * idx), BufferIdx(2 * idx + 1));
    let tied = hard(600).with_apart((0..50).map(apart).collect()).unwrap();
    let auto = planners::by_name("auto").unwrap();
    stops_once_told("auto with ties", |limits| drop(auto.plan(&tied, limits)));
    let problem = tiered(hard(600), 3);
    stops_once_told("tiers", |limits| drop(plan_tiered(&problem, limits)));
}
