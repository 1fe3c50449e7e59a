//! Reads a document from a file, from standard input or from bytes.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use memo_malloc::Code;

use crate::format::{Format, is_gzip, sniff, without_mark};
use crate::{Document, Error, Place, csv, json};

/// The most bytes a file may hold after it has been decompressed. A problem of 10^6 buffers needs
/// about 50 MB; a small compressed file must not fill the memory.
pub const INPUT_BYTES_MAX: u64 = 1 << 30;

/// A document and what its reader thought worth telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// What the file holds.
    pub document: Document,
    /// What was passed over.
    pub warnings: Vec<Warning>,
}

/// Something in a file that was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    file: String,
    line: u64,
    message: String,
}

impl Warning {
    pub(crate) fn new(line: u64, message: String) -> Warning {
        Warning { file: String::new(), line, message }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// Reads a file, or standard input when the path is `-`. A plan has been judged.
///
/// # Errors
/// When the file cannot be read or understood, or holds a plan that is not valid.
pub fn read(path: impl AsRef<Path>) -> Result<Document, Error> {
    read_with_warnings(path).map(|read| read.document)
}

/// As [`read`], for content that is already in memory; `name` is used in messages only.
///
/// # Errors
/// As [`read`].
pub fn read_bytes(name: &str, bytes: &[u8]) -> Result<Document, Error> {
    parse(name, bytes).map(|read| read.document)
}

/// As [`read`], with what was passed over.
///
/// # Errors
/// As [`read`].
pub fn read_with_warnings(path: impl AsRef<Path>) -> Result<Read, Error> {
    let path = path.as_ref();
    if path == Path::new("-") {
        let bytes = bounded(io::stdin().lock(), INPUT_BYTES_MAX, Code::Io)
            .map_err(|e| e.in_file("stdin"))?;
        return parse("stdin", &bytes);
    }
    let name = path.to_string_lossy();
    let bytes = File::open(path)
        .map_err(|error| Error::new(Code::Io, error.to_string()))
        .and_then(|file| bounded(file, INPUT_BYTES_MAX, Code::Io))
        .map_err(|error| error.in_file(name.clone()))?;
    parse(&name, &bytes)
}

fn parse(name: &str, bytes: &[u8]) -> Result<Read, Error> {
    let mut read = unpacked(bytes).map_err(|error| error.in_file(name))?;
    for warning in &mut read.warnings {
        name.clone_into(&mut warning.file);
    }
    Ok(read)
}

fn unpacked(bytes: &[u8]) -> Result<Read, Error> {
    if !is_gzip(bytes) {
        return parse_text(bytes);
    }
    let text =
        bounded(MultiGzDecoder::new(bytes), INPUT_BYTES_MAX, Code::Malformed).map_err(|error| {
            error.fix_by("the compressed file is damaged or cut off: make it again")
        })?;
    parse_text(&text)
}

fn parse_text(bytes: &[u8]) -> Result<Read, Error> {
    let text = without_mark(bytes);
    if let Err(error) = std::str::from_utf8(text) {
        let place = Place::Line { line: line_at(text, error.valid_up_to()), column: None };
        return Err(Error::new(Code::UnknownFormat, "the text is not UTF-8").at(place));
    }
    match sniff(text)? {
        Format::Csv => csv::read(text),
        Format::Json => json::read(text).map(|document| Read { document, warnings: Vec::new() }),
    }
}

fn line_at(text: &[u8], position: usize) -> u64 {
    text[..position].split(|&byte| byte == b'\n').count() as u64
}

/// All bytes, up to `limit`; `code` is what a failure to read means.
fn bounded(reader: impl io::Read, limit: u64, code: Code) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    reader
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::new(code, error.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(Error::new(Code::Malformed, format!("more than {limit} bytes"))
            .fix_by("split the problem into smaller files"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_without_end_is_refused() {
        let error = bounded(io::repeat(b' '), 100, Code::Io).unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::Malformed, "more than 100 bytes"));
        assert_eq!(bounded(&[7; 100][..], 100, Code::Io).unwrap(), [7; 100]);
    }
}
