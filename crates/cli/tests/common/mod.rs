//! Runs the built `memo` in a folder of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Four buffers of which three are live at once: 12 bytes at least, and 12 are enough.
pub(crate) const CSV: &str = "id,lower,upper,size\n0,0,3,4\n1,3,9,4\n2,0,9,4\n3,0,21,4\n";

/// A folder with the input `a.csv`.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Folder {
        let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
        folder.put("a.csv", CSV);
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("the folder can be written");
    }

    pub(crate) fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("the file is there")
    }

    /// `memo` with these arguments, separated by spaces.
    pub(crate) fn command(&self, args: &str) -> Command {
        let mut command = Command::new(Path::new(env!("CARGO_BIN_EXE_memo")));
        command.args(args.split_whitespace()).current_dir(self.0.path());
        command.env_remove("NO_COLOR").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &str) -> Ran {
        self.command(args).output().expect("memo starts").into()
    }

    /// As [`Folder::run`], with this text on standard input.
    pub(crate) fn feed(&self, args: &str, text: &str) -> Ran {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("memo starts");
        let mut stdin = child.stdin.take().expect("its standard input is a pipe");
        stdin.write_all(text.as_bytes()).expect("it reads its standard input");
        drop(stdin);
        child.wait_with_output().expect("memo ends").into()
    }
}

/// What a run of `memo` left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("results are UTF-8"),
            err: String::from_utf8(output.stderr).expect("messages are UTF-8"),
        }
    }
}

impl Ran {
    /// The one JSON object on standard output.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
