//! All configurations in turns, and their tables.

use std::io::{self, Write};
use std::path::PathBuf;

use memo_bench::fresh::{self, named};
use memo_bench::pair::{Configuration, Failure, Measured};
use memo_bench::peers::Allocator;
use memo_bench::replay::{Program, Touch};
use memo_bench::spread::Spread;
use memo_malloc::trace::Trace;
use memo_malloc::{Bytes, RunPlan, analysis};
use memo_report::units;
use serde::Serialize;

/// With one thread, all of these; with more, only the first: the memory is not what they share.
const TOUCHES: [(Touch, &str); 3] = [
    (Touch::Untouched, "memory untouched"),
    (Touch::Pages, "one byte per page touched"),
    (Touch::Written, "every byte written"),
];

const THREADS: [usize; 3] = [1, 2, 4];

/// All rounds of one configuration.
#[derive(Debug, Serialize)]
struct Row {
    #[serde(flatten)]
    configuration: Configuration,
    pair_ns: Spread,
    /// Without the loop that plays the requests, round by round.
    net_ns: Spread,
    faults_per_run: Spread,
    held: Spread,
}

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    requests: u32,
    bytes_per_run: Bytes,
    max_load: Bytes,
    peak: Bytes,
    rounds: u32,
    rows: Vec<Row>,
    absent: Vec<Allocator>,
}

/// The processes that measure.
pub(crate) struct Children {
    /// This program, if none is named.
    pub(crate) program: Option<PathBuf>,
    /// What they play.
    pub(crate) trace: Option<PathBuf>,
}

/// In the order of measurement: the loop comes before those that play it with an allocator.
fn configurations() -> Vec<Configuration> {
    let one = TOUCHES.iter().map(|&(touch, _)| (touch, 1));
    let more = THREADS[1..].iter().map(|&threads| (Touch::Untouched, threads));
    let of_all = |(touch, threads)| {
        Allocator::ALL.map(|allocator| Configuration { allocator, touch, threads })
    };
    one.chain(more).flat_map(of_all).collect()
}

impl Report {
    pub(crate) fn measure(
        children: &Children,
        rounds: u32,
        trace: &Trace,
        run_plan: &RunPlan,
    ) -> Result<Report, Failure> {
        let configurations = configurations();
        let mut found: Vec<Vec<(Measured, f64)>> = vec![Vec::new(); configurations.len()];
        for _ in 0..rounds {
            let mut loop_ns = 0.0;
            for (&configuration, found) in configurations.iter().zip(&mut found) {
                let Some(measured) = children.measure(configuration)? else { continue };
                if configuration.allocator == Allocator::Loop {
                    loop_ns = measured.pair_ns;
                }
                found.push((measured, measured.pair_ns - loop_ns));
            }
        }
        let all = || configurations.iter().zip(&found);
        let found_any =
            |allocator| all().any(|(c, found)| c.allocator == allocator && !found.is_empty());
        let absent = Allocator::ALL.into_iter().filter(|&a| rounds > 0 && !found_any(a)).collect();
        Ok(Report {
            requests: Program::new(trace).pair_count(),
            bytes_per_run: trace.sizes().sum(),
            max_load: analysis::max_load(run_plan.problem()).bytes,
            peak: run_plan.plan().peak,
            rounds,
            rows: all().filter_map(|(&configuration, found)| row(configuration, found)).collect(),
            absent,
        })
    }

    pub(crate) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(
            out,
            "{} requests, {} a run, max load {}, peak {}; processor time, medians of {} processes [least, most]",
            self.requests,
            units::bytes(self.bytes_per_run),
            units::bytes(self.max_load),
            units::bytes(self.peak),
            self.rounds,
        )?;
        for (touch, title) in TOUCHES {
            self.print_touch(out, touch, title)?;
        }
        self.print_threads(out)?;
        for allocator in &self.absent {
            writeln!(out, "\nabsent: {}; {}", named(allocator), allocator.fix())?;
        }
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "bytes of memory are far below 2^53")]
    fn print_touch(&self, out: &mut impl Write, touch: Touch, title: &str) -> io::Result<()> {
        writeln!(
            out,
            "\n{title:26} {:>30} {:>30} {:>11} {:>11}",
            "ns/pair", "net", "faults/run", "held/peak"
        )?;
        let of_touch = |c: Configuration| c.threads == 1 && c.touch == touch;
        for row in self.rows.iter().filter(|row| of_touch(row.configuration)) {
            writeln!(
                out,
                "{:26} {:>30} {:>30} {:>11.1} {:>11.2}",
                named(&row.configuration.allocator),
                row.pair_ns,
                row.net_ns,
                row.faults_per_run.median,
                row.held.median / self.peak as f64,
            )?;
        }
        Ok(())
    }

    /// What a pair costs each of several threads, in processor time: more than one thread pays is
    /// what they cost each other.
    fn print_threads(&self, out: &mut impl Write) -> io::Result<()> {
        let heads = THREADS.map(|threads| format!("{:>20}", format!("{threads} threads")));
        writeln!(out, "\n{:26} {}", "net ns/pair of a thread", heads.join(" "))?;
        for allocator in Allocator::ALL {
            let cells = THREADS.map(|threads| {
                let wanted = Configuration { allocator, touch: Touch::Untouched, threads };
                let row = self.rows.iter().find(|row| row.configuration == wanted);
                format!("{:>20}", row.map_or_else(String::new, |row| row.net_ns.to_string()))
            });
            writeln!(out, "{:26} {}", named(&allocator), cells.join(" "))?;
        }
        Ok(())
    }
}

impl Children {
    fn measure(&self, configuration: Configuration) -> io::Result<Option<Measured>> {
        let Configuration { allocator, touch, threads } = configuration;
        let mut args = vec![
            "--measure".to_owned(),
            named(&allocator),
            format!("--touch={}", named(&touch)),
            format!("--threads={threads}"),
        ];
        if let Some(path) = &self.trace {
            args.extend(["--trace".to_owned(), path.to_string_lossy().into_owned()]);
        }
        let settings = allocator.settings();
        match &self.program {
            Some(program) => fresh::measure_by(program, &args, &settings),
            None => fresh::measure(&args, &settings),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "bytes of memory are far below 2^53")]
fn row(configuration: Configuration, found: &[(Measured, f64)]) -> Option<Row> {
    let spread = |number: fn(&Measured) -> f64| Spread::of(found.iter().map(|(m, _)| number(m)));
    Some(Row {
        configuration,
        pair_ns: spread(|m| m.pair_ns)?,
        net_ns: Spread::of(found.iter().map(|(_, net_ns)| *net_ns))?,
        faults_per_run: spread(|m| m.faults_per_run)?,
        held: spread(|m| m.held as f64)?,
    })
}
