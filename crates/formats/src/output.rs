//! Writes a document to a file or to standard output.

use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use memo_malloc::{Code, Plan, Problem};

use crate::format::{Format, Packed};
use crate::{Document, Error, PlanDocument, atomic, constants, counters, csv, json};

/// What becomes of a file that is already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// It stays, and writing is an error.
    Refuse,
    /// It is replaced, in one step.
    Force,
}

/// Writes a document in the format and compression its name asks for; `-` is standard output and
/// gets JSON.
///
/// # Errors
/// When the name says no format, the format cannot hold the noun, the file is there and
/// must not be replaced, or the system refuses.
pub fn write(
    path: impl AsRef<Path>,
    document: &Document,
    overwrite: Overwrite,
) -> Result<(), Error> {
    let path = path.as_ref();
    if path == Path::new("-") {
        return write_as(&mut io::stdout().lock(), document, Format::Json)
            .map_err(|error| error.in_file("stdout"));
    }
    write_text(path, &to_bytes(path, document)?, overwrite)
}

/// What [`write()`] puts into a file of this name.
///
/// # Errors
/// When the name says no format, or the format cannot hold the noun.
pub fn to_bytes(name: impl AsRef<Path>, document: &Document) -> Result<Vec<u8>, Error> {
    let name = name.as_ref();
    let Packed { format, gzip } = Packed::by_name(name)?;
    let text = text(document, format, &stem(name))
        .map_err(|error| error.in_file(name.to_string_lossy()))?;
    if !gzip {
        return Ok(text);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(&text).and_then(|()| encoder.finish());
    packed.map_err(|error| io_error(&error))
}

/// Writes a document in a given format, uncompressed.
///
/// # Errors
/// When the format cannot hold the noun or the writer fails.
pub fn write_as(out: &mut dyn Write, document: &Document, format: Format) -> Result<(), Error> {
    let text = text(document, format, "memo")?;
    out.write_all(&text).and_then(|()| out.flush()).map_err(|error| io_error(&error))
}

/// Writes any text, for example a picture, to a file as a whole or not at all; `-` is standard
/// output.
///
/// # Errors
/// When the file is there and must not be replaced, or the system refuses.
pub fn write_text(path: impl AsRef<Path>, text: &[u8], overwrite: Overwrite) -> Result<(), Error> {
    let path = path.as_ref();
    if path == Path::new("-") {
        let mut out = io::stdout().lock();
        let written = out.write_all(text).and_then(|()| out.flush());
        return written.map_err(|error| io_error(&error).in_file("stdout"));
    }
    atomic::write(path, overwrite == Overwrite::Force, |file| file.write_all(text))
        .map_err(|error| write_error(path, &error))
}

/// Whether [`write()`] would get as far as writing: asked before work that takes long.
///
/// # Errors
/// When the name says no format, its folder is missing, or the file is there and must not be
/// replaced.
pub fn may_write(path: impl AsRef<Path>, overwrite: Overwrite) -> Result<(), Error> {
    let path = path.as_ref();
    if path == Path::new("-") {
        return Ok(());
    }
    Packed::by_name(path)?;
    may_write_text(path, overwrite)
}

/// As [`may_write`] for [`write_text`], which takes any name.
///
/// # Errors
/// When the folder is missing, or the file is there and must not be replaced.
pub fn may_write_text(path: impl AsRef<Path>, overwrite: Overwrite) -> Result<(), Error> {
    let path = path.as_ref();
    let unusable = |found: &str, fix: &str| {
        Err(Error::new(Code::Io, found).fix_by(fix).in_file(path.to_string_lossy()))
    };
    if path.is_dir() {
        return unusable("this is a folder", "name a file in it");
    }
    if !atomic::folder_of(path).is_dir() {
        return unusable("its folder does not exist", "make the folder, or name another");
    }
    let taken = path.exists() && !atomic::is_special(path);
    if taken && overwrite == Overwrite::Refuse { Err(exists(path)) } else { Ok(()) }
}

/// The name of a file without its folders and extensions.
pub fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or_default().to_owned()
}

/// The content of a file; `name` is its name without folders and extensions.
fn text(document: &Document, format: Format, name: &str) -> Result<Vec<u8>, Error> {
    let internal = |error: &dyn std::error::Error| Error::new(Code::Internal, error.to_string());
    match format {
        Format::Json => json::text(document).map_err(|error| internal(&error)),
        Format::Csv => {
            let (problem, plan) = in_csv(document)?;
            let mut out = Vec::new();
            csv::write(&mut out, problem, plan).map_err(|error| internal(&error))?;
            Ok(out)
        }
        Format::C => constants::header(plan_of(document)?, name).map(String::into_bytes),
        Format::Rust => constants::rust(plan_of(document)?).map(String::into_bytes),
        Format::Typescript => constants::typescript(plan_of(document)?).map(String::into_bytes),
        Format::Counters => Ok(counters::counters(plan_of(document)?).into_bytes()),
    }
}

/// What CSV can hold of a document.
fn in_csv(document: &Document) -> Result<(&Problem, Option<&Plan>), Error> {
    let (problem, plan) = match document {
        Document::Problem(problem) => (problem, None),
        Document::Plan(plan) => (plan.problem(), Some(plan.plan())),
        Document::TieredProblem(_) | Document::TieredPlan(_) => {
            return Err(Error::new(Code::Unsupported, "CSV has no place for tiers")
                .fix_by("end the name in .json or .json.gz"));
        }
        Document::Trace(_) => {
            return Err(Error::new(Code::WrongNoun, "CSV holds problems and plans, no traces")
                .fix_by("end the name in .json or .json.gz"));
        }
    };
    if is_tied(problem) { Err(no_ties()) } else { Ok((problem, plan)) }
}

/// The plan of one arena that a document is.
fn plan_of(document: &Document) -> Result<&PlanDocument, Error> {
    match document {
        Document::Plan(plan) => Ok(plan),
        other => {
            let message = format!("a {}, but only plans are written so", other.noun());
            Err(Error::new(Code::WrongNoun, message).fix_by("end the name in .json or .json.gz"))
        }
    }
}

/// A CSV file has a column for gaps in lifetimes, but none for other ties.
fn is_tied(problem: &Problem) -> bool {
    !problem.ties().groups().is_empty() || !problem.ties().apart().is_empty()
}

fn no_ties() -> Error {
    Error::new(Code::Unsupported, "CSV has no place for buffers that share or are kept apart")
        .fix_by("end the name in .json or .json.gz")
}

fn write_error(path: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        _ => io_error(error).in_file(path.to_string_lossy()),
    }
}

fn exists(path: &Path) -> Error {
    Error::new(Code::FileExists, "the file exists").in_file(path.to_string_lossy())
}

fn io_error(error: &io::Error) -> Error {
    Error::new(Code::Io, error.to_string())
}
