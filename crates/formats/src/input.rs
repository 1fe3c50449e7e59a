//! Reads a document from a file, from standard input or from bytes.
//!
//! What a file holds is told from its first bytes. Chrome traces are then read event by event, as
//! they grow to gigabytes; all else is read whole, within [`INPUT_BYTES_MAX`].

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use memo_malloc::Code;

use crate::format::{Content, is_gzip, sniff, without_mark};
use crate::{
    Document, Error, Graph, Options, Place, chrome, csv, hlo, json, onnx, snapshot, tflite,
};

/// The most bytes a file may hold after it has been decompressed; a Chrome trace may hold more. A
/// problem of 10^6 buffers needs about 50 MB; a small compressed file must not fill the memory.
pub const INPUT_BYTES_MAX: u64 = 1 << 30;

/// So many bytes are looked at to tell what a file holds.
const HEAD_BYTES: usize = 1 << 16;

/// A document and what its reader thought worth telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// What the file holds.
    pub document: Document,
    /// What was passed over.
    pub warnings: Vec<Warning>,
    /// Where the blocks of a trace, in the order of the requests, or the buffers of a problem were;
    /// empty where that is not told.
    pub addresses: Vec<u64>,
}

impl Read {
    pub(crate) fn new(document: Document, warnings: Vec<Warning>) -> Read {
        Read { document, warnings, addresses: Vec::new() }
    }
}

/// Something in a file that was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    file: String,
    line: Option<u64>,
    message: String,
}

impl Warning {
    pub(crate) fn new(line: u64, message: String) -> Warning {
        Warning { file: String::new(), line: Some(line), message }
    }

    pub(crate) fn of_file(message: String) -> Warning {
        Warning { file: String::new(), line: None, message }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Reads a file, or standard input when the path is `-`. A plan has been judged.
///
/// # Errors
/// When the file cannot be read or understood, or holds a plan that is not valid.
pub fn read(path: impl AsRef<Path>) -> Result<Document, Error> {
    read_with(path, &Options::default()).map(|read| read.document)
}

/// As [`read`], for content that is already in memory; `name` is used in messages only.
///
/// # Errors
/// As [`read`].
pub fn read_bytes(name: &str, bytes: &[u8]) -> Result<Document, Error> {
    parse(name, bytes, &Options::default()).map(|read| read.document)
}

/// As [`read`], told what the file does not say, and telling what was passed over.
///
/// # Errors
/// As [`read`].
pub fn read_with(path: impl AsRef<Path>, options: &Options) -> Result<Read, Error> {
    opened(path.as_ref(), |name, input| parse(name, input, options))
}

/// Reads the graph of a model file, or of standard input when the path is `-`.
///
/// # Errors
/// When the file cannot be read or understood, or holds no model.
pub fn read_model(path: impl AsRef<Path>, options: &Options) -> Result<Graph, Error> {
    opened(path.as_ref(), |name, input| {
        let found = whole(input).and_then(|bytes| graph(sniff(&bytes)?, &bytes, options));
        let mut graph = found.map_err(|error| error.in_file(name))?;
        name_file(&mut graph.warnings, name);
        Ok(graph)
    })
}

/// The bytes of a file, decompressed, whatever they are.
///
/// # Errors
/// When the file cannot be read, or is too large.
pub fn read_raw(path: impl AsRef<Path>) -> Result<Vec<u8>, Error> {
    opened(path.as_ref(), |name, input| whole(input).map_err(|error| error.in_file(name)))
}

fn opened<T>(
    path: &Path,
    then: impl FnOnce(&str, &mut dyn BufRead) -> Result<T, Error>,
) -> Result<T, Error> {
    if path == Path::new("-") {
        return then("stdin", &mut io::stdin().lock());
    }
    let name = path.to_string_lossy();
    let file = File::open(path)
        .map_err(|error| Error::new(Code::Io, error.to_string()).in_file(name.clone()))?;
    then(&name, &mut BufReader::with_capacity(HEAD_BYTES, file))
}

fn parse(name: &str, input: impl BufRead, options: &Options) -> Result<Read, Error> {
    let read = unpacked(input, |input, code| content(input, code, options));
    let mut read = read.map_err(|error| error.in_file(name))?;
    name_file(&mut read.warnings, name);
    Ok(read)
}

fn name_file(warnings: &mut [Warning], name: &str) {
    for warning in warnings {
        name.clone_into(&mut warning.file);
    }
}

/// Hands on what a file holds, decompressed, and what a failure to read it means.
fn unpacked<T>(
    mut input: impl BufRead,
    then: impl FnOnce(&mut dyn BufRead, Code) -> Result<T, Error>,
) -> Result<T, Error> {
    let head = input.fill_buf().map_err(|error| unread(Code::Io, &error))?;
    if !is_gzip(head) {
        return then(&mut input, Code::Io);
    }
    let mut content = BufReader::with_capacity(HEAD_BYTES, MultiGzDecoder::new(input));
    then(&mut content, Code::Malformed)
}

/// Reads uncompressed content; `code` is what a failure to read means.
fn content(mut input: impl BufRead, code: Code, options: &Options) -> Result<Read, Error> {
    // One read of a pipe may give a few bytes only.
    let head = bounded(input.by_ref().take(HEAD_BYTES as u64), u64::MAX - 1, code)?;
    let text = without_mark(&head);
    if chrome::is_chrome(text) {
        return chrome::read(text.chain(input), code);
    }
    parse_whole(&bounded(head.chain(input), INPUT_BYTES_MAX, code)?, options)
}

fn parse_whole(bytes: &[u8], options: &Options) -> Result<Read, Error> {
    let content = sniff(bytes)?;
    if content.is_text() {
        is_utf8(without_mark(bytes))?;
    }
    let silent = |document| Read::new(document, Vec::new());
    match content {
        Content::Csv => csv::read(without_mark(bytes), options.endpoints),
        Content::Json => json::read(without_mark(bytes)).map(silent),
        Content::Pickle => snapshot::read(bytes),
        Content::Hlo => hlo::read(bytes),
        Content::Onnx | Content::Tflite => graph(content, bytes, options)?.into_read(),
    }
}

/// Reads the graph of a model.
fn graph(content: Content, bytes: &[u8], options: &Options) -> Result<Graph, Error> {
    match content {
        Content::Onnx => onnx::read(bytes, options),
        Content::Tflite => tflite::read(bytes),
        _ => Err(Error::new(Code::WrongNoun, "this is no model, but one is needed")
            .fix_by("give an ONNX or TFLite file")),
    }
}

fn is_utf8(text: &[u8]) -> Result<(), Error> {
    std::str::from_utf8(text).map(drop).map_err(|error| {
        let place = Place::Line { line: line_at(text, error.valid_up_to()), column: None };
        Error::new(Code::UnknownFormat, "the text is not UTF-8").at(place)
    })
}

fn line_at(text: &[u8], position: usize) -> u64 {
    text[..position].split(|&byte| byte == b'\n').count() as u64
}

/// All bytes, decompressed.
fn whole(input: impl BufRead) -> Result<Vec<u8>, Error> {
    unpacked(input, |input, code| bounded(input, INPUT_BYTES_MAX, code))
}

/// All bytes, up to `limit`; `code` is what a failure to read means.
fn bounded(reader: impl io::Read, limit: u64, code: Code) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes).map_err(|error| unread(code, &error))?;
    if bytes.len() as u64 > limit {
        return Err(Error::new(Code::Malformed, format!("more than {limit} bytes"))
            .fix_by("split the problem into smaller files"));
    }
    Ok(bytes)
}

/// A failure to read, of which `code` is what it means.
pub(crate) fn unread(code: Code, error: &io::Error) -> Error {
    match code {
        Code::Malformed => Error::new(code, error.to_string())
            .fix_by("the compressed file is damaged or cut off: make it again"),
        _ => Error::new(code, error.to_string()),
    }
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
