//! A plan as constants of a programming language, to be compiled into the program that uses it.
//!
//! Each language has the same: the bytes and the alignment of the arena, and an offset for each
//! buffer with what it is in a comment. What the compiler can check, it is told to.

mod c;
mod rust;
mod typescript;

use memo_malloc::model::common_multiple;
use memo_malloc::{BufferIdx, Bytes, Problem};
use sha2::{Digest, Sha256};

use crate::error::shown;
use crate::{Document, Error, PlanDocument, json};

pub(crate) use c::header;
pub(crate) use rust::rust;
pub(crate) use typescript::typescript;

/// What every language says of a plan.
struct Constants {
    arena: Bytes,
    alignment: Bytes,
    /// Offset and comment of each buffer.
    rows: Vec<(Bytes, String)>,
    origin: String,
}

impl Constants {
    fn of(plan: &PlanDocument) -> Result<Constants, Error> {
        let problem = plan.problem();
        let row = |(offset, (idx, _)): (&Bytes, _)| (*offset, comment(problem, idx));
        Ok(Constants {
            arena: plan.plan().peak,
            alignment: alignment(problem),
            rows: plan.plan().offsets.iter().zip(problem.iter()).map(row).collect(),
            origin: origin(problem)?,
        })
    }
}

/// Who made the constants, and of what.
fn origin(problem: &Problem) -> Result<String, Error> {
    let text = json::text(&Document::Problem(problem.clone()))
        .map_err(|error| Error::new(memo_malloc::Code::Internal, error.to_string()))?;
    let digest = Sha256::digest(&text);
    let hash = digest[..8].iter().fold(0_u64, |hash, &byte| hash << 8 | u64::from(byte));
    let version = env!("CARGO_PKG_VERSION");
    Ok(format!("Made by memo {version} from the problem sha256:{hash:016x}. Do not edit."))
}

/// What a buffer is, in words that end no comment.
fn comment(problem: &Problem, idx: BufferIdx) -> String {
    let buffer = &problem.buffers()[idx.usize()];
    let id = shown(&problem.id(idx));
    let op = problem.op(idx).map(|op| format!(", {}", shown(&op.to_string()))).unwrap_or_default();
    let text = format!("{id}: {} bytes, steps {}{op}", buffer.size, buffer.lifetime);
    // A backslash would continue a line comment of C on the next line.
    text.replace("*/", "* /").replace('\\', "/")
}

/// What an arena must be aligned to, so that all in it are.
fn alignment(problem: &Problem) -> Bytes {
    // Alignments without a multiple in common are too large for any address but 0.
    let both = |a: Bytes, b: Bytes| common_multiple(a, b).unwrap_or(a.max(b));
    problem.buffers().iter().map(|buffer| buffer.alignment).fold(1, both)
}
