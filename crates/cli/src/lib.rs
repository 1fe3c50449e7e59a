//! `memo`: plan, check, show, draw and report memory plans.
//!
//! The frame: [`args`] says what can be typed, each file of [`verbs`] does one verb, [`console`] is
//! the only way to the terminal, [`failure`] says what went wrong and [`exit`] how the process
//! ends. The contract others script against is `docs/cli.md`.

pub mod args;
mod best;
mod captured;
pub mod comparison;
pub mod console;
pub mod exit;
pub mod failure;
mod grid;
mod infeasible;
pub mod inference;
pub mod input;
mod interrupt;
mod machine;
pub mod measurement;
mod picture;
mod pixels;
mod progress;
mod reading;
pub mod runner;
mod seconds;
mod size;
mod steps;
pub mod verbs;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;
use crate::console::Console;
use crate::exit::Exit;

/// The process from its arguments to its exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return Exit::of_usage(&usage).into(),
    };
    let console = Console::new(&cli.general);
    let exit = cli.verb.run(&console).unwrap_or_else(|failure| {
        console.failure(&failure);
        failure.exit()
    });
    exit.into()
}
