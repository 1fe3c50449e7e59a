//! The figures side by side.

use memo_report::units::bytes;

use super::{Comparison, Figures};
use crate::grid::{Look, grid};

const HEAD: [&str; 7] = ["", "median", "p99", "medians", "faults/run", "resident", "most resident"];

/// A table with a line for each setting, and what it says.
pub fn table(comparison: &Comparison) -> String {
    let mut rows = vec![HEAD.map(str::to_owned).to_vec()];
    rows.extend(comparison.figures.iter().map(row));
    let mut lines = vec![grid(&rows, Look::Terminal)];
    lines.extend(served(comparison));
    lines.extend(verdict(comparison));
    lines.join("\n")
}

fn row(figures: &Figures) -> Vec<String> {
    let (least, most) = figures.medians_ns;
    vec![
        figures.setting.name().to_owned(),
        format!("{} ms", ms(figures.median_ns)),
        format!("{} ms", ms(figures.p99_ns)),
        format!("{}–{}", ms(least), ms(most)),
        whole_or_tenth(figures.faults),
        bytes(figures.resident),
        bytes(figures.resident_max),
    ]
}

fn served(comparison: &Comparison) -> Option<String> {
    let served = comparison.figures.first()?.served?;
    let outputs = if comparison.outputs_equal { "bit-equal" } else { "NOT EQUAL" };
    Some(format!(
        "  {:.0} of {:.0} requests from one slab of {}, {:.0} escaped as planned, {} fell back; \
         outputs {outputs}",
        served.hits,
        served.requests,
        bytes(served.slab),
        served.escapes,
        whole_or_tenth(served.deviations),
    ))
}

/// Faster, slower, or within what chance does; nothing when one process cannot show chance.
fn verdict(comparison: &Comparison) -> Option<String> {
    let (planned, best) = comparison.planned_and_best()?;
    if planned.medians_ns.0 == planned.medians_ns.1 {
        return None;
    }
    let name = best.setting.name();
    let change = memo_report::units::ratio(planned.median_ns, best.median_ns) * 100.0 - 100.0;
    let word = if planned.medians_ns.1 < best.medians_ns.0 {
        "faster than"
    } else if planned.medians_ns.0 > best.medians_ns.1 {
        "slower than"
    } else {
        "within the spread of"
    };
    Some(format!("  planned is {word} {name}: median {change:+.1} %"))
}

/// A count as each run has it; its tenths where runs differ.
pub(crate) fn whole_or_tenth(mean: f64) -> String {
    if mean.fract() == 0.0 { format!("{mean:.0}") } else { format!("{mean:.1}") }
}

/// Milliseconds, as exact as they are measured.
pub(crate) fn ms(nanoseconds: u64) -> String {
    let ms = memo_report::units::ratio(nanoseconds, 1_000_000);
    if ms >= 100.0 { format!("{ms:.0}") } else { format!("{ms:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_counts() {
        assert_eq!([0.0, 57.0, 0.04, 2.5].map(whole_or_tenth), ["0", "57", "0.0", "2.5"]);
    }
}
