//! Writes perfect packings of 50 to 1000 buffers as CSV, for any planner to read.
//!
//! ```sh
//! cargo run --release -p memo-bench --bin packings -- FOLDER
//! node bench/peers/run.mjs FOLDER
//! ```

use std::fs;
use std::path::PathBuf;

use clap::Parser;
use memo_bench::packings::packings;
use memo_formats::{Document, Overwrite, write};

/// Writes perfect packings of 50 to 1000 buffers as CSV, for any planner to read.
#[derive(Debug, Parser)]
struct Options {
    /// Where they go; what is there under their names is replaced.
    folder: PathBuf,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Options { folder } = Options::parse();
    fs::create_dir_all(&folder)?;
    for (name, problem) in packings() {
        let path = folder.join(format!("{}.csv", name.replace(' ', "_")));
        write(&path, &Document::Problem(problem), Overwrite::Force)?;
    }
    Ok(())
}
