//! One file a verb. To add one: its file, its line in [`Verb`], its line in [`Verb::run`].

mod bench;
mod capture;
mod check;
mod completions;
mod demo;
mod diff;
mod draw;
mod explain;
mod plan;
mod report;
mod show;
mod whatif;

use clap::Subcommand;

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;

/// What `memo` can do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Find offsets for the buffers of a problem or a trace
    Plan(plan::Args),
    /// Judge a plan: every offset, the peak, the bound
    Check(check::Args),
    /// See what the lower bound stands on, and what would lower it
    Explain(explain::Args),
    /// See what a model would need if it were run another way
    Whatif(whatif::Args),
    /// Compare two files, and fail if the peak grows too much
    Diff(diff::Args),
    /// See a plan in the terminal
    Show(show::Args),
    /// Draw a plan as an SVG picture
    Draw(draw::Args),
    /// Write an HTML report of one plan or two, to be looked through in a browser
    Report(report::Args),
    /// Write the trace of one run of a LibTorch model
    Capture(capture::Args),
    /// Measure a LibTorch model, planned against malloc
    Bench(bench::Args),
    /// Capture, plan, draw, serve and measure four torchvision models
    Demo(demo::Args),
    /// Print the completions for a shell
    Completions(completions::Args),
}

impl Verb {
    /// Does it.
    ///
    /// # Errors
    /// What the verb could not do, with the exit code it ends in.
    pub fn run(self, console: &Console) -> Result<Exit, Failure> {
        match self {
            Verb::Plan(args) => args.run(console),
            Verb::Check(args) => args.run(console),
            Verb::Explain(args) => args.run(console),
            Verb::Whatif(args) => args.run(console),
            Verb::Diff(args) => args.run(console),
            Verb::Show(args) => args.run(console),
            Verb::Draw(args) => args.run(console),
            Verb::Report(args) => args.run(console),
            Verb::Capture(args) => args.run(console),
            Verb::Bench(args) => args.run(console),
            Verb::Demo(args) => args.run(console),
            Verb::Completions(args) => args.run(console),
        }
    }
}
