//! Which format a file is in: by content when it is read, by name when it is written.

use std::path::{Path, PathBuf};

use memo_malloc::Code;

use crate::Error;
use crate::hlo::is_hlo;

/// How a document is laid out in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One buffer a line, as MiniMalloc reads it. Holds problems and plans.
    Csv,
    /// Our own. Holds everything.
    Json,
    /// A header for C and C++ with the offsets of a plan. Written only.
    C,
    /// A module for Rust with the offsets of a plan. Written only.
    Rust,
    /// A module for TypeScript with the offsets of a plan. Written only.
    Typescript,
    /// The load of a plan over time, for Chrome's trace viewer. Written only.
    Counters,
}

/// A format, and whether it is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packed {
    pub(crate) format: Format,
    pub(crate) gzip: bool,
}

impl Packed {
    /// What the name of a file to be written asks for.
    pub(crate) fn by_name(path: &Path) -> Result<Packed, Error> {
        let (stem, last) = split(path);
        let gzip = last == "gz";
        let kind = if gzip { split(&stem).1 } else { last };
        let inner = if gzip { split(&stem).0 } else { stem };
        let format = match kind.as_str() {
            "csv" => Format::Csv,
            "json" if split(&inner).1 == "counters" => Format::Counters,
            "json" => Format::Json,
            "h" => Format::C,
            "rs" => Format::Rust,
            "ts" => Format::Typescript,
            _ => {
                let message = "the name does not say which format to write";
                return Err(Error::new(Code::UnknownFormat, message)
                    .fix_by("end the name in .json, .csv, .h, .rs, .ts or .counters.json, with or without .gz")
                    .in_file(path.to_string_lossy()));
            }
        };
        Ok(Packed { format, gzip })
    }
}

/// A name without its last extension, and that extension in lower case.
fn split(path: &Path) -> (PathBuf, String) {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    (path.with_extension(""), extension)
}

const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
const UTF8_MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// Whether the bytes are compressed.
pub(crate) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(GZIP_MAGIC)
}

/// The bytes without the mark some editors begin a text with.
pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(UTF8_MARK).unwrap_or(bytes)
}

/// What a file that is read whole holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// One buffer a line.
    Csv,
    /// Our own format.
    Json,
    /// A model of ONNX.
    Onnx,
    /// A model of TensorFlow Lite.
    Tflite,
    /// A module of XLA.
    Hlo,
    /// A snapshot of CUDA memory.
    Pickle,
}

impl Content {
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Content::Csv | Content::Json)
    }
}

/// The identifier of TensorFlow Lite's schema.
pub(crate) const TFLITE_MAGIC: &[u8] = b"TFL3";

/// The first byte of an ONNX model: its version as field 1, a varint.
const ONNX_FIRST: u8 = 0x08;

/// The first byte of a pickle, before the number of its protocol.
const PICKLE_FIRST: u8 = 0x80;

/// What uncompressed content is.
pub(crate) fn sniff(bytes: &[u8]) -> Result<Content, Error> {
    let unknown = |found: &str| Err(Error::new(Code::UnknownFormat, found.to_owned()));
    if bytes.get(4..8) == Some(TFLITE_MAGIC) {
        return Ok(Content::Tflite);
    }
    if is_hlo(bytes) {
        return Ok(Content::Hlo);
    }
    if bytes.first() == Some(&ONNX_FIRST) {
        return Ok(Content::Onnx);
    }
    if let [PICKLE_FIRST, 2..=5, ..] = bytes {
        return Ok(Content::Pickle);
    }
    let text = without_mark(bytes);
    if text.contains(&0) {
        return unknown("this is no format that memo reads: a text with a zero byte");
    }
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => Ok(Content::Json),
        Some(b'[') => unknown("this is JSON, but a list: memo's files begin with an object"),
        Some(_) => Ok(Content::Csv),
        None => Err(Error::new(Code::Malformed, "the file is empty")),
    }
}
