//! What must hold between the answers to related problems, whatever the answers are.

use memo_malloc::planners::{self, Greedy, Planner};
use memo_malloc::{Buffer, Bytes, Lifetime, Limits, Problem, analysis, check};
use proptest::prelude::*;

use crate::naive;
use crate::planners::plan_of;

/// Up to so many buffers: small, often in conflict, some without bytes, some aligned.
pub(crate) fn buffers(count: usize) -> impl Strategy<Value = Vec<Buffer>> {
    let buffer =
        (0..20_u64, 0..12_u32, 1..8_u32, 0..4_usize).prop_map(|(size, start, steps, a)| {
            Buffer::new(size, start, start + steps).aligned([1, 1, 4, 6][a])
        });
    prop::collection::vec(buffer, 0..=count)
}

fn problem(buffers: &[Buffer]) -> Problem {
    Problem::new(buffers.to_vec()).unwrap()
}

/// So many that searches get to their ends or well into them.
const NODES: u64 = 2_000;

fn peak(planner: &dyn Planner, problem: &Problem) -> Bytes {
    planner.plan(problem, &Limits::default()).unwrap().plan().unwrap().peak
}

/// Multiplies sizes and alignments, which must multiply bounds and offsets and change nothing else;
/// but the integer program reckons with fractions, and what these are rounded to may decide.
fn scales(original: &[Buffer], factor: Bytes) {
    let times =
        |b: &Buffer| Buffer { size: b.size * factor, alignment: b.alignment * factor, ..*b };
    let scaled = problem(&original.iter().map(times).collect::<Vec<_>>());
    let original = problem(original);
    let (bound, certificate) = analysis::lower_bound(&original);
    assert_eq!(analysis::lower_bound(&scaled), (bound * factor, certificate));
    let limits = Limits { nodes: Some(NODES), ..Limits::default() };
    for planner in planners::ALL.iter().filter(|planner| planner.name() != "ilp") {
        let outcome = planner.plan(&original, &limits).unwrap();
        let mut plan = outcome.into_plan().unwrap();
        for bytes in plan.offsets.iter_mut().chain([&mut plan.peak, &mut plan.lower_bound]) {
            *bytes *= factor;
        }
        let outcome = planner.plan(&scaled, &limits).unwrap();
        assert_eq!(outcome.plan(), Some(&plan), "{}", planner.name());
    }
}

proptest! {
    #[test]
    fn time_runs_either_way(original in buffers(10)) {
        let end = original.iter().map(|b| b.lifetime.end).max().unwrap_or(0);
        let turned = |Lifetime { start, end: own }| Lifetime { start: end - own, end: end - start };
        let reversed: Vec<Buffer> =
            original.iter().map(|b| Buffer { lifetime: turned(b.lifetime), ..*b }).collect();
        let (original, reversed) = (problem(&original), problem(&reversed));
        prop_assert_eq!(
            analysis::max_load(&original).bytes,
            analysis::max_load(&reversed).bytes
        );
        for planner in planners::ALL {
            let Some(mut plan) = plan_of(*planner, &reversed) else { continue };
            (plan.lower_bound, plan.certificate) = analysis::lower_bound(&original);
            prop_assert_eq!(check(&original, &plan), Ok(()));
        }
        // An order that knows neither start nor end gives the same offsets.
        prop_assert_eq!(peak(&Greedy::BySize, &original), peak(&Greedy::BySize, &reversed));
    }

    #[test]
    fn the_index_of_a_buffer_does_not_matter(original in buffers(10), by in 0_usize..10) {
        let mut permuted = original.clone();
        permuted.rotate_left(by.min(original.len()));
        let (original, permuted) = (problem(&original), problem(&permuted));
        prop_assert_eq!(analysis::max_load(&original), analysis::max_load(&permuted));
        for planner in planners::ALL {
            let Some(mut plan) = plan_of(*planner, &permuted) else { continue };
            plan.offsets.rotate_right(by.min(original.len()));
            prop_assert_eq!(check(&original, &plan), Ok(()));
        }
    }

    #[test]
    fn sizes_scale_with_their_plan(original in buffers(20), factor in 1_u64..1_000_000_007) {
        scales(&original, factor);
    }

    #[test]
    fn one_buffer_more_never_lowers_the_optimum(original in buffers(5), more in buffers(1)) {
        let fewer = problem(&original);
        let all = problem(&[original, more].concat());
        prop_assert!(naive::optimum(&fewer) <= naive::optimum(&all));
        prop_assert!(analysis::max_load(&fewer).bytes <= analysis::max_load(&all).bytes);
    }
}
