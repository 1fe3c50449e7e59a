//! `memo completions SHELL`

use clap::CommandFactory;
use clap_complete::Shell;
use memo_malloc::Code;

use crate::args::Cli;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;

/// Which shell.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "Example:\n  memo completions bash > ~/.local/share/bash-completion/completions/memo\n"
)]
pub struct Args {
    /// The shell to complete in
    shell: Shell,
}

impl Args {
    pub(super) fn run(self, console: &Console) -> Result<Exit, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "memo", &mut script);
        let script = String::from_utf8(script)
            .map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
        console.result(script.trim_end())?;
        Ok(Exit::Done)
    }
}
