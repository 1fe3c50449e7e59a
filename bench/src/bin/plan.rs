//! Times plans of the problem in a file: the Rust side of `bench/ts`.
//!
//! `plan FILE PLANNER RUNS` prints the peak and the nanoseconds of each run as JSON.

use std::error::Error;

use memo_formats::{Document, read};
use memo_malloc::Limits;
use memo_malloc::limits::Stopwatch;
use memo_malloc::planners::by_name;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, planner, runs] = arguments.as_slice() else {
        return Err("usage: plan FILE PLANNER RUNS".into());
    };
    let Document::Problem(problem) = read(file)? else {
        return Err(format!("{file} holds no problem").into());
    };
    let planner = by_name(planner)?;
    let mut peak = 0;
    let mut nanoseconds = Vec::new();
    for _ in 0..runs.parse::<usize>()? {
        let watch = Stopwatch::start();
        let outcome = planner.plan(&problem, &Limits::default())?;
        nanoseconds.push(u64::try_from(watch.elapsed().as_nanos())?);
        peak = outcome.plan().map_or(0, |plan| plan.peak);
    }
    let report = serde_json::json!({ "peak": peak, "nanoseconds": nanoseconds });
    std::io::Write::write_all(&mut std::io::stdout(), report.to_string().as_bytes())?;
    Ok(())
}
