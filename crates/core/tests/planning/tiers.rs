//! Several tiers against every way to spread the buffers, and every planted fault.

use memo_malloc::check::check_tiered;
use memo_malloc::model::{
    CostCertificate, RefutationCause, Tier, TierIdx, TierSet, TieredOutcome, TieredPlan,
    TieredProblem, TieredRefutation,
};
use memo_malloc::planners::{lower_bound_tiered, plan_tiered};
use memo_malloc::{Buffer, BufferIdx, Bytes, Limits, Problem};

use crate::families::{self, Random};
use crate::{naive, ties};

fn tier(name: &str, capacity: Option<Bytes>, cost: u64) -> Tier {
    Tier { name: name.into(), capacity, cost }
}

/// Two or three tiers of which the cheap ones are too small, and some buffers that may not go to all.
fn tiered(problem: Problem, random: &mut Random) -> TieredProblem {
    let load = naive::max_load(&problem);
    let capacity = |random: &mut Random| Some(random.within(load / 3, load));
    let mut tiers = vec![tier("fast", capacity(random), 1)];
    if random.within(0, 1) == 1 {
        tiers.push(tier("middle", capacity(random), 3));
    }
    let last = if random.within(0, 3) == 0 { capacity(random) } else { None };
    tiers.push(tier("slow", last, 10));
    let count = tiers.len() as u64;
    let one = |random: &mut Random| {
        let tier = TierIdx(u8::try_from(random.within(0, count - 1)).unwrap());
        [tier].into_iter().collect::<TierSet>()
    };
    let mut allowed = |_| if random.within(0, 5) == 0 { one(random) } else { TierSet::ALL };
    let sets: Vec<TierSet> = (0..problem.len()).map(&mut allowed).collect();
    // Those that share an offset may have no tier in common.
    TieredProblem::new(problem.clone(), tiers.clone(), sets)
        .unwrap_or_else(|_| TieredProblem::new(problem, tiers, vec![]).unwrap())
}

/// The least cost of all ways to spread, each tier planned by trying every order.
fn least_cost(problem: &TieredProblem) -> Option<u64> {
    let (count, whole) = (problem.tiers().len(), problem.problem());
    let ways = count.pow(u32::try_from(whole.len()).unwrap());
    (0..ways).filter_map(|way| cost_of(problem, &digits(way, count, whole.len()))).min()
}

fn digits(mut way: usize, base: usize, count: usize) -> Vec<TierIdx> {
    let mut digit = || {
        let digit = way % base;
        way /= base;
        TierIdx(u8::try_from(digit).unwrap())
    };
    (0..count).map(|_| digit()).collect()
}

fn cost_of(problem: &TieredProblem, tiers: &[TierIdx]) -> Option<u64> {
    let whole = problem.problem();
    let of = |idx: BufferIdx| tiers[idx.usize()];
    let all = || whole.iter().map(|(idx, _)| idx);
    let is_together = |group: &Vec<BufferIdx>| group.iter().all(|idx| of(*idx) == of(group[0]));
    if !all().all(|idx| problem.allowed(idx).has(of(idx)))
        || !whole.ties().groups().iter().all(is_together)
    {
        return None;
    }
    let mut cost = 0;
    for (idx, tier) in problem.iter() {
        let here: Vec<BufferIdx> = all().filter(|&buffer| of(buffer) == idx).collect();
        let part = whole.part(&here);
        if tier.capacity.is_some_and(|capacity| naive::optimum(&part) > capacity) {
            return None;
        }
        let size = |idx: &BufferIdx| whole.buffers()[idx.usize()].size;
        let first = |idx: &&BufferIdx| {
            let group = whole.ties().groups().iter().find(|group| group.contains(idx));
            group.is_none_or(|group| group[0] == **idx)
        };
        let largest = |idx: &BufferIdx| {
            let group = whole.ties().groups().iter().find(|group| group.contains(idx));
            group.map_or(size(idx), |group| group.iter().map(size).max().unwrap())
        };
        cost += tier.cost * here.iter().filter(first).map(largest).sum::<Bytes>();
    }
    Some(cost)
}

fn outcome(problem: &TieredProblem) -> TieredOutcome {
    let outcome = plan_tiered(problem, &Limits::default()).unwrap();
    if let Some(plan) = outcome.plan() {
        assert_eq!(check_tiered(problem, plan), Ok(()), "{problem:?}");
    }
    bound_agrees(problem, &outcome);
    outcome
}

/// The bound alone is that of the plan, unless a search has proven more, or that there is none.
fn bound_agrees(problem: &TieredProblem, outcome: &TieredOutcome) {
    match (lower_bound_tiered(problem), outcome) {
        (Ok((cost, certificate)), TieredOutcome::Optimal(plan) | TieredOutcome::Feasible(plan)) => {
            let is_by_search = plan.certificate == CostCertificate::FinishedSearch;
            let bound = TieredPlan { lower_bound: cost, certificate, ..plan.clone() };
            assert_eq!(check_tiered(problem, &bound), Ok(()), "{problem:?}");
            assert_eq!(is_by_search, bound != *plan, "{problem:?}");
            assert!(!is_by_search || cost < plan.lower_bound, "{problem:?}");
        }
        (Err(found), TieredOutcome::Infeasible(refutation)) => assert_eq!(found, *refutation),
        (Ok(_), TieredOutcome::Infeasible(TieredRefutation::FinishedSearch)) => {}
        (found, _) => panic!("{found:?}, but {outcome:?}: {problem:?}"),
    }
}

#[test]
fn few_buffers_are_spread_at_the_least_cost() {
    let mut by_search = 0;
    for count in [1, 3, 5] {
        for seed in 0..60 {
            let mut random = Random(seed);
            let problem = match seed % 3 {
                0 => ties::tied(count, seed, 7),
                1 => families::problem(families::random, count, seed),
                _ => families::problem(families::aligned, count, seed),
            };
            let problem = tiered(problem, &mut random);
            let expected = least_cost(&problem);
            match (outcome(&problem), expected) {
                (TieredOutcome::Optimal(plan), Some(cost)) => {
                    assert_eq!(plan.cost, cost, "{count} {seed}: {problem:?}");
                    by_search += u32::from(plan.certificate == CostCertificate::FinishedSearch);
                }
                (TieredOutcome::Infeasible(_), None) => {}
                (other, _) => panic!("{count} {seed}: {other:?}, not {expected:?}: {problem:?}"),
            }
        }
    }
    assert!(by_search > 5, "the load always tells the cost: {by_search}");
}

#[test]
fn many_buffers_are_spread_near_the_bound() {
    for seed in 0..6 {
        let problem = families::problem(families::random, 200, seed);
        let capacity = Some(naive::max_load(&problem) / 2);
        let tiers = vec![tier("slow", None, 10), tier("fast", capacity, 1)];
        let problem = TieredProblem::new(problem, tiers, vec![]).unwrap();
        let TieredOutcome::Feasible(plan) = outcome(&problem) else { panic!("{seed}") };
        // What is above the bound is at most a fifth of it.
        assert!(plan.cost - plan.lower_bound <= plan.lower_bound / 5, "{seed}: {plan:?}");
    }
}

/// What some steps force out of the cheapest tiers, as it is told of the bound, for buffers without
/// ties that may go anywhere.
fn forced(problem: &Problem, room: Bytes, steps: &[u32]) -> Bytes {
    let met =
        |b: &&Buffer| steps.iter().any(|step| (b.lifetime.start..b.lifetime.end).contains(step));
    let bytes: Bytes = problem.buffers().iter().filter(met).map(|b| b.size).sum();
    let loads = steps.iter().map(|&step| naive::load_at(problem, step).min(room));
    bytes.saturating_sub(loads.sum())
}

#[test]
fn no_other_steps_prove_more() {
    for seed in 0..30 {
        let problem = families::problem(families::random, 12, seed);
        let load = naive::max_load(&problem);
        let (fast, middle) = (load / 5, load / 7);
        let tiers =
            vec![tier("fast", Some(fast), 1), tier("slow", None, 10), tier("m", Some(middle), 4)];
        let mut starts: Vec<u32> = problem.buffers().iter().map(|b| b.lifetime.start).collect();
        starts.sort_unstable();
        starts.dedup();
        let subsets = || {
            (0..1_u32 << starts.len()).map(|set| {
                let chosen = starts.iter().enumerate().filter(move |(at, _)| set >> at & 1 == 1);
                chosen.map(|(_, &step)| step).collect::<Vec<u32>>()
            })
        };
        let most = |room| subsets().map(|steps| forced(&problem, room, &steps)).max().unwrap();
        let all: Bytes = problem.buffers().iter().map(|b| b.size).sum();
        let expected = all + 3 * most(fast) + 6 * most(fast + middle);
        let problem = TieredProblem::new(problem, tiers, vec![]).unwrap();
        let limits = Limits::time(std::time::Duration::ZERO);
        let plan = plan_tiered(&problem, &limits).unwrap().plan().unwrap().clone();
        assert_eq!(plan.lower_bound, expected, "{seed}");
    }
}

#[test]
fn where_everything_fits_nothing_is_spilled() {
    for &(name, family) in families::ALL.iter().filter(|(name, _)| !name.starts_with("huge")) {
        let problem = families::problem(family, 40, 3);
        let all = problem.buffers().iter().map(|b| b.size).sum::<Bytes>();
        let tiers = vec![tier("fast", Some(1 << 40), 1), tier("slow", None, 2)];
        let tiered = TieredProblem::new(problem, tiers, vec![]).unwrap();
        let TieredOutcome::Optimal(plan) = outcome(&tiered) else { panic!("{name}") };
        assert_eq!((plan.cost, plan.lower_bound, plan.peaks[1]), (all, all, 0), "{name}");
    }
}

#[test]
fn the_same_problem_gets_the_same_plan() {
    for seed in 0..4 {
        let problem = tiered(ties::tied(30, seed, 7), &mut Random(seed));
        assert_eq!(outcome(&problem), outcome(&problem));
    }
}

#[test]
fn a_limit_that_is_reached_at_once_still_gives_a_plan_where_there_is_one() {
    let problem = families::problem(families::random, 60, 1);
    let tiers = vec![tier("fast", Some(64), 1), tier("slow", None, 10)];
    let problem = TieredProblem::new(problem, tiers, vec![]).unwrap();
    let limits = Limits::time(std::time::Duration::ZERO);
    let outcome = plan_tiered(&problem, &limits).unwrap();
    assert_eq!(check_tiered(&problem, outcome.plan().unwrap()), Ok(()));
}

#[test]
fn what_cannot_be_spread_is_refuted() {
    let refuted = |buffers: Vec<Buffer>, tiers: Vec<Tier>| {
        let problem = Problem::new(buffers).unwrap();
        match outcome(&TieredProblem::new(problem, tiers, vec![]).unwrap()) {
            TieredOutcome::Infeasible(refutation) => refutation,
            other => panic!("{other:?}"),
        }
    };
    let two = || vec![tier("fast", Some(8), 1), tier("slow", Some(16), 2)];
    let buffers = vec![Buffer::new(8, 0, 9), Buffer::new(17, 3, 4)];
    let buffer = BufferIdx(1);
    assert_eq!(refuted(buffers, two()), TieredRefutation::NoRoom { buffer });
    let pinned = vec![Buffer::new(8, 0, 9), Buffer::new(1, 3, 4).pinned(16)];
    assert_eq!(refuted(pinned, two()), TieredRefutation::NoRoom { buffer });
    let many = vec![Buffer::new(8, 0, 9), Buffer::new(12, 1, 9), Buffer::new(5, 3, 4)];
    assert_eq!(refuted(many, two()), TieredRefutation::Overfull { step: 3 });
    let odd = vec![
        Buffer::new(6, 0, 9),
        Buffer::new(6, 0, 9),
        Buffer::new(6, 0, 9),
        Buffer::new(6, 0, 9),
    ];
    assert_eq!(refuted(odd, two()), TieredRefutation::FinishedSearch);
    let apart = Problem::new(vec![Buffer::new(8, 0, 9); 2]).unwrap();
    let (first, second) = (BufferIdx(0), BufferIdx(1));
    let apart = apart.with_shares(&[vec![first, second]]).unwrap();
    let apart = apart.with_apart(vec![(first, second)]).unwrap();
    let cause = RefutationCause::TiesContradict { first, second };
    let problem = TieredProblem::new(apart, two(), vec![]).unwrap();
    let expected = TieredOutcome::Infeasible(TieredRefutation::Untenable(cause));
    assert_eq!(outcome(&problem), expected);
}

/// One buffer that must go to the slow tier, two that share an offset, one spilled.
fn spread() -> (TieredProblem, TieredPlan) {
    let buffers = vec![
        Buffer::new(8, 0, 4),
        Buffer::new(8, 1, 4),
        Buffer::new(4, 2, 4),
        Buffer::new(6, 0, 3),
    ];
    let problem = Problem::new(buffers).unwrap();
    let problem = problem.with_shares(&[vec![BufferIdx(1), BufferIdx(2)]]).unwrap();
    let slow: TierSet = [TierIdx(1)].into_iter().collect();
    let allowed = vec![TierSet::ALL, TierSet::ALL, TierSet::ALL, slow];
    let tiers = vec![tier("fast", Some(8), 1), tier("slow", None, 10)];
    let problem = TieredProblem::new(problem, tiers, allowed).unwrap();
    let TieredOutcome::Optimal(plan) = outcome(&problem) else { panic!("not optimal") };
    (problem, plan)
}

#[test]
fn check_names_every_planted_fault() {
    let (problem, plan) = spread();
    assert_eq!((plan.cost, plan.lower_bound), (8 + 80 + 60, 8 + 80 + 60));
    assert_eq!([0, 1, 2].map(|tier| plan.buffer_count(TierIdx(tier))), [1, 3, 0]);
    assert_eq!(plan.certificate, CostCertificate::Spill { steps: vec![vec![1]] });
    let at = |tiers: [u8; 4], offsets: [Bytes; 4], peaks: [Bytes; 2]| TieredPlan {
        tiers: tiers.map(TierIdx).to_vec(),
        offsets: offsets.to_vec(),
        peaks: peaks.to_vec(),
        ..plan.clone()
    };
    let fault = |plan: &TieredPlan| {
        check_tiered(&problem, plan).map_or_else(|error| error.to_string(), |()| "none".into())
    };
    let starts =
        |plan: &TieredPlan, text: &str| assert!(fault(plan).contains(text), "{}", fault(plan));
    assert_eq!(fault(&at([0, 1, 1, 1], [0, 0, 0, 8], [8, 14])), "none");
    starts(&at([0, 1, 0, 1], [0, 0, 0, 8], [8, 14]), "buffer 2: it may not be in tier 0");
    starts(&at([64, 1, 1, 1], [0, 0, 0, 8], [8, 14]), "buffer 0: it may not be in tier 64");
    starts(&at([0, 1, 1, 0], [0, 0, 0, 8], [8, 14]), "buffer 3: it may not be in tier 0");
    starts(&at([0, 1, 1, 1], [0, 0, 4, 8], [8, 14]), "buffers 1 and 2 must share");
    starts(&at([0, 1, 1, 1], [0, 0, 0, 7], [8, 13]), "buffers 1 and 3 collide");
    starts(&at([0, 1, 1, 1], [1, 0, 0, 8], [9, 14]), "buffer 0: top 9 exceeds the capacity 8");
    starts(&at([0, 1, 1, 1], [0, 0, 0, 8], [8, 15]), "peak is stated as 15");
    starts(&TieredPlan { cost: 149, ..plan.clone() }, "cost is stated as 149");
    starts(&TieredPlan { lower_bound: 147, ..plan.clone() }, "lower bound is stated as 147");
    for steps in [vec![vec![1, 3]], vec![vec![1, 1]], vec![vec![0]], vec![vec![1], vec![]], vec![]]
    {
        let certificate = CostCertificate::Spill { steps };
        starts(&TieredPlan { certificate, ..plan.clone() }, "lower bound is stated as 148");
    }
    assert_eq!(plan.tiers[3], TierIdx(1));
}

#[test]
fn bad_tiers_are_refused_with_a_name() {
    let code = |tiers: Vec<Tier>, allowed: Vec<TierSet>| {
        let problem = Problem::new(vec![Buffer::new(1 << 40, 0, 1)]).unwrap();
        TieredProblem::new(problem, tiers, allowed).unwrap_err().code().name()
    };
    let none: TierSet = [TierIdx(5)].into_iter().collect();
    assert_eq!(code(vec![], vec![]), "BAD_TIERS");
    assert_eq!(code(vec![tier("a", None, 1), tier("a", None, 2)], vec![]), "BAD_TIERS");
    assert_eq!(code(vec![tier("a", None, 1)], vec![none]), "NO_TIER");
    assert_eq!(code(vec![tier("a", None, 1 << 30)], vec![]), "COST_TOO_LARGE");
    assert_eq!(code(vec![tier("a", None, 1)], vec![none, none]), "ID_COUNT");
}
