//! Where a picture goes.

use std::path::PathBuf;

use memo_formats::{Overwrite, may_write_text, write_text};
use memo_malloc::Code;
use serde_json::json;

use crate::console::{Console, is_stdout};
use crate::exit::Exit;
use crate::failure::Failure;

/// A file that is written as a whole, or standard output.
#[derive(Debug)]
pub(crate) struct Paper {
    path: PathBuf,
    force: bool,
}

impl Paper {
    /// This file, or standard output for `-`; an existing file is replaced by force only.
    pub(crate) fn new(path: PathBuf, force: bool) -> Paper {
        Paper { path, force }
    }

    /// Finds out before the work whether it would be in vain: files must end in `extension`.
    pub(crate) fn is_usable(&self, extension: &str, console: &Console) -> Result<(), Failure> {
        if is_stdout(&self.path) {
            return if console.is_json() { Err(Failure::stdout_twice()) } else { Ok(()) };
        }
        let found = self.path.extension();
        if found.is_some_and(|found| found.eq_ignore_ascii_case(extension)) {
            return Ok(may_write_text(&self.path, self.overwrite())?);
        }
        let message = format!("this is written as {} only", extension.to_uppercase());
        Err(Failure::new(Code::UnknownFormat, message)
            .fix_by(format!("end the name in .{extension}"))
            .in_file(self.path.to_string_lossy()))
    }

    /// Writes the picture and says so.
    pub(crate) fn write(&self, picture: &str, console: &Console) -> Result<Exit, Failure> {
        if is_stdout(&self.path) {
            return console.write(picture.as_bytes()).map(|()| Exit::Done);
        }
        write_text(&self.path, picture.as_bytes(), self.overwrite())?;
        if console.is_json() {
            let output = self.path.to_string_lossy();
            console.json_result(&json!({ "output": output, "bytes": picture.len() }))?;
        } else {
            console.message(format!("wrote {}", self.path.display()));
        }
        Ok(Exit::Done)
    }

    fn overwrite(&self) -> Overwrite {
        if self.force { Overwrite::Force } else { Overwrite::Refuse }
    }
}
