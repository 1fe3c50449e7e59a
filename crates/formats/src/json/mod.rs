//! Our own format: one JSON object that says which noun it holds and in which version.
//!
//! Buffers, ops and events are columns, one array for each field, because that is smaller, faster
//! to read in every language, and closer to how the bindings pass them. Fields are only ever added;
//! a field nobody knows is passed over.

mod columns;
mod layout;
mod plan;
mod problem;
mod tiers;
mod ties;
mod trace;

use memo_malloc::{Code, Problem};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::shown;
use crate::{Document, Error, Place};

/// The version of all three nouns, raised when an old reader would misunderstand a file.
const VERSION: u32 = 1;

/// The version of a problem with ties or tiers, or of a plan of one: a reader of version 1 would pass
/// over these, and let bytes collide.
const TIED_VERSION: u32 = 2;

const PROBLEM: &str = "memo-problem";
const PLAN: &str = "memo-plan";
const TIERED_PLAN: &str = "memo-tiered-plan";
const TRACE: &str = "memo-trace";

/// Whether a text names one of our nouns, as our files do where they begin.
pub(crate) fn is_ours(head: &[u8]) -> bool {
    let names = |noun: &str| memchr::memmem::find(head, format!("\"{noun}\"").as_bytes()).is_some();
    [PROBLEM, PLAN, TIERED_PLAN, TRACE].into_iter().any(names)
}

/// What every file begins with.
#[derive(Debug, Deserialize)]
struct Head {
    format: Option<String>,
    version: Option<u32>,
}

/// A noun under its head.
#[derive(Debug, Serialize)]
struct File<T> {
    format: &'static str,
    version: u32,
    #[serde(flatten)]
    noun: T,
}

pub(crate) fn read(text: &[u8]) -> Result<Document, Error> {
    let head: Head = parse(text)?;
    let format = head.format.ok_or_else(|| {
        Error::new(Code::UnknownFormat, "a JSON object without the field `format`")
            .fix_by("give a file written by memo, or a CSV of buffers")
    })?;
    let reader = match format.as_str() {
        PROBLEM => problem::read,
        PLAN => plan::read,
        TIERED_PLAN => tiers::read,
        TRACE => trace::read,
        other => {
            let other = shown(other);
            let message =
                format!("format `{other}` is none of {PROBLEM}, {PLAN}, {TIERED_PLAN}, {TRACE}");
            return Err(Error::new(Code::UnknownFormat, message).at(path("format")));
        }
    };
    match head.version {
        Some(VERSION | TIED_VERSION) => reader(text),
        Some(other) => Err(Error::new(
            Code::FormatVersion,
            format!("version {other} of {format}; this program reads up to {TIED_VERSION}"),
        )
        .at(path("version"))),
        None => Err(Error::new(Code::Malformed, "the field `version` is missing")),
    }
}

/// The text of a document, ending in a line end.
pub(crate) fn text(document: &Document) -> serde_json::Result<Vec<u8>> {
    match document {
        Document::Problem(problem) => layout::text(&File {
            format: PROBLEM,
            version: version_of(problem),
            noun: problem::columns(problem),
        }),
        Document::Plan(plan) => layout::text(&File {
            format: PLAN,
            version: version_of(plan.problem()),
            noun: plan::columns(plan),
        }),
        Document::TieredProblem(problem) => layout::text(&File {
            format: PROBLEM,
            version: TIED_VERSION,
            noun: problem::tiered_columns(problem),
        }),
        Document::TieredPlan(plan) => layout::text(&File {
            format: TIERED_PLAN,
            version: TIED_VERSION,
            noun: tiers::columns(plan),
        }),
        Document::Trace(trace) => {
            layout::text(&File { format: TRACE, version: VERSION, noun: trace::columns(trace) })
        }
    }
}

fn version_of(problem: &Problem) -> u32 {
    if problem.ties().is_empty() { VERSION } else { TIED_VERSION }
}

/// Parses at full speed; only a text at fault is parsed again to learn the path to the fault.
fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Error> {
    let fault = match serde_json::from_slice(text) {
        Ok(value) => return Ok(value),
        Err(fault) => fault,
    };
    if !fault.is_data() {
        return Err(syntax(&fault));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|located| {
        let at = located.path();
        if at.iter().next().is_none() {
            return syntax(located.inner());
        }
        Error::new(Code::Malformed, located.inner().to_string()).at(path(at.to_string()))
    })
}

/// A text that is no JSON, or lacks a field of the whole: the parser knows the line and column,
/// and says so at the end of its message too.
fn syntax(fault: &serde_json::Error) -> Error {
    let (line, column) = (fault.line(), fault.column());
    let message = fault.to_string();
    let told = format!(" at line {line} column {column}");
    let message = message.strip_suffix(&told).unwrap_or(&message);
    let column = Some(column as u64).filter(|&column| column > 0);
    let error = Error::new(Code::Malformed, message).at_line(line as u64, column);
    if fault.is_eof() { error.fix_by("the file breaks off: make it again") } else { error }
}

fn path(path: impl Into<String>) -> Place {
    Place::Path(path.into())
}
