//! Why there is no plan, for people and for programs.

use memo_malloc::model::{RefutationCause, TieredOutcome, TieredProblem, TieredRefutation};
use memo_malloc::{BufferIdx, Bytes, Code, Outcome, Problem, Refutation};
use memo_report::units::bytes_exact;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::failure::Failure;

fn failure(message: String, fix: impl Into<String>) -> Failure {
    Failure::new(Code::Infeasible, message).fix_by(fix).ending(Exit::Infeasible)
}

/// In one arena, as the failure it is.
pub(crate) fn one(problem: &Problem, refutation: &Refutation) -> Failure {
    let bound = refutation.lower_bound;
    let needs = format!("every plan needs at least {}", bytes_exact(bound));
    match refutation.cause {
        RefutationCause::Capacity { capacity } => failure(
            format!(
                "{needs} ({}), the capacity is {}",
                refutation.certificate,
                bytes_exact(capacity)
            ),
            format!("raise --capacity to at least {bound}"),
        ),
        RefutationCause::PinOverCapacity { buffer } => failure(
            format!("pinned buffer {} ends beyond the capacity; {needs}", problem.id(buffer)),
            "raise --capacity or move the pin",
        ),
        cause => untenable(problem, cause),
    }
}

/// What no capacity helps.
fn untenable(problem: &Problem, cause: RefutationCause) -> Failure {
    let both = |first: BufferIdx, second: BufferIdx| {
        format!("{} and {}", problem.id(first), problem.id(second))
    };
    match cause {
        RefutationCause::PinsCollide { first, second } => failure(
            format!(
                "pinned buffers {} are live together, or kept apart, and share bytes",
                both(first, second)
            ),
            "move one of the two pins",
        ),
        RefutationCause::TiesContradict { first, second } => failure(
            format!(
                "buffers {} must share their offset, but their pins, an alignment or a pair to be kept apart forbids it",
                both(first, second)
            ),
            "let the two share no longer, or loosen what forbids it",
        ),
        _ => failure("the pins and ties contradict each other".to_owned(), Code::Infeasible.fix()),
    }
}

/// Over several tiers, as the failure it is.
pub(crate) fn tiers(problem: &TieredProblem, refutation: TieredRefutation) -> Failure {
    let buffers = problem.problem();
    let fix = "raise the capacity of a tier, or add one without";
    match refutation {
        TieredRefutation::NoRoom { buffer } => {
            let top =
                |pin: Option<Bytes>| pin.map_or(String::new(), |pin| format!(" pinned to {pin}"));
            let spec = &buffers.buffers()[buffer.usize()];
            let size = bytes_exact(spec.size);
            let (id, pinned) = (buffers.id(buffer), top(spec.pin));
            failure(format!("buffer {id} of {size}{pinned} fits no tier that it may go to"), fix)
        }
        TieredRefutation::Overfull { step } => failure(
            format!("at step {step} more is live than there is room for in the tiers it may go to"),
            fix,
        ),
        TieredRefutation::Untenable(cause) => untenable(buffers, cause),
        _ => failure("every way to spread the buffers was tried".to_owned(), fix),
    }
}

/// The cause for programs; null of any other outcome.
pub(crate) fn cause(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Infeasible(refutation) => cause_fields(refutation.cause),
        _ => Value::Null,
    }
}

/// As [`cause`], over several tiers.
pub(crate) fn tiered_cause(outcome: &TieredOutcome) -> Value {
    let TieredOutcome::Infeasible(refutation) = outcome else { return Value::Null };
    match *refutation {
        TieredRefutation::NoRoom { buffer } => json!({ "kind": "no-room", "buffer": buffer.0 }),
        TieredRefutation::Overfull { step } => json!({ "kind": "overfull", "step": step }),
        TieredRefutation::Untenable(cause) => cause_fields(cause),
        _ => json!({ "kind": "no-spread" }),
    }
}

fn cause_fields(cause: RefutationCause) -> Value {
    let kind = cause.name();
    match cause {
        RefutationCause::Capacity { capacity } => json!({ "kind": kind, "capacity": capacity }),
        RefutationCause::PinOverCapacity { buffer } => json!({ "kind": kind, "buffer": buffer.0 }),
        RefutationCause::PinsCollide { first, second }
        | RefutationCause::TiesContradict { first, second } => {
            json!({ "kind": kind, "first": first.0, "second": second.0 })
        }
        _ => json!({ "kind": kind }),
    }
}
