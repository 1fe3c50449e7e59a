//! The fixtures that TypeScript is tested with, judged by the core itself: what is written in
//! `plans.expected.json` is what Rust answers. `MEMO_BLESS=1` writes it anew; what is `known` of a
//! case was put down by hand.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;
use std::time::Duration;

use memo_malloc::analysis::explain;
use memo_malloc::model::{
    CostCertificate, RefutationCause, Tier, TierIdx, TierSet, TieredOutcome, TieredProblem,
    TieredRefutation,
};
use memo_malloc::planners::{by_name, plan_tiered};
use memo_malloc::{
    Buffer, BufferIdx, Certificate, Error, Lifetime, Limits, Outcome, Plan, Problem, check,
};
use serde_json::{Value, json};

fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../tests/fixtures", name].iter().collect()
}

fn cases(name: &str) -> Vec<Value> {
    serde_json::from_str(&std::fs::read_to_string(path(name)).unwrap()).unwrap()
}

fn step(value: &Value) -> u32 {
    value.as_u64().unwrap().try_into().unwrap()
}

fn problem(case: &Value) -> Result<Problem, Error> {
    let mut buffers = Vec::new();
    for (idx, size) in case["sizes"].as_array().unwrap().iter().enumerate() {
        let (start, end) = (step(&case["starts"][idx]), step(&case["ends"][idx]));
        let mut buffer = Buffer::new(size.as_u64().unwrap(), start, end);
        buffer.alignment = case["alignments"][idx].as_u64().unwrap_or(1);
        buffer.pin = case["pins"][idx].as_u64();
        buffers.push(buffer);
    }
    let rows = rows(&case["intervals"]);
    let lives = rows.iter().map(|r| (BufferIdx(r[0]), Lifetime { start: r[1], end: r[2] }));
    let pairs = |name: &str| rows_of_two(&case[name]);
    let groups: Vec<Vec<BufferIdx>> = pairs("shares").map(|(a, b)| vec![a, b]).collect();
    Problem::new(buffers)?
        .with_capacity(case["capacity"].as_u64())
        .with_alignment(case["align"].as_u64().unwrap_or(1))?
        .with_intervals(lives.collect())?
        .with_shares(&groups)?
        .with_apart(pairs("apart").collect())
}

/// Lists of numbers; none where they are left out.
fn rows(value: &Value) -> Vec<Vec<u32>> {
    serde_json::from_value::<Option<_>>(value.clone()).unwrap().unwrap_or_default()
}

fn rows_of_two(value: &Value) -> impl Iterator<Item = (BufferIdx, BufferIdx)> {
    rows(value).into_iter().map(|pair| (BufferIdx(pair[0]), BufferIdx(pair[1])))
}

fn tiered(case: &Value) -> Result<TieredProblem, Error> {
    let tier = |tier: &Value| Tier {
        name: tier["name"].as_str().unwrap().to_owned(),
        capacity: tier["capacity"].as_u64(),
        cost: tier["cost"].as_u64().unwrap(),
    };
    let set = |tiers: &Value| match tiers.as_array() {
        Some(tiers) => tiers.iter().map(|t| TierIdx(step(t).try_into().unwrap())).collect(),
        None => TierSet::ALL,
    };
    let tiers = case["tiers"].as_array().unwrap().iter().map(tier).collect();
    let allowed = case["allowed"].as_array().into_iter().flatten().map(set).collect();
    TieredProblem::new(problem(case)?, tiers, allowed)
}

fn outcome(case: &Value) -> Result<Outcome, Error> {
    let limits = match case["timeLimit"].as_f64() {
        Some(seconds) => Limits::time(Duration::from_secs_f64(seconds)),
        None => Limits::default(),
    };
    let problem = problem(case)?;
    by_name(case["planner"].as_str().unwrap_or("auto"))?.plan(&problem, &limits)
}

fn certificate_json(certificate: Certificate) -> Value {
    match certificate {
        Certificate::MaxLoad { step } | Certificate::AlignedLoad { step } => {
            json!({ "kind": certificate.name(), "step": step })
        }
        _ => json!({ "kind": certificate.name() }),
    }
}

fn cause_json(cause: RefutationCause) -> Value {
    match cause {
        RefutationCause::Capacity { capacity } => {
            json!({ "kind": "capacity", "capacity": capacity })
        }
        RefutationCause::PinOverCapacity { buffer } => {
            json!({ "kind": "pin-over-capacity", "buffer": buffer.0 })
        }
        RefutationCause::PinsCollide { first, second } => {
            json!({ "kind": "pins-collide", "first": first.0, "second": second.0 })
        }
        RefutationCause::TiesContradict { first, second } => {
            json!({ "kind": "ties-contradict", "first": first.0, "second": second.0 })
        }
        other => panic!("{other:?} has no fixture form"),
    }
}

/// The answer over tiers in the shape that TypeScript gives it.
fn tiered_answer(case: &Value) -> Value {
    let outcome = tiered(case).and_then(|problem| plan_tiered(&problem, &Limits::default()));
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return refusal(&error),
    };
    let status = outcome.status().name();
    match &outcome {
        TieredOutcome::Optimal(plan) | TieredOutcome::Feasible(plan) => json!({
            "status": status,
            "tiers": plan.tiers.iter().map(|tier| tier.0).collect::<Value>(),
            "offsets": plan.offsets,
            "peaks": plan.peaks,
            "cost": plan.cost,
            "lowerBound": plan.lower_bound,
            "certificate": match &plan.certificate {
                CostCertificate::Spill { steps } => json!({ "kind": "spill", "steps": steps }),
                other => json!({ "kind": other.name() }),
            },
        }),
        TieredOutcome::Infeasible(refutation) => {
            json!({ "status": status, "cause": tiered_cause(*refutation) })
        }
        TieredOutcome::GaveUp(reason) => json!({ "status": status, "reason": reason.name() }),
    }
}

fn tiered_cause(refutation: TieredRefutation) -> Value {
    match refutation {
        TieredRefutation::NoRoom { buffer } => json!({ "kind": "no-room", "buffer": buffer.0 }),
        TieredRefutation::Overfull { step } => json!({ "kind": "overfull", "step": step }),
        TieredRefutation::Untenable(cause) => cause_json(cause),
        _ => json!({ "kind": "no-spread" }),
    }
}

/// What TypeScript explains.
fn explanation(case: &Value) -> Value {
    let told = match problem(case) {
        Ok(problem) => explain(&problem, 3),
        Err(error) => return refusal(&error),
    };
    let change = |change: &memo_malloc::analysis::BufferChange| {
        json!({ "buffer": change.buffer.0, "gone": change.gone, "freedBy": change.freed_by,
            "madeAt": change.made_at })
    };
    json!({
        "lowerBound": told.lower_bound,
        "certificate": certificate_json(told.certificate),
        "load": { "bytes": told.load.bytes, "step": told.load.step },
        "step": told.step,
        "end": told.end,
        "live": told.live.iter().map(|idx| idx.0).collect::<Value>(),
        "liveBytes": told.live_bytes,
        "others": { "bytes": told.others.bytes, "step": told.others.step },
        "changes": told.buffers.iter().map(change).collect::<Value>(),
    })
}

fn refusal(error: &Error) -> Value {
    json!({ "code": error.code().name(), "message": error.to_string() })
}

/// The answer in the shape that TypeScript gives it.
fn answer(case: &Value) -> Value {
    let outcome = match outcome(case) {
        Ok(outcome) => outcome,
        Err(error) => return refusal(&error),
    };
    let mut answer = json!({
        "status": outcome.status().name(),
        "lowerBound": outcome.lower_bound(),
        "certificate": certificate_json(outcome.certificate()),
    });
    let plan = outcome.plan().map(|plan| json!({ "offsets": plan.offsets, "peak": plan.peak }));
    match (&outcome, plan) {
        (Outcome::Infeasible(refutation), _) => answer["cause"] = cause_json(refutation.cause),
        (Outcome::GaveUp(gave_up), plan) => {
            answer["reason"] = gave_up.reason.name().into();
            answer["best"] = plan.into();
        }
        (_, Some(plan)) => {
            answer["offsets"] = plan["offsets"].clone();
            answer["peak"] = plan["peak"].clone();
        }
        (_, None) => panic!("an answer without a plan"),
    }
    answer
}

#[test]
fn answers_are_as_expected() {
    is_as_expected("plans.json", "plans.expected.json", answer);
    is_as_expected("plans.json", "explain.expected.json", explanation);
    is_as_expected("tiers.json", "tiers.expected.json", tiered_answer);
}

fn is_as_expected(name: &str, expected: &str, answer: impl Fn(&Value) -> Value) {
    let lines = cases(name).into_iter().map(|case| format!("  {}", answer(&case)));
    let found = format!("[\n{}\n]\n", lines.collect::<Vec<_>>().join(",\n"));
    let path = path(expected);
    if std::env::var_os("MEMO_BLESS").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(&path).unwrap());
}

#[test]
fn what_is_known_by_hand_holds() {
    let plans = cases("plans.json").into_iter().map(|case| (answer(&case), case));
    let tiers = cases("tiers.json").into_iter().map(|case| (tiered_answer(&case), case));
    for (answer, case) in plans.chain(tiers) {
        for (field, known) in case["known"].as_object().into_iter().flatten() {
            assert_eq!(answer[field], *known, "{field} of {}: {answer}", case["name"]);
        }
    }
}

#[test]
fn faults_are_found() {
    for case in cases("faults.json") {
        let stated = &case["plan"];
        let plan = Plan {
            offsets: serde_json::from_value(stated["offsets"].clone()).unwrap(),
            peak: stated["peak"].as_u64().unwrap(),
            lower_bound: stated["lowerBound"].as_u64().unwrap(),
            certificate: match stated["certificate"]["kind"].as_str().unwrap() {
                "max-load" => Certificate::MaxLoad { step: step(&stated["certificate"]["step"]) },
                "aligned-load" => {
                    Certificate::AlignedLoad { step: step(&stated["certificate"]["step"]) }
                }
                "pin-top" => Certificate::PinTop,
                _ => Certificate::FinishedSearch,
            },
        };
        let found = check(&problem(&case).unwrap(), &plan).err().map(|error| error.code().name());
        assert_eq!(found, case["code"].as_str(), "{}", case["name"]);
    }
}
