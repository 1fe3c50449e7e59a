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

    /// Finds out before the work whether it would be in vain: files must end in one of these.
    pub(crate) fn is_usable(&self, extensions: &[&str], console: &Console) -> Result<(), Failure> {
        if is_stdout(&self.path) {
            return if console.is_json() { Err(Failure::stdout_twice()) } else { Ok(()) };
        }
        if extensions.iter().any(|extension| self.is(extension)) {
            return Ok(may_write_text(&self.path, self.overwrite())?);
        }
        let message = format!("this is written as {} only", extensions.join(" or ").to_uppercase());
        Err(Failure::new(Code::UnknownFormat, message)
            .fix_by(format!("end the name in .{}", extensions.join(" or .")))
            .in_file(self.path.to_string_lossy()))
    }

    /// Whether the name ends in an extension.
    pub(crate) fn is(&self, extension: &str) -> bool {
        self.path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
    }

    /// Writes the picture and says so.
    pub(crate) fn write(&self, picture: &[u8], console: &Console) -> Result<Exit, Failure> {
        if is_stdout(&self.path) {
            return console.write(picture).map(|()| Exit::Done);
        }
        write_text(&self.path, picture, self.overwrite())?;
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
