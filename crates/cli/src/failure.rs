//! What went wrong, as it is shown to people and to programs.

use memo_formats::Place;
use memo_malloc::Code;
use serde::Serialize;

use crate::exit::Exit;

/// An error on its way to the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    code: &'static str,
    number: u16,
    #[serde(flatten)]
    place: Box<Spot>,
    message: String,
    fix: String,
    #[serde(skip)]
    exit: Exit,
}

/// Where it went wrong, as far as that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct Spot {
    file: Option<String>,
    line: Option<u64>,
    column: Option<u64>,
    path: Option<String>,
    /// Left out but where a file that is no text is at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    byte: Option<u64>,
}

impl Failure {
    /// A failure with the usual fix of its code, which ends the process as unusable.
    pub fn new(code: Code, message: impl Into<String>) -> Failure {
        Failure {
            code: code.name(),
            number: code.number(),
            place: Box::default(),
            message: message.into(),
            fix: code.fix().to_owned(),
            exit: Exit::Unusable,
        }
    }

    /// Two results cannot share standard output.
    pub fn stdout_twice() -> Failure {
        let message = "--json and `-o -` would both write to standard output";
        Failure::new(Code::BadArgument, message).fix_by("write to a file, or leave out --json")
    }

    /// The same failure with a better fix.
    #[must_use]
    pub fn fix_by(self, fix: impl Into<String>) -> Failure {
        Failure { fix: fix.into(), ..self }
    }

    /// The same failure in this file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Failure {
        self.place.file = Some(file.into());
        self
    }

    /// The same failure with another end.
    #[must_use]
    pub fn ending(self, exit: Exit) -> Failure {
        Failure { exit, ..self }
    }

    /// How the process ends.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// The name of the documented code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Whether a plan was judged and found wanting, rather than unreadable.
    pub fn is_about_plan(&self) -> bool {
        (200..300).contains(&self.number)
    }

    /// What went wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub fn fix(&self) -> &str {
        &self.fix
    }

    /// `file:line:column: `, `file: path: ` or `file: byte 7: `, as far as they are known.
    pub fn place(&self) -> String {
        let Spot { file, line, column, path, byte } = &*self.place;
        let mut place = file.clone().unwrap_or_default();
        for number in [line, column].into_iter().flatten() {
            place = format!("{place}:{number}");
        }
        if let Some(path) = path {
            place = format!("{place}: {path}");
        }
        if let Some(byte) = byte {
            place = format!("{place}: byte {byte}");
        }
        if place.is_empty() { place } else { place + ": " }
    }
}

impl From<memo_formats::Error> for Failure {
    fn from(error: memo_formats::Error) -> Failure {
        let file = Some(error.file().to_owned()).filter(|file| !file.is_empty());
        let place = match error.place() {
            Place::File => Spot { file, ..Spot::default() },
            Place::Line { line, column } => {
                Spot { file, line: Some(*line), column: *column, ..Spot::default() }
            }
            Place::Path(path) => Spot { file, path: Some(path.clone()), ..Spot::default() },
            Place::Byte(byte) => Spot { file, byte: Some(*byte), ..Spot::default() },
        };
        let failure = Failure::new(error.code(), error.message()).fix_by(error.fix());
        Failure { place: Box::new(place), ..failure }
    }
}

impl From<memo_malloc::Error> for Failure {
    fn from(error: memo_malloc::Error) -> Failure {
        Failure::new(error.code(), error.to_string())
    }
}
