//! One model, planned and with glibc's allocator, measured in turns in fresh processes.

mod figures;
mod table;

use std::ffi::OsString;
use std::path::Path;

use serde::Serialize;

use crate::failure::Failure;
use crate::inference::Inference;
use crate::measurement::Measurement;
use crate::runner::Runner;

pub use figures::{Figures, ServedPerRun};
pub use table::table;
pub(crate) use table::{ms, whole_or_tenth};

/// Who serves the requests of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// A plan; glibc as it comes serves the rest.
    Planned,
    /// glibc as it comes.
    GlibcDefault,
    /// glibc told to keep what it has: the best that variables alone can do.
    GlibcTuned,
}

impl Setting {
    /// All, in the order of the tables.
    pub const ALL: [Setting; 3] = [Setting::Planned, Setting::GlibcDefault, Setting::GlibcTuned];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Setting::Planned => "planned",
            Setting::GlibcDefault => "glibc default",
            Setting::GlibcTuned => "glibc tuned",
        }
    }

    fn variables(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Setting::Planned | Setting::GlibcDefault => &[],
            // No block of these models is mapped on its own, and nothing is given back.
            Setting::GlibcTuned => &[
                ("MALLOC_MMAP_THRESHOLD_", "33554432"),
                ("MALLOC_TRIM_THRESHOLD_", "1073741824"),
                ("MALLOC_TOP_PAD_", "67108864"),
            ],
        }
    }
}

/// How much is measured. By default 100 runs of each setting, so that one stands above the p99, and
/// two or three minutes for the models of the demo.
#[derive(Debug, Clone, Copy, clap::Args, Serialize)]
pub struct Effort {
    /// Measured runs of each worker in each process
    #[arg(long, value_name = "N", default_value = "20", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub runs: u32,
    /// Runs of each worker before these
    #[arg(long, value_name = "N", default_value = "5")]
    pub warmup: u32,
    /// Fresh processes for each setting, in turns
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rounds: u32,
    /// Threads that run the model at the same time
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub workers: u32,
}

/// What the settings came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// In the order of [`Setting::ALL`].
    pub figures: Vec<Figures>,
    /// Whether every run of every process had the same outputs, bit for bit.
    pub outputs_equal: bool,
    /// LibTorch and its version.
    pub runtime: String,
    /// The kernels it chose.
    pub cpu: String,
}

impl Comparison {
    /// Measures; `step` is told the setting before each process.
    ///
    /// # Errors
    /// What the runner could not do.
    pub fn measure(
        runner: &Runner,
        inference: &Inference,
        plan: &Path,
        effort: Effort,
        mut step: impl FnMut(Setting),
    ) -> Result<Comparison, Failure> {
        let mut found: [Vec<Measurement>; 3] = Default::default();
        for round in 0..effort.rounds as usize {
            for turn in 0..Setting::ALL.len() {
                // Each setting comes first equally often: what the machine does meanwhile hits all.
                let position = (round + turn) % Setting::ALL.len();
                let setting = Setting::ALL[position];
                step(setting);
                let args = measure_args(inference, plan, effort, setting);
                found[position].push(runner.call(args, setting.variables())?);
            }
        }
        Ok(Comparison::of(&found, effort))
    }

    fn of(found: &[Vec<Measurement>; 3], effort: Effort) -> Comparison {
        let mut outputs = found.iter().flatten().map(|measurement| &measurement.outputs);
        let first = outputs.next().cloned().flatten();
        let one = found.iter().flatten().next();
        Comparison {
            figures: Setting::ALL
                .into_iter()
                .zip(found)
                .map(|(setting, measured)| Figures::of(setting, measured, effort))
                .collect(),
            outputs_equal: first.is_some() && outputs.all(|output| *output == first),
            runtime: one.map(|one| one.runtime.clone()).unwrap_or_default(),
            cpu: one.map(|one| one.cpu.clone()).unwrap_or_default(),
        }
    }

    /// The planned figures, and those of the faster glibc.
    pub fn planned_and_best(&self) -> Option<(&Figures, &Figures)> {
        let (planned, others) = self.figures.split_first()?;
        let best = others.iter().min_by_key(|figures| figures.median_ns)?;
        Some((planned, best))
    }
}

fn measure_args(
    inference: &Inference,
    plan: &Path,
    effort: Effort,
    setting: Setting,
) -> Vec<OsString> {
    let mut args: Vec<OsString> = vec!["measure".into()];
    args.extend(inference.args());
    for (option, number) in [("--runs", effort.runs), ("--warmup", effort.warmup)] {
        args.extend([option.into(), number.to_string().into()]);
    }
    args.extend(["--workers".into(), effort.workers.to_string().into()]);
    if setting == Setting::Planned {
        args.extend(["--plan".into(), plan.into()]);
    }
    args
}
