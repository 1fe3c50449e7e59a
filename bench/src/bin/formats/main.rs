//! Readers on large files that this command makes, each in a fresh process: time and memory.
//!
//! ```sh
//! cargo run --release -p memo-bench --bin formats           # 1 GB of Chrome trace, 10^4 ONNX nodes
//! cargo run --release -p memo-bench --bin formats -- --megabytes 100
//! ```
//! Seconds are wall time and processor time of reading alone; memory is the most that was ever
//! resident.

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
