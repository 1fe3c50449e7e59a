//! What `memo whatif` found, for people and for programs.

use std::fmt;

use memo_formats::Graph;
use memo_report::units::{bytes, bytes_exact, count, counted, share};
use memo_whatif::{Estimate, Exploration, Stage};
use serde_json::{Value, json};

use crate::grid::{Look, grid};

/// What was found of a model.
pub(super) struct Told<'a> {
    pub(super) graph: &'a Graph,
    pub(super) found: &'a Exploration,
    pub(super) inputs_outside: bool,
}

impl Told<'_> {
    pub(super) fn fields(&self) -> Value {
        let all = |estimates: &[Estimate]| -> Value {
            estimates.iter().map(|estimate| self.estimate_fields(estimate)).collect()
        };
        json!({
            "buffers": self.graph.planned().len(),
            "nodes": self.graph.nodes.len(),
            "inputs_outside": self.inputs_outside,
            "as_is": self.estimate_fields(&self.found.as_is),
            "alone": all(&self.found.alone),
            "together": all(&self.found.together),
        })
    }

    fn estimate_fields(&self, estimate: &Estimate) -> Value {
        let Estimate { way, peak, lower_bound, work } = estimate;
        json!({
            "way": way.to_string(),
            "peak": peak,
            "lower_bound": lower_bound,
            "saved": self.found.as_is.peak.saturating_sub(*peak),
            "work": work,
            "extra_work": work.saturating_sub(self.found.as_is.work),
            "in_place": way.in_place,
            "taken_up": way.taken_up,
            "reordered": way.reordered,
            "patches": way.stage.as_ref().map(stage_fields),
            "chunks": way.chunks,
            "recomputed": way.recomputed.iter().map(ToString::to_string).collect::<Value>(),
        })
    }

    fn table(&self, title: &str, estimates: &[Estimate]) -> String {
        let as_is = &self.found.as_is;
        let row = |estimate: &Estimate| {
            let saved = as_is.peak.saturating_sub(estimate.peak);
            let extra = share(estimate.work.saturating_sub(as_is.work), as_is.work);
            vec![
                estimate.way.to_string(),
                bytes(estimate.peak),
                format!("−{}", share(saved, as_is.peak)),
                format!("+{extra}"),
            ]
        };
        let head = [title, "peak", "saved", "work"].map(str::to_owned).to_vec();
        let rows: Vec<Vec<String>> =
            std::iter::once(head).chain(estimates.iter().map(row)).collect();
        grid(&rows, Look::Terminal)
    }
}

fn stage_fields(stage: &Stage) -> Value {
    json!({
        "rows": stage.grid.rows,
        "columns": stage.grid.columns,
        "height": stage.lengths[0],
        "width": stage.lengths[1],
        "nodes": stage.node_count,
        "last": stage.last.to_string(),
    })
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Exploration { as_is, alone, together } = self.found;
        let outside = if self.inputs_outside { ", its inputs not counted" } else { "" };
        write!(
            f,
            "{}, {}{outside}\n  peak  {}\n  work  {} multiplications or elements",
            counted(self.graph.planned().len(), "buffer"),
            counted(self.graph.nodes.len(), "node"),
            bytes_exact(as_is.peak),
            count(as_is.work),
        )?;
        if alone.is_empty() && together.is_empty() {
            return f.write_str("\n\nno other way is known that needs less");
        }
        f.write_str("\n\nestimates: nothing was changed, and nothing was run")?;
        if !alone.is_empty() {
            write!(f, "\n\n{}", self.table("one change", alone))?;
        }
        if !together.is_empty() {
            write!(f, "\n\n{}", self.table("the least for its work", together))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use memo_whatif::Way;

    use super::*;

    #[test]
    fn a_change_that_saves_little_is_told_where_nothing_saves_more() {
        let estimate = |reordered, peak| {
            let way = Way { reordered, ..Way::default() };
            Estimate { way, peak, lower_bound: peak, work: 10 }
        };
        let (as_is, alone) = (estimate(false, 1000), vec![estimate(true, 999)]);
        let found = Exploration { as_is, alone, together: Vec::new() };
        let told = Told { graph: &Graph::default(), found: &found, inputs_outside: false };
        let told = told.to_string();
        assert!(told.contains("−0.1 %") && !told.contains("no other way"), "{told}");
    }
}
