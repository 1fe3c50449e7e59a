//! Measures in fresh processes: settings of an allocator are read once, at its start.

use std::env;
use std::io;
use std::path::Path;
use std::process::Command;

use clap::ValueEnum;
use serde::de::DeserializeOwned;

use crate::peers::SETTINGS;

/// What a choice is called on the command line.
pub fn named(choice: &impl ValueEnum) -> String {
    choice.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Runs this program with these arguments and these settings only, and reads the one JSON value it
/// prints.
///
/// # Errors
/// When it cannot be run, fails, or prints something else.
pub fn measure<T: DeserializeOwned>(args: &[String], settings: &[(&str, &str)]) -> io::Result<T> {
    measure_by(&env::current_exe()?, args, settings)
}

/// As [`measure`], with another program.
///
/// # Errors
/// As [`measure`].
pub fn measure_by<T: DeserializeOwned>(
    program: &Path,
    args: &[String],
    settings: &[(&str, &str)],
) -> io::Result<T> {
    let mut command = Command::new(program);
    for name in SETTINGS {
        command.env_remove(name);
    }
    let output = command.args(args).envs(settings.iter().copied()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    serde_json::from_slice(&output.stdout).map_err(io::Error::other)
}
