//! What can be wrong with a file: where, what was found, and what to do about it.

use std::fmt;

use memo_malloc::Code;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The file as a whole.
    File,
    /// A line and, where one is to blame, a column of it; both from 1.
    Line {
        /// The line.
        line: u64,
        /// The column, in bytes; in a CSV file, the field.
        column: Option<u64>,
    },
    /// A path in a file of nested fields, for example `buffers.size[3]`.
    Path(String),
    /// A position in a file that is no text, from 0.
    Byte(u64),
}

/// A file that cannot be read, understood or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    file: String,
    place: Place,
    code: Code,
    message: String,
    fix: String,
}

impl Error {
    /// An error in a file still to be named, with the usual fix of its code.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Error {
        Error {
            file: String::new(),
            place: Place::File,
            code,
            message: message.into(),
            fix: code.fix().to_owned(),
        }
    }

    pub(crate) fn at(self, place: Place) -> Error {
        Error { place, ..self }
    }

    pub(crate) fn at_line(self, line: u64, column: Option<u64>) -> Error {
        self.at(Place::Line { line, column })
    }

    pub(crate) fn fix_by(self, fix: impl Into<String>) -> Error {
        Error { fix: fix.into(), ..self }
    }

    /// The same error in this file.
    #[must_use]
    pub fn in_file(self, file: impl Into<String>) -> Error {
        Error { file: file.into(), ..self }
    }

    /// The same error, its path inside this one. A byte tells more than a path, and stays.
    pub(crate) fn within(self, outer: &str) -> Error {
        let path = match &self.place {
            Place::Byte(_) => return self,
            Place::Path(path) if path.is_empty() => outer.to_owned(),
            Place::Path(path) if path.starts_with('[') => format!("{outer}{path}"),
            Place::Path(path) => format!("{outer}.{path}"),
            _ => outer.to_owned(),
        };
        self.at(Place::Path(path))
    }

    /// The file, as it was named by the caller.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Where in the file.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The documented code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What was found, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub fn fix(&self) -> &str {
        &self.fix
    }
}

/// A text of the file as it may stand in a message: on one line, without what a terminal obeys,
/// and cut where it is long.
pub(crate) fn shown(text: &str) -> String {
    const LETTERS_MAX: usize = 60;
    let safe = |letter: char| if letter.is_control() { '\u{fffd}' } else { letter };
    let cut = if text.chars().nth(LETTERS_MAX).is_some() { "…" } else { "" };
    text.chars().take(LETTERS_MAX).map(safe).chain(cut.chars()).collect()
}

impl From<memo_malloc::Error> for Error {
    fn from(error: memo_malloc::Error) -> Error {
        Error::new(error.code(), error.to_string())
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        match &self.place {
            Place::File => Ok(()),
            Place::Line { line, column: None } => write!(f, ":{line}"),
            Place::Line { line, column: Some(column) } => write!(f, ":{line}:{column}"),
            Place::Path(path) => write!(f, ": {path}"),
            Place::Byte(byte) => write!(f, ": byte {byte}"),
        }?;
        write!(f, ": {}", self.message)
    }
}
