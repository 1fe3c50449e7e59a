//! A running Python under the service: each case of `eager.py` in a process of its own.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "other tests use the rest")]
mod common;

use std::process::Command;

use common::{REPOSITORY, library, succeeded};

/// Runs a script with the module and the library that was built for this test.
fn run(script: &str, args: &[&str]) -> String {
    // Found by the build script.
    let python = option_env!("MEMO_TORCH_PYTHON").unwrap_or("python3");
    let mut command = Command::new(python);
    command.arg(format!("{REPOSITORY}/{script}")).args(args).env("MEMO_TORCH_LIB", library());
    command.env("PYTHONPATH", format!("{REPOSITORY}/bindings/torch/python"));
    command.env("PYTHONWARNINGS", "ignore");
    succeeded(&mut command)
}

macro_rules! cases {
    ($($name:ident $(($($arg:expr),+))?,)+) => {
        $(
            #[test]
            #[cfg_attr(not(python_torch), ignore = "no Python has the torch of this LibTorch")]
            fn $name() {
                run("bindings/torch/tests/eager.py", &[stringify!($name), $($(&$arg),+)?]);
            }
        )+
    };
}

cases! {
    resnet18,
    training,
    growing,
    threads,
    kept,
    nested,
    exceptions,
    decorated,
    scripted(tempfile::tempdir().unwrap().path().to_string_lossy()),
    refusals,
    versions(env!("MEMO_TORCH_VERSION")),
}

#[test]
#[cfg_attr(not(python_torch), ignore = "no Python has the torch of this LibTorch")]
fn the_example_is_served() {
    let printed = run("examples/serve.py", &[]);
    assert!(printed.starts_with("scopes     20 ("), "{printed}");
}
