//! What can be typed, apart from the arguments of each verb.

use std::env;

use clap::{Args, Parser, ValueEnum};

use crate::verbs::Verb;

const EXAMPLES: &str = "\
Examples:
  memo plan buffers.csv -o plan.json           place the buffers of a CSV file
  memo plan buffers.csv --capacity 1MiB -o -   … within 1 MiB, plan to standard output
  memo check plan.json                         judge a plan, whoever made it
  memo explain buffers.csv                     what it needs and why, and what would help
  memo whatif model.tflite                     … and what another way to run it would save
  memo show plan.json                          see it in the terminal
  memo draw plan.json -o plan.svg              … or as a picture
  memo report plan.json -o plan.html           … or look through it in a browser
";

/// Plans memory ahead of time: lifetimes in, offsets out, with a proof of how good they are.
#[derive(Debug, Parser)]
#[command(
    name = "memo",
    version,
    before_help = EXAMPLES,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What every verb takes.
    #[command(flatten)]
    pub general: General,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// Options of every verb.
#[derive(Debug, Args)]
pub struct General {
    /// Print the result as one JSON object on standard output, also when the run fails
    #[arg(long, global = true)]
    pub json: bool,
    /// When to use color
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// When to use color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Whether output that does or does not go to a terminal is colored.
    pub(crate) fn applies_to(self, terminal: bool) -> bool {
        match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                terminal && !is_set("NO_COLOR") && env::var_os("TERM").is_none_or(|t| t != "dumb")
            }
        }
    }
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}
