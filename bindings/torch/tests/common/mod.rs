//! What the tests run and compile.

use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The library that was built for this test, beside the test itself.
pub(crate) fn library() -> PathBuf {
    std::env::current_exe().unwrap().with_file_name("libmemo_torch_c.so")
}

/// Runs a command that must succeed; what it printed.
pub(crate) fn succeeded(command: &mut Command) -> String {
    // Cargo names a folder there with what an earlier build left.
    command.env_remove("LD_LIBRARY_PATH");
    let output = command.output().unwrap();
    let printed = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{command:?}: {}\n{printed}", output.status);
    printed
}

/// A small TorchScript model of the tests of memo-torch.
pub(crate) fn model_file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("models");
    let script = format!("{REPOSITORY}/crates/torch/tests/models.py");
    let named = std::env::var("MEMO_PYTHON").ok();
    let mut pythons = named.into_iter().chain(["python3".into(), "/usr/bin/python3".into()]);
    let exported = pythons.any(|python| {
        let output = Command::new(python).arg(&script).arg(&folder).arg(name).output();
        output.is_ok_and(|output| output.status.success())
    });
    assert!(exported, "no Python could export {name}; set MEMO_PYTHON to one with torch");
    folder.join(format!("{name}.pt"))
}
