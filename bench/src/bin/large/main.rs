//! Planners on random problems of any size, each in a fresh process: gap, time, resident memory.
//!
//! ```sh
//! cargo run --release -p memo-bench --bin large                    # 10^6 buffers
//! cargo run --release -p memo-bench --bin large -- 10000000 --time-limit 30
//! cargo run --release -p memo-bench --bin large -- 10000000 --planner stream
//! ```
//! `stream` is no planner: buffers are made, placed and forgotten one by one, in order of start.
//!
//! Seconds are wall time and processor time of planning alone; memory is the most that was ever
//! resident, with the problem and the plan.

#[cfg(target_os = "linux")]
mod rows;

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    rows::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(2)
}
