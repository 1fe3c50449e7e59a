//! The figures side by side.

use memo_report::units::bytes;

use super::{Comparison, Figures};

const HEAD: [&str; 7] = ["", "median", "p99", "medians", "faults/run", "resident", "most resident"];

/// A table with a line for each setting, and what it says.
pub fn table(comparison: &Comparison) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(comparison.figures.iter().map(row));
    let widths: Vec<usize> = (0..HEAD.len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    let mut lines: Vec<String> = rows.iter().map(|row| line(row, &widths)).collect();
    lines.extend(served(comparison));
    lines.extend(verdict(comparison));
    lines.join("\n")
}

fn row(figures: &Figures) -> [String; 7] {
    let (least, most) = figures.medians_ns;
    [
        figures.setting.name().to_owned(),
        format!("{} ms", ms(figures.median_ns)),
        format!("{} ms", ms(figures.p99_ns)),
        format!("{}–{}", ms(least), ms(most)),
        format!("{:.1}", figures.faults),
        bytes(figures.resident),
        bytes(figures.resident_max),
    ]
}

fn line(row: &[String; 7], widths: &[usize]) -> String {
    let padded = row.iter().zip(widths).enumerate().map(|(column, (cell, &width))| match column {
        0 => format!("{cell:<width$}"),
        _ => format!("{cell:>width$}"),
    });
    format!("  {}", padded.collect::<Vec<_>>().join("  "))
}

fn served(comparison: &Comparison) -> Option<String> {
    let served = comparison.figures.first()?.served?;
    let outputs = if comparison.outputs_equal { "bit-equal" } else { "NOT EQUAL" };
    Some(format!(
        "  {:.0} of {:.0} requests from one slab of {}, {:.0} escaped as planned, {:.1} fell back; \
         outputs {outputs}",
        served.hits,
        served.requests,
        bytes(served.slab),
        served.escapes,
        served.deviations,
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

fn ms(nanoseconds: u64) -> String {
    let ms = memo_report::units::ratio(nanoseconds, 1_000_000);
    if ms >= 100.0 { format!("{ms:.0}") } else { format!("{ms:.2}") }
}
