//! What the measurements of one setting come to.

use serde::Serialize;

use super::{Effort, Setting};
use crate::measurement::{Measurement, Served};

/// The figures of one setting over all its processes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Whose they are.
    pub setting: Setting,
    /// Of all runs.
    pub median_ns: u64,
    /// Of all runs.
    pub p99_ns: u64,
    /// The smallest and the largest median of a process: how far chance goes.
    pub medians_ns: (u64, u64),
    /// Page faults for each run.
    pub faults: f64,
    /// Resident bytes after the runs, the median of the processes.
    pub resident: u64,
    /// The most resident bytes during the runs, the median of the processes.
    pub resident_max: u64,
    /// What the arenas did for each run; absent without a plan.
    pub served: Option<ServedPerRun>,
}

/// The counts of one run, as all runs have them on average.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ServedPerRun {
    /// Requests of more than 0 bytes.
    pub requests: f64,
    /// Of these, served from the slab.
    pub hits: f64,
    /// Fell back as planned.
    pub escapes: f64,
    /// Fell back because the run differed from the plan.
    pub deviations: f64,
    /// Bytes of one slab.
    pub slab: u64,
}

impl Figures {
    pub(super) fn of(setting: Setting, measured: &[Measurement], effort: Effort) -> Figures {
        let run_count = u64::from(effort.runs) * u64::from(effort.workers) * measured.len() as u64;
        let of_all = |field: fn(&Measurement) -> u64| sorted(measured.iter().map(field));
        let latencies = sorted(measured.iter().flat_map(|m| m.latencies_ns.iter().copied()));
        let medians =
            sorted(measured.iter().map(|m| quantile(&sorted(m.latencies_ns.iter().copied()), 50)));
        Figures {
            setting,
            median_ns: quantile(&latencies, 50),
            p99_ns: quantile(&latencies, 99),
            medians_ns: (quantile(&medians, 0), quantile(&medians, 100)),
            faults: per(measured.iter().map(|m| m.faults).sum(), run_count),
            resident: quantile(&of_all(|m| m.resident), 50),
            resident_max: quantile(&of_all(|m| m.resident_max), 50),
            served: ServedPerRun::of(measured, run_count),
        }
    }
}

impl ServedPerRun {
    fn of(measured: &[Measurement], run_count: u64) -> Option<ServedPerRun> {
        let served: Vec<Served> = measured.iter().filter_map(|m| m.served).collect();
        let mean = |field: fn(&Served) -> u64| per(served.iter().map(field).sum(), run_count);
        Some(ServedPerRun {
            requests: mean(|s| s.requests),
            hits: mean(|s| s.hits),
            escapes: mean(|s| s.escapes),
            deviations: mean(|s| s.deviations),
            slab: served.first()?.slab,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "read by people")]
fn per(total: u64, run_count: u64) -> f64 {
    total as f64 / run_count.max(1) as f64
}

fn sorted(values: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values
}

/// The smallest value that at least `percent` of all do not exceed; 0 of none.
fn quantile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_occurred() {
        let values: Vec<u64> = (1..=200).collect();
        assert_eq!([0, 50, 99, 100].map(|percent| quantile(&values, percent)), [1, 100, 198, 200]);
        assert_eq!(quantile(&[7], 99), 7);
        assert_eq!(quantile(&[], 50), 0);
    }

    #[test]
    fn counts_are_for_each_run_of_each_worker() {
        let measurement = Measurement {
            latencies_ns: vec![3, 1, 2, 9],
            faults: 8,
            resident: 100,
            resident_max: 200,
            cpu_ns: 0,
            served: Some(Served { requests: 40, hits: 36, escapes: 4, deviations: 0, slab: 64 }),
            outputs: None,
            runtime: String::new(),
            cpu: String::new(),
        };
        let effort = Effort { runs: 2, warmup: 0, rounds: 2, workers: 2 };
        let figures = Figures::of(Setting::Planned, &[measurement.clone(), measurement], effort);
        assert_eq!((figures.median_ns, figures.p99_ns), (2, 9));
        assert!((figures.faults - 2.0).abs() < 1e-9);
        assert!((figures.served.unwrap().hits - 9.0).abs() < 1e-9);
    }
}
