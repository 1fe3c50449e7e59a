//! The process in which models run: `memo-torch`, found beside `memo` or by `MEMO_TORCH`.
//!
//! It is told with arguments and answers with one JSON object on its standard output, which holds
//! either the result or `error` as `memo --json` prints it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use memo_malloc::Code;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::Failure;

/// The variables that change how glibc or a preloaded allocator behaves. The runner gets none of
/// them but those it is given.
const ALLOCATOR_VARIABLES: &[&str] = &[
    "GLIBC_TUNABLES",
    "LD_PRELOAD",
    "MALLOC_ARENA_MAX",
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_TOP_PAD_",
    "MALLOC_TRIM_THRESHOLD_",
    "THP_MEM_ALLOC_ENABLE",
];

/// A runner that was found.
#[derive(Debug, Clone)]
pub struct Runner {
    path: PathBuf,
}

impl Runner {
    /// The one `MEMO_TORCH` names, else the one beside this program.
    ///
    /// # Errors
    /// `NO_TORCH` when there is none.
    pub fn find() -> Result<Runner, Failure> {
        if let Some(named) = std::env::var_os("MEMO_TORCH").filter(|path| !path.is_empty()) {
            return Runner::at(named.into(), "MEMO_TORCH names");
        }
        let own = std::env::current_exe()
            .map_err(|error| no_torch(format!("where is this program? {error}")))?;
        Runner::at(own.with_file_name("memo-torch"), "beside this program there would be")
    }

    fn at(path: PathBuf, how: &str) -> Result<Runner, Failure> {
        if path.is_file() {
            return Ok(Runner { path });
        }
        Err(no_torch(format!("no runner was found: {how} {}, which is no file", path.display())))
    }

    /// Runs it in these circumstances and reads its answer.
    ///
    /// # Errors
    /// What the runner could not do, or that it cannot be run.
    pub fn call<T: DeserializeOwned>(
        &self,
        args: impl IntoIterator<Item = OsString>,
        variables: &[(&str, &str)],
    ) -> Result<T, Failure> {
        let mut command = Command::new(&self.path);
        for variable in ALLOCATOR_VARIABLES {
            command.env_remove(variable);
        }
        let output = command
            .args(args)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .map_err(|error| no_torch(format!("{}: {error}", self.path.display())))?;
        answer(&output)
    }
}

fn answer<T: DeserializeOwned>(output: &Output) -> Result<T, Failure> {
    let Ok(value) = serde_json::from_slice::<Value>(&output.stdout) else {
        return Err(broke_off(output));
    };
    if let Some(error) = value.get("error") {
        return Err(relayed(error));
    }
    serde_json::from_value(value)
        .map_err(|error| Failure::new(Code::Internal, format!("the runner's answer: {error}")))
}

/// An error of the runner, as if it had happened here.
fn relayed(error: &Value) -> Failure {
    let text = |field: &str| error.get(field).and_then(Value::as_str);
    let code = Code::ALL.iter().find(|code| Some(code.name()) == text("code"));
    let code = code.copied().unwrap_or(Code::Internal);
    let mut failure = Failure::new(code, text("message").unwrap_or("the runner does not say"));
    if let Some(fix) = text("fix") {
        failure = failure.fix_by(fix);
    }
    match text("file") {
        Some(file) => failure.in_file(file),
        None => failure,
    }
}

/// It ended without an answer: the loader found no LibTorch, or it was killed.
fn broke_off(output: &Output) -> Failure {
    let words = String::from_utf8_lossy(&output.stderr);
    let last = words.lines().next_back().unwrap_or("it says nothing");
    if words.contains("error while loading shared libraries") {
        return no_torch(last);
    }
    Failure::new(Code::RunFailed, format!("the runner ended ({}): {last}", output.status))
}

fn no_torch(message: impl Into<String>) -> Failure {
    Failure::new(Code::NoTorch, message).fix_by(
        "`npm run demo` sets everything up; or with LibTorch installed \
         `cargo build --release -p memo-cli --features torch`, or set MEMO_TORCH to a runner",
    )
}
