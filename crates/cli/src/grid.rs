//! Cells in columns: the first to the left, the others to the right.

/// For whom a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Terminal,
    Markdown,
}

/// A table of these rows, the first of which is its head; all have as many cells.
pub(crate) fn grid(rows: &[Vec<String>], look: Look) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width_of = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width_of(column).unwrap_or(0)).collect();
    let mut lines: Vec<String> = rows.iter().map(|row| line(row, &widths, look)).collect();
    if look == Look::Markdown {
        lines.insert(1, ruler(&widths));
    }
    lines.join("\n")
}

fn line(row: &[String], widths: &[usize], look: Look) -> String {
    let padded = row.iter().zip(widths).enumerate().map(|(column, (cell, &width))| match column {
        0 => format!("{cell:<width$}"),
        _ => format!("{cell:>width$}"),
    });
    let cells: Vec<String> = padded.collect();
    match look {
        Look::Terminal => format!("  {}", cells.join("  ")),
        Look::Markdown => format!("| {} |", cells.join(" | ")),
    }
}

/// What Markdown wants between the head and the rest.
fn ruler(widths: &[usize]) -> String {
    let dashes = widths.iter().enumerate().map(|(column, &width)| match column {
        0 => "-".repeat(width + 2),
        _ => format!("{}:", "-".repeat(width + 1)),
    });
    format!("|{}|", dashes.collect::<Vec<_>>().join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["", "one"], ["µs", "1,024"], ["long", "7"]];
        let rows = rows.map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(grid(&rows, Look::Terminal), "          one\n  µs    1,024\n  long      7");
        assert_eq!(
            grid(&rows, Look::Markdown),
            "|      |   one |\n|------|------:|\n| µs   | 1,024 |\n| long |     7 |"
        );
    }
}
