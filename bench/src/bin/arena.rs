//! An alloc+free pair of the checked arena against the C library's malloc, on the requests of a
//! network: `cargo run --release -p memo-bench --bin arena`.
//!
//! Processor time, user and system. Each measurement is a fresh process; configurations take turns,
//! so that a disturbance meets all. The net is what is left of a pair without the loop that plays
//! the requests, as measured in the same round.

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
    use std::error::Error;
    use std::io::{self, Write};
    use std::path::PathBuf;
    use std::process::ExitCode;
    use std::time::Duration;

    use clap::{Parser, ValueEnum};
    use memo_bench::fresh::{self, GLIBC_TUNED};
    use memo_bench::replay::{Loop, Malloc, Planned, Program, Source, Touch};
    use memo_bench::spread::Spread;
    use memo_bench::{network, process};
    use memo_formats::Document;
    use memo_malloc::arena::Arena;
    use memo_malloc::trace::Trace;
    use memo_malloc::{Bytes, Limits, RunPlan, analysis, planners};
    use memo_report::units;
    use serde::{Deserialize, Serialize};

    /// Long enough for a thousandth of noise in the clock, short enough for many processes.
    const BATCH: Duration = Duration::from_millis(200);

    /// Runs before anything is measured: the first touches, the allocator's own growth.
    const WARM_UP_RUNS: u64 = 3;

    /// Times an alloc+free pair: planned, glibc as it is, glibc tuned.
    #[derive(Debug, Parser)]
    struct Args {
        /// A trace to replay; without it, one like a network's is made.
        #[arg(long)]
        trace: Option<PathBuf>,
        /// Fresh processes for each number.
        #[arg(long, default_value_t = 7)]
        rounds: u32,
        /// One JSON value in place of the table.
        #[arg(long)]
        json: bool,
        /// What a fresh process measures.
        #[arg(long, hide = true)]
        measure: Option<Allocator>,
        /// Whether it touches the blocks.
        #[arg(long, hide = true)]
        touch: bool,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
    #[serde(rename_all = "kebab-case")]
    enum Allocator {
        Loop,
        Planned,
        GlibcDefault,
        GlibcTuned,
    }

    impl Allocator {
        fn settings(self) -> &'static [(&'static str, &'static str)] {
            if self == Allocator::GlibcTuned { &GLIBC_TUNED } else { &[] }
        }
    }

    /// What one fresh process found.
    #[derive(Debug, Clone, Copy, Serialize, Deserialize)]
    struct Measured {
        pair_ns: f64,
        faults_per_run: f64,
        resident: Bytes,
    }

    /// All rounds of one configuration.
    #[derive(Debug, Serialize)]
    struct Row {
        allocator: Allocator,
        touched: bool,
        pair_ns: Spread,
        /// Without the loop that plays the requests, round by round.
        net_ns: Spread,
        faults_per_run: Spread,
        resident: Spread,
    }

    #[derive(Debug, Serialize)]
    struct Report {
        requests: u32,
        bytes_per_run: Bytes,
        max_load: Bytes,
        peak: Bytes,
        rounds: u32,
        rows: Vec<Row>,
    }

    type Failure = Box<dyn Error>;

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
        let trace = trace(args)?;
        let run_plan = planned(&trace)?;
        if let Some(allocator) = args.measure {
            let touch = if args.touch { Touch::Pages } else { Touch::Untouched };
            let measured = measured(allocator, touch, &trace, &run_plan)?;
            return Ok(writeln!(io::stdout(), "{}", serde_json::to_string(&measured)?)?);
        }
        let report = report(args, &trace, &run_plan)?;
        if args.json {
            writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&report)?)?;
        } else {
            print(&report)?;
        }
        Ok(())
    }

    fn trace(args: &Args) -> Result<Trace, Failure> {
        let Some(path) = &args.trace else { return Ok(network::trace(1)) };
        match memo_formats::read(path)? {
            Document::Trace(trace) => Ok(trace),
            other => Err(format!("{} is a {}, not a trace", path.display(), other.noun()).into()),
        }
    }

    fn planned(trace: &Trace) -> Result<RunPlan, Failure> {
        let live = analysis::liveness(trace)?;
        let outcome = planners::plan(&live.problem, &Limits::default())?;
        let plan = outcome.plan().ok_or("no plan exists")?.clone();
        Ok(RunPlan::new(trace.key.clone(), live.problem, plan, live.requests)?)
    }

    fn measured(
        allocator: Allocator,
        touch: Touch,
        trace: &Trace,
        run_plan: &RunPlan,
    ) -> Result<Measured, Failure> {
        let program = Program::new(trace);
        match allocator {
            Allocator::Loop => time(&program, &mut Loop::new(&program), touch),
            Allocator::Planned => time(&program, &mut Planned(Arena::new(run_plan)?), touch),
            Allocator::GlibcDefault | Allocator::GlibcTuned => time(&program, &mut Malloc, touch),
        }
    }

    /// Doubles the batch until it is long enough, and reports the last.
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
    fn time(
        program: &Program,
        source: &mut impl Source,
        touch: Touch,
    ) -> Result<Measured, Failure> {
        program.play(source, touch, WARM_UP_RUNS);
        let mut runs = 1;
        loop {
            let faults = process::minor_faults()?;
            let start = process::processor_time()?;
            program.play(source, touch, runs);
            let elapsed = process::processor_time()?.saturating_sub(start);
            let faults = process::minor_faults()? - faults;
            if elapsed >= BATCH {
                let pairs = runs as f64 * f64::from(program.pair_count());
                return Ok(Measured {
                    pair_ns: elapsed.as_secs_f64() * 1e9 / pairs,
                    faults_per_run: faults as f64 / runs as f64,
                    resident: process::resident()?,
                });
            }
            runs *= 2;
        }
    }

    /// The loop comes before those that play it with an allocator.
    const CONFIGURATIONS: [(Allocator, bool); 8] = [
        (Allocator::Loop, false),
        (Allocator::Planned, false),
        (Allocator::GlibcTuned, false),
        (Allocator::GlibcDefault, false),
        (Allocator::Loop, true),
        (Allocator::Planned, true),
        (Allocator::GlibcTuned, true),
        (Allocator::GlibcDefault, true),
    ];

    fn report(args: &Args, trace: &Trace, run_plan: &RunPlan) -> Result<Report, Failure> {
        let mut found = CONFIGURATIONS.map(|_| Vec::new());
        for _ in 0..args.rounds {
            let mut loop_ns = 0.0;
            for (&(allocator, touched), found) in CONFIGURATIONS.iter().zip(&mut found) {
                let measured = measure_fresh(args, allocator, touched)?;
                if allocator == Allocator::Loop {
                    loop_ns = measured.pair_ns;
                }
                found.push((measured, measured.pair_ns - loop_ns));
            }
        }
        let rows = CONFIGURATIONS
            .iter()
            .zip(&found)
            .map(|(&(allocator, touched), found)| row(allocator, touched, found))
            .collect::<Option<_>>();
        Ok(Report {
            requests: Program::new(trace).pair_count(),
            bytes_per_run: trace.sizes().sum(),
            max_load: analysis::max_load(run_plan.problem()).bytes,
            peak: run_plan.plan().peak,
            rounds: args.rounds,
            rows: rows.ok_or("nothing was measured: --rounds must be at least 1")?,
        })
    }

    fn measure_fresh(args: &Args, allocator: Allocator, touched: bool) -> io::Result<Measured> {
        let name = allocator.to_possible_value().map(|value| value.get_name().to_owned());
        let mut child = vec!["--measure".to_owned(), name.unwrap_or_default()];
        if touched {
            child.push("--touch".to_owned());
        }
        if let Some(path) = &args.trace {
            child.extend(["--trace".to_owned(), path.to_string_lossy().into_owned()]);
        }
        fresh::measure(&child, allocator.settings())
    }

    #[expect(clippy::cast_precision_loss, reason = "resident bytes are far below 2^53")]
    fn row(allocator: Allocator, touched: bool, found: &[(Measured, f64)]) -> Option<Row> {
        let spread =
            |number: fn(&Measured) -> f64| Spread::of(found.iter().map(|(m, _)| number(m)));
        Some(Row {
            allocator,
            touched,
            pair_ns: spread(|m| m.pair_ns)?,
            net_ns: Spread::of(found.iter().map(|(_, net_ns)| *net_ns))?,
            faults_per_run: spread(|m| m.faults_per_run)?,
            resident: spread(|m| m.resident as f64)?,
        })
    }

    fn print(report: &Report) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(
            out,
            "{} requests, {} a run, max load {}, peak {}; processor time, medians of {} processes [least, most]",
            report.requests,
            units::bytes(report.bytes_per_run),
            units::bytes(report.max_load),
            units::bytes(report.peak),
            report.rounds,
        )?;
        for (touched, title) in [(false, "memory untouched"), (true, "one byte per page touched")] {
            writeln!(
                out,
                "\n{title:26} {:>26} {:>26} {:>11} {:>10}",
                "ns/pair", "net", "faults/run", "resident"
            )?;
            for row in report.rows.iter().filter(|row| row.touched == touched) {
                let name = row.allocator.to_possible_value();
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a number of bytes"
                )]
                let resident = units::bytes(row.resident.median as Bytes);
                writeln!(
                    out,
                    "{:26} {:>26} {:>26} {:>11.1} {resident:>10}",
                    name.as_ref().map_or("", |value| value.get_name()),
                    row.pair_ns,
                    row.net_ns,
                    row.faults_per_run.median,
                )?;
            }
        }
        Ok(())
    }
}
