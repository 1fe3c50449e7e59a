//! Writes a document to a file or to standard output.

use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use memo_malloc::{Code, Problem};

use crate::format::{Format, Packed};
use crate::{Document, Error, atomic, csv, json};

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
    let Packed { format, gzip } = Packed::by_name(path)?;
    let text = text(document, format).map_err(|error| error.in_file(path.to_string_lossy()))?;
    if gzip { write_packed(path, &text, overwrite) } else { write_text(path, &text, overwrite) }
}

/// Writes a document in a given format, uncompressed.
///
/// # Errors
/// When the format cannot hold the noun or the writer fails.
pub fn write_as(out: &mut dyn Write, document: &Document, format: Format) -> Result<(), Error> {
    let text = text(document, format)?;
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

fn write_packed(path: &Path, text: &[u8], overwrite: Overwrite) -> Result<(), Error> {
    let fill = |file: &mut std::fs::File| {
        let mut encoder = GzEncoder::new(file, Compression::default());
        encoder.write_all(text)?;
        encoder.finish().map(drop)
    };
    atomic::write(path, overwrite == Overwrite::Force, fill)
        .map_err(|error| write_error(path, &error))
}

fn text(document: &Document, format: Format) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    match (format, document) {
        (Format::Json, document) => {
            return json::text(document).map_err(|e| Error::new(Code::Internal, e.to_string()));
        }
        (Format::Csv, Document::Problem(problem)) if is_tied(problem) => return Err(no_ties()),
        (Format::Csv, Document::Plan(plan)) if is_tied(plan.problem()) => return Err(no_ties()),
        (Format::Csv, Document::Problem(problem)) => csv::write(&mut out, problem, None),
        (Format::Csv, Document::Plan(plan)) => {
            csv::write(&mut out, plan.problem(), Some(plan.plan()))
        }
        (Format::Csv, Document::TieredProblem(_) | Document::TieredPlan(_)) => {
            return Err(Error::new(Code::Unsupported, "CSV has no place for tiers")
                .fix_by("end the name in .json or .json.gz"));
        }
        (Format::Csv, Document::Trace(_)) => {
            return Err(Error::new(Code::WrongNoun, "CSV holds problems and plans, no traces")
                .fix_by("end the name in .json or .json.gz"));
        }
    }
    .map_err(|error| Error::new(Code::Internal, error.to_string()))?;
    Ok(out)
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
