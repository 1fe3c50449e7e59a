//! The lower bound against every order of first fit, and the judge against what is stated of it.

use memo_malloc::analysis::lower_bound;
use memo_malloc::{Buffer, Certificate, Code, Plan, Problem, check};
use proptest::prelude::*;

use crate::{families, metamorphic, naive};

/// A plan of stacked buffers that states a bound.
fn stacked(problem: &Problem, certificate: Certificate, lower_bound: u64) -> Plan {
    let (mut offsets, mut peak) = (Vec::new(), 0_u64);
    for buffer in problem.buffers() {
        let offset = peak.next_multiple_of(buffer.alignment);
        offsets.push(offset);
        peak = offset + buffer.size;
    }
    Plan { offsets, peak, lower_bound, certificate }
}

proptest! {
    #[test]
    fn it_is_the_largest_of_its_parts_and_never_above_the_optimum(
        buffers in metamorphic::buffers(6)
    ) {
        let problem = Problem::new(buffers).unwrap();
        let (bytes, certificate) = lower_bound(&problem);
        prop_assert!(bytes <= naive::optimum(&problem));
        let (load, aligned) = (naive::max_load(&problem), naive::aligned_load(&problem));
        prop_assert_eq!(bytes, load.max(aligned));
        prop_assert_eq!(matches!(certificate, Certificate::AlignedLoad { .. }), aligned > load);
        prop_assert_eq!(check(&problem, &stacked(&problem, certificate, bytes)), Ok(()));
    }

    #[test]
    fn buffers_of_one_alignment_that_all_conflict_meet_it(
        sizes in prop::collection::vec(1_u64..100, 1..6), alignment in 1_u64..70
    ) {
        let buffer = |&size| Buffer::new(size, 0, 1).aligned(alignment);
        let problem = Problem::new(sizes.iter().map(buffer).collect()).unwrap();
        prop_assert_eq!(lower_bound(&problem).0, naive::optimum(&problem));
    }
}

#[test]
fn the_judge_finds_what_every_step_proves() {
    for seed in 0..20 {
        let problem = families::problem(families::aligned, 40, seed);
        let (bytes, certificate) = lower_bound(&problem);
        assert_eq!(check(&problem, &stacked(&problem, certificate, bytes)), Ok(()), "{seed}");
        assert_eq!(bytes, naive::max_load(&problem).max(naive::aligned_load(&problem)), "{seed}");
    }
}

proptest! {
    #[test]
    fn it_never_rises_when_a_buffer_goes(
        mut buffers in metamorphic::buffers(12), which in any::<prop::sample::Index>()
    ) {
        let before = lower_bound(&Problem::new(buffers.clone()).unwrap()).0;
        if !buffers.is_empty() {
            buffers.remove(which.index(buffers.len()));
        }
        prop_assert!(lower_bound(&Problem::new(buffers).unwrap()).0 <= before);
    }
}

#[test]
fn the_judge_counts_as_few_grains_of_too_many_alignments() {
    for count in [64_u64, 65] {
        let aligned = |odd: u64| Buffer::new(1, 0, 1).aligned(4 * (2 * odd + 1));
        let problem = Problem::new((1..=count).map(aligned).collect()).unwrap();
        let (bytes, certificate) = lower_bound(&problem);
        assert_eq!(check(&problem, &stacked(&problem, certificate, bytes)), Ok(()), "{count}");
    }
}

#[test]
fn an_aligned_load_that_is_not_there_is_refused() {
    let buffers = vec![Buffer::new(5, 0, 2).aligned(8), Buffer::new(6, 1, 3).aligned(8)];
    let problem = Problem::new(buffers).unwrap();
    let judged = |step, bytes| {
        let plan = stacked(&problem, Certificate::AlignedLoad { step }, bytes);
        check(&problem, &plan).err().map(|error| error.code())
    };
    assert_eq!(judged(1, 13), None);
    assert_eq!(judged(1, 14), Some(Code::BoundWrong));
    assert_eq!(judged(1, 11), Some(Code::BoundWrong));
    assert_eq!(judged(0, 13), Some(Code::BoundWrong));
    assert_eq!(judged(9, 0), None);
}
