//! A row for each planner on each problem.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write as _};
use std::time::Duration;

use clap::Parser;
use memo_bench::fresh::{measure, named};
use memo_bench::process::Cost;
use memo_bench::random::{Sizes, in_order, random};
use memo_malloc::planners::{Stream, by_name};
use memo_malloc::{Buffer, Bytes, Lifetime, Limits, Step, check};
use serde::{Deserialize, Serialize};

/// Planners on random problems of any size, each in a fresh process: gap, time, resident memory.
#[derive(Debug, Parser)]
struct Options {
    /// How many buffers.
    #[arg(default_value_t = 1_000_000)]
    count: u32,
    /// How many are live at each step, about; may be given more than once.
    #[arg(long, default_values_t = [20, 200, 2_000, 20_000])]
    alive: Vec<u32>,
    /// How sizes are chosen; may be given more than once.
    #[arg(long, value_enum, default_values_t = [Sizes::Uniform, Sizes::LogUniform])]
    sizes: Vec<Sizes>,
    /// May be given more than once.
    #[arg(long = "planner", value_name = "NAME", default_value = "auto")]
    planners: Vec<String>,
    /// Seconds for each plan; 0 is no limit.
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0)]
    time_limit: f64,
    /// Measure the first of each in this process, and print it as JSON.
    #[arg(long, hide = true)]
    once: bool,
}

/// What came of one planner on one problem.
#[derive(Debug, Serialize, Deserialize)]
struct Row {
    gap: f64,
    cost: Cost,
    said: String,
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let mut out = io::stdout().lock();
    if options.once {
        return Ok(serde_json::to_writer(out, &row(&options)?)?);
    }
    writeln!(
        out,
        "{:>9} {:>6} {:<12} {:<16} {:>8} {:>8} {:>9} {:>7}  outcome",
        "buffers", "alive", "sizes", "planner", "gap %", "seconds", "processor", "MB"
    )?;
    let Options { count, time_limit, .. } = options;
    for alive in &options.alive {
        for sizes in options.sizes.iter().map(named) {
            for planner in &options.planners {
                let args = format!(
                    "{count} --once --alive {alive} --sizes {sizes} --planner {planner} \
                     --time-limit {time_limit}"
                );
                let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
                let Row { gap, cost, said } = measure(&args, &[])?;
                let Cost { seconds, processor, megabytes } = cost;
                writeln!(
                    out,
                    "{count:>9} {alive:>6} {sizes:<12} {planner:<16} {gap:>8.3} {seconds:>8.3} \
                     {processor:>9.3} {megabytes:>7.0}  {said}"
                )?;
            }
        }
    }
    Ok(())
}

/// Places buffers as they come; then once more, before a judge.
fn streamed(options: &Options) -> Result<Row, Box<dyn Error>> {
    let (alive, sizes) = (options.alive[0], options.sizes[0]);
    let buffers = || in_order(options.count, alive, sizes);
    let (stream, cost) = Cost::of(|| {
        let mut stream = Stream::new();
        for buffer in buffers() {
            stream.place(buffer.size, buffer.alignment, buffer.lifetime)?;
        }
        Ok::<Stream, memo_malloc::Error>(stream)
    })?;
    let stream = stream?;
    let mut again = Stream::new();
    let mut judge = Judge::default();
    for buffer in buffers() {
        let offset = again.place(buffer.size, buffer.alignment, buffer.lifetime)?;
        judge.place(offset, &buffer)?;
    }
    let gap = gap(stream.peak(), stream.lower_bound());
    Ok(Row { gap, cost, said: "feasible".to_owned() })
}

/// How far a peak is above a bound, in percent.
#[expect(clippy::cast_precision_loss, reason = "figures to be read")]
fn gap(peak: Bytes, lower_bound: Bytes) -> f64 {
    100.0 * (peak - lower_bound) as f64 / lower_bound as f64
}

/// The live buffers: where each begins and ends, and which end at a step.
#[derive(Default)]
struct Judge {
    live: BTreeMap<Bytes, Bytes>,
    ends: BTreeMap<Step, Vec<Bytes>>,
}

impl Judge {
    fn place(&mut self, offset: Bytes, buffer: &Buffer) -> Result<(), String> {
        let Lifetime { start, end } = buffer.lifetime;
        let later = self.ends.split_off(&(start + 1));
        for ended in std::mem::replace(&mut self.ends, later).into_values().flatten() {
            self.live.remove(&ended);
        }
        let top = offset + buffer.size;
        match self.live.range(..top).next_back() {
            Some((_, &below)) if below > offset => Err(format!("a collision at step {start}")),
            _ => {
                self.live.insert(offset, top);
                self.ends.entry(end).or_default().push(offset);
                Ok(())
            }
        }
    }
}

fn row(options: &Options) -> Result<Row, Box<dyn Error>> {
    if options.planners[0] == "stream" {
        return streamed(options);
    }
    let planner = by_name(&options.planners[0])?;
    let problem = random(options.count, options.alive[0], options.sizes[0])?;
    let time = (options.time_limit > 0.0).then(|| Duration::from_secs_f64(options.time_limit));
    let limits = Limits { time, ..Limits::default() };
    // The judge, which takes memory of its own, comes after.
    let (outcome, cost) = Cost::of(|| planner.plan(&problem, &limits))?;
    let outcome = outcome?;
    let plan = outcome.plan().ok_or("there is always a plan")?;
    check(&problem, plan)?;
    let gap = gap(plan.peak, plan.lower_bound);
    Ok(Row { gap, cost, said: outcome.status().name().to_owned() })
}
