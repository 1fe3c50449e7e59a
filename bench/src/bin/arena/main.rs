//! An alloc+free pair of the checked arena against the allocators of other projects, on the requests
//! of a network: `cargo run --release -p memo-bench --bin arena`.
//!
//! Processor time, user and system. Each measurement is a fresh process; configurations take turns,
//! so that a disturbance meets all. The net is what is left of a pair without the loop that plays
//! the requests, as measured in the same round.

#[cfg(target_os = "linux")]
mod report;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(2)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, Write};
    use std::path::PathBuf;
    use std::process::ExitCode;

    use clap::Parser;
    use memo_bench::pair::{self, Configuration, Failure, Measured};
    use memo_bench::peers::Allocator;
    use memo_bench::replay::{Loop, Malloc, Planned, Program, Touch};
    use memo_malloc::RunPlan;
    use memo_malloc::arena::Arena;
    use memo_malloc::trace::Trace;

    use crate::report::{Children, Report};

    /// Times an alloc+free pair: planned, and by general allocators.
    #[derive(Debug, Parser)]
    struct Args {
        /// A trace to replay; without it, one like a network's is made.
        #[arg(long)]
        trace: Option<PathBuf>,
        /// Fresh processes for each number.
        #[arg(long, default_value_t = 7)]
        rounds: u32,
        /// Another program that measures in fresh processes, told as this one is.
        #[arg(long)]
        through: Option<PathBuf>,
        /// One JSON value in place of the tables.
        #[arg(long)]
        json: bool,
        /// What a fresh process measures.
        #[arg(long, hide = true, requires_all = ["touch", "threads"])]
        measure: Option<Allocator>,
        #[arg(long, hide = true)]
        touch: Option<Touch>,
        #[arg(long, hide = true)]
        threads: Option<usize>,
    }

    impl Args {
        fn measure(&self) -> Option<Configuration> {
            let (allocator, touch, threads) = (self.measure?, self.touch?, self.threads?);
            Some(Configuration { allocator, touch, threads })
        }
    }

    pub(super) fn main() -> ExitCode {
        match run(&Args::parse()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                // Nothing is left to do if standard error is closed.
                let _ = writeln!(io::stderr(), "arena: {failure}");
                ExitCode::from(2)
            }
        }
    }

    fn run(args: &Args) -> Result<(), Failure> {
        let trace = pair::trace(args.trace.as_deref())?;
        let run_plan = pair::planned(&trace)?;
        if let Some(configuration) = args.measure() {
            let measured = measured(configuration, &trace, &run_plan)?;
            return Ok(writeln!(io::stdout(), "{}", serde_json::to_string(&measured)?)?);
        }
        let children = Children { program: args.through.clone(), trace: args.trace.clone() };
        let report = Report::measure(&children, args.rounds, &trace, &run_plan)?;
        if args.json {
            writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&report)?)?;
        } else {
            report.print(&mut io::stdout().lock())?;
        }
        Ok(())
    }

    fn measured(
        configuration: Configuration,
        trace: &Trace,
        run_plan: &RunPlan,
    ) -> Result<Option<Measured>, Failure> {
        let program = Program::new(trace);
        match configuration.allocator {
            Allocator::Loop => pair::measured(configuration, &program, || Ok(Loop::new(&program))),
            Allocator::Planned => {
                let source = || Ok(Planned(Arena::new(run_plan)?));
                pair::measured(configuration, &program, source)
            }
            _ => pair::measured(configuration, &program, || Ok(Malloc)),
        }
    }
}
