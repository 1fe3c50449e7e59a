//! Plans the problem in a file whenever a line comes in: the Rust side of `bench/ts`.
//!
//! `plan FILE PLANNER` answers each line with the peak and the nanoseconds it took.

use std::error::Error;
use std::io::{Write, stdin, stdout};

use memo_formats::{Document, read};
use memo_malloc::Limits;
use memo_malloc::limits::Stopwatch;
use memo_malloc::planners::by_name;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, planner] = arguments.as_slice() else {
        return Err("usage: plan FILE PLANNER".into());
    };
    let Document::Problem(problem) = read(file)? else {
        return Err(format!("{file} holds no problem").into());
    };
    let planner = by_name(planner)?;
    for line in stdin().lines() {
        line?;
        let watch = Stopwatch::start();
        let outcome = planner.plan(&problem, &Limits::default())?;
        let nanoseconds = watch.elapsed().as_nanos();
        let peak = outcome.plan().map_or(0, |plan| plan.peak);
        writeln!(stdout(), "{peak} {nanoseconds}")?;
    }
    Ok(())
}
