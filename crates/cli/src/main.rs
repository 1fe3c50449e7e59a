//! The command line `memo`.

use std::process::ExitCode;

fn main() -> ExitCode {
    memo_cli::main()
}
