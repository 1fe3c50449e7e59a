//! All models in one table: a column for each model, a row for each figure.

use memo_report::units::{bytes, count, share};

use super::Shown;
use crate::comparison::{Effort, Figures, ServedPerRun, Setting, ms, whole_or_tenth};
use crate::grid::{Look, grid};
use crate::machine::Machine;

/// The name of a row, and its cell for one model or setting.
type Row<T> = (&'static str, fn(&T) -> String);

/// Of the capture, the plan and the arena.
const PLANNED: [Row<Shown>; 8] = [
    ("requests a run", |one| count(one.captured.requests)),
    ("bytes a run", |one| bytes(one.captured.bytes)),
    ("tagged with an op", |one| share(one.captured.tagged, one.captured.requests)),
    ("peak", |one| bytes(one.peak)),
    ("lower bound", |one| bytes(one.lower_bound)),
    ("from the slab", |one| served(one, |served| served.hits)),
    ("fell back", |one| served(one, |served| served.deviations)),
    ("outputs bit-equal", |one| if one.comparison.outputs_equal { "yes" } else { "NO" }.to_owned()),
];

/// Of the runs, for each setting.
const MEASURED: [Row<Figures>; 4] = [
    ("median", |figures| format!("{} ms", ms(figures.median_ns))),
    ("p99", |figures| format!("{} ms", ms(figures.p99_ns))),
    ("faults a run", |figures| whole_or_tenth(figures.faults)),
    ("resident", |figures| bytes(figures.resident)),
];

/// The table, and below it what the figures are from.
pub(super) fn summary(shown: &[Shown], effort: Effort, machine: &Machine, look: Look) -> String {
    let row = |label: &str, cell: &dyn Fn(&Shown) -> String| {
        std::iter::once(label.to_owned()).chain(shown.iter().map(cell)).collect::<Vec<_>>()
    };
    let mut rows = vec![row("", &|one| one.model.clone())];
    rows.extend(PLANNED.iter().map(|(label, cell)| row(label, cell)));
    for (label, cell) in &MEASURED {
        for (idx, setting) in Setting::ALL.iter().enumerate() {
            let label = format!("{label}, {}", setting.name());
            rows.push(row(&label, &|one| cell(&one.comparison.figures[idx])));
        }
    }
    format!("{}\n\n{}", grid(&rows, look), source(shown, effort, machine))
}

fn served(one: &Shown, field: fn(&ServedPerRun) -> f64) -> String {
    let served = one.comparison.figures.first().and_then(|figures| figures.served);
    served.as_ref().map_or_else(String::new, |served| whole_or_tenth(field(served)))
}

fn source(shown: &[Shown], effort: Effort, machine: &Machine) -> String {
    let Some(first) = shown.first() else { return String::new() };
    let Effort { runs, rounds, workers, .. } = effort;
    format!(
        "{}; {}, {}; inputs {}, {} thread(s) an op, {workers} worker(s), {rounds} fresh processes \
         of {runs} runs for each setting, in turns.",
        machine.text(),
        first.comparison.runtime,
        first.comparison.cpu,
        first.inputs,
        first.threads,
    )
}
