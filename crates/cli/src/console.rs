//! The only way to the terminal: results on standard output, messages on standard error.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use clap::builder::styling::{AnsiColor, Style};
use memo_malloc::Code;
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::{Color, General};
use crate::failure::Failure;

/// The version of everything `--json` prints. Fields are only ever added.
const JSON_VERSION: u32 = 1;

/// Whether an output is not a file but standard output.
pub(crate) fn is_stdout(output: &Path) -> bool {
    output == Path::new("-")
}

/// Where output goes and how it may look.
#[derive(Debug)]
pub struct Console {
    json: bool,
    color: Color,
}

impl Console {
    /// The console the general options ask for.
    pub fn new(general: &General) -> Console {
        Console { json: general.json, color: general.color }
    }

    /// Whether the result is to be JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether the result may be coloured.
    pub fn colors_result(&self) -> bool {
        self.color.applies_to(io::stdout().is_terminal())
    }

    /// Whether a message may be coloured or redrawn in place.
    pub fn colors_messages(&self) -> bool {
        self.color.applies_to(io::stderr().is_terminal())
    }

    /// Whether something may move on the terminal.
    pub fn animates(&self) -> bool {
        !self.json
            && io::stderr().is_terminal()
            && env::var_os("TERM").is_none_or(|term| term != "dumb")
    }

    /// A line about what happened, for people.
    pub fn message(&self, text: impl AsRef<str>) {
        // A closed standard error is no reason to fail: the result is what counts.
        let _ = writeln!(io::stderr(), "{}", text.as_ref());
    }

    /// Something passed over that may not have been meant.
    pub fn warning(&self, text: impl AsRef<str>) {
        let label = self.styled(AnsiColor::Yellow.on_default().bold(), "warning");
        self.message(format!("{label}: {}", text.as_ref()));
    }

    /// The commands that make sense now.
    pub fn suggest(&self, commands: &[String]) {
        if !self.json && io::stderr().is_terminal() {
            self.message(format!("next: {}", commands.join("\n      ")));
        }
    }

    /// The result for people.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn result(&self, text: impl AsRef<str>) -> Result<(), Failure> {
        self.write(format!("{}\n", text.as_ref()).as_bytes())
    }

    /// The result as it is, for example a file.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            // The reader of a pipe, for example `head`, has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Failure::new(Code::Io, error.to_string()).in_file("stdout")),
            Ok(()) => Ok(()),
        }
    }

    /// The result for programs: the fields of `value` after the version of the output.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn json_result(&self, value: &impl Serialize) -> Result<(), Failure> {
        let mut object = json!({ "version": JSON_VERSION });
        let fields = serde_json::to_value(value)
            .map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
        if let (Value::Object(object), Value::Object(fields)) = (&mut object, fields) {
            object.extend(fields);
        }
        self.result(object.to_string())
    }

    /// The end of a run that failed.
    pub fn failure(&self, failure: &Failure) {
        if self.json && self.json_result(&json!({ "error": failure })).is_ok() {
            return;
        }
        let label = format!("error[{}]", failure.code());
        let label = self.styled(AnsiColor::Red.on_default().bold(), &label);
        let fix = self.styled(AnsiColor::Cyan.on_default().bold(), "fix");
        self.message(format!("{label}: {}{}", failure.place(), failure.message()));
        self.message(format!("  {fix}: {}", failure.fix()));
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.colors_messages() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}
