//! The fixtures that TypeScript is tested with, judged by the core itself: what is written in
//! `plans.expected.json` is what Rust answers. `MEMO_BLESS=1` writes it anew; what is `known` of a
//! case was put down by hand.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;
use std::time::Duration;

use memo_malloc::model::RefutationCause;
use memo_malloc::planners::by_name;
use memo_malloc::{Buffer, Certificate, Error, Limits, Outcome, Plan, Problem, check};
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
    Problem::new(buffers)?
        .with_capacity(case["capacity"].as_u64())
        .with_alignment(case["align"].as_u64().unwrap_or(1))
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
        other => panic!("{other:?} has no fixture form"),
    }
}

/// The answer in the shape that TypeScript gives it.
fn answer(case: &Value) -> Value {
    let outcome = match outcome(case) {
        Ok(outcome) => outcome,
        Err(error) => return json!({ "code": error.code().name(), "message": error.to_string() }),
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
fn plans_are_as_expected() {
    let lines = cases("plans.json").into_iter().map(|case| format!("  {}", answer(&case)));
    let found = format!("[\n{}\n]\n", lines.collect::<Vec<_>>().join(",\n"));
    let path = path("plans.expected.json");
    if std::env::var_os("MEMO_BLESS").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(&path).unwrap());
}

#[test]
fn what_is_known_by_hand_holds() {
    for case in cases("plans.json") {
        let answer = answer(&case);
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
