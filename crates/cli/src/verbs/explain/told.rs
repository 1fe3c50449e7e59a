//! What `memo explain` found, for people and for programs.

use std::fmt;

use memo_malloc::analysis::{BufferChange, Explanation, OpChange};
use memo_malloc::model::OpIdx;
use memo_malloc::{BufferIdx, Bytes, Certificate, Plan, Problem};
use memo_report::units::{bytes, bytes_exact, count, counted, share};
use serde_json::{Value, json};

use crate::grid::{Look, grid};

/// An explanation, and the best plan that is known.
pub(super) struct Told<'a> {
    pub(super) problem: &'a Problem,
    /// The number of buffers: not all of the problem are there where it is that of one tier.
    pub(super) count: usize,
    pub(super) explanation: Explanation,
    pub(super) plan: Option<&'a Plan>,
    /// Who made the plan, where it was not given.
    pub(super) planner: Option<&'static str>,
    /// Most lines of a list.
    pub(super) top: usize,
}

impl Told<'_> {
    /// What is proven: a search may have proven more than what can be explained.
    fn proven(&self) -> (Bytes, Certificate) {
        let explained = (self.explanation.lower_bound, self.explanation.certificate);
        let searched = self.plan.map(|plan| (plan.lower_bound, plan.certificate));
        searched.filter(|searched| searched.0 > explained.0).unwrap_or(explained)
    }

    /// The buffers that are listed as live.
    fn listed(&self) -> &[BufferIdx] {
        &self.explanation.live[..self.top.min(self.explanation.live.len())]
    }

    fn size(&self, idx: BufferIdx) -> Bytes {
        self.problem.buffers()[idx.usize()].size
    }

    fn op(&self, op: OpIdx) -> String {
        self.problem.ops()[op.usize()].to_string()
    }

    pub(super) fn fields(&self) -> Value {
        let Explanation {
            lower_bound, certificate, load, step, end, live, live_bytes, others, ..
        } = &self.explanation;
        let proven = self.proven();
        json!({
            "buffers": self.count,
            "capacity": self.problem.capacity(),
            "peak": self.plan.map(|plan| plan.peak),
            "planner": self.planner,
            "lower_bound": proven.0,
            "certificate": proven.1.name(),
            "explained": {
                "lower_bound": lower_bound, "certificate": certificate.name(),
                "step": step, "end": end
            },
            "max_load": load.bytes,
            "max_load_step": load.step,
            "live": { "buffers": live.len(), "bytes": live_bytes },
            "largest": self.listed().iter().map(|&idx| self.buffer_fields(idx)).collect::<Value>(),
            "others": { "max_load": others.bytes, "step": others.step },
            "without_buffer": self.explanation.buffers.iter()
                .map(|change| self.change_fields(change)).collect::<Value>(),
            "without_op": self.explanation.ops.iter()
                .map(|change| self.op_fields(change)).collect::<Value>(),
        })
    }

    fn buffer_fields(&self, idx: BufferIdx) -> Value {
        let buffer = &self.problem.buffers()[idx.usize()];
        json!({
            "buffer": idx.0,
            "id": self.problem.id(idx),
            "size": buffer.size,
            "start": buffer.lifetime.start,
            "end": buffer.lifetime.end,
            "shares": self.mate(idx).map(|mate| mate.0),
            "op": buffer.op.map(|op| self.op(op)),
        })
    }

    fn change_fields(&self, change: &BufferChange) -> Value {
        let mut fields = self.buffer_fields(change.buffer);
        fields["lower_bound"] = change.gone.into();
        fields["freed_by"] = change.freed_by.into();
        fields["made_at"] = change.made_at.into();
        fields
    }

    fn op_fields(&self, change: &OpChange) -> Value {
        json!({ "op": self.op(change.op), "live": change.live, "lower_bound": change.gone })
    }

    fn head(&self) -> String {
        let (bound, certificate) = self.proven();
        let mut lines = vec![
            counted(self.count, "buffer"),
            format!("  lower bound  {} by {certificate}", bytes_exact(bound)),
        ];
        if bound > self.explanation.lower_bound {
            let Explanation { lower_bound, certificate, .. } = &self.explanation;
            lines.push(format!("  explained    {} by {certificate}", bytes_exact(*lower_bound)));
        }
        if let Some(plan) = self.plan {
            let distance = match plan.peak - bound {
                0 => "optimal".to_owned(),
                gap => format!("{} above the bound", share(gap, bound)),
            };
            lines.push(format!("  best plan    {}: {distance}", bytes_exact(plan.peak)));
        }
        if let Some(capacity) = self.problem.capacity() {
            let fits = if capacity < bound { ": no plan fits" } else { "" };
            lines.push(format!("  capacity     {}{fits}", bytes_exact(capacity)));
        }
        lines.join("\n")
    }

    /// A buffer as a person finds it again.
    fn name(&self, idx: BufferIdx) -> String {
        let mut name = self.problem.id(idx).into_owned();
        if let Some(op) = self.problem.op(idx) {
            name = format!("{name}, {op}");
        }
        match self.mate(idx) {
            Some(mate) => format!("{name}, at the offset of {}", self.problem.id(mate)),
            None => name,
        }
    }

    /// The first of those that share the offset of a buffer, for all others.
    fn mate(&self, idx: BufferIdx) -> Option<BufferIdx> {
        let ties = self.problem.ties();
        let first = ties.groups()[ties.group_of(idx)?].first().copied()?;
        (first != idx).then_some(first)
    }

    /// When a buffer is live.
    fn times(&self, idx: BufferIdx) -> String {
        let times = self.problem.intervals(idx).iter().map(ToString::to_string);
        times.collect::<Vec<_>>().join(" ")
    }

    fn live(&self) -> String {
        let live = &self.explanation.live;
        let all = self.explanation.live_bytes;
        let row = |&idx: &BufferIdx| {
            let size = self.size(idx);
            vec![self.name(idx), bytes(size), share(size, all), self.times(idx)]
        };
        let rest = &live[self.listed().len()..];
        let more = match rest.len() {
            0 => String::new(),
            more => {
                let sum = rest.iter().map(|&idx| self.size(idx)).sum();
                format!("\n  … and {} more, {}", count(more as u64), bytes(sum))
            }
        };
        let step = self.explanation.step;
        let head = ["buffer", "size", "share", "lifetime"];
        format!(
            "live at step {step}: {}, {}\n{}{more}",
            counted(live.len(), "buffer"),
            bytes_exact(all),
            table(&head, self.listed().iter().map(row))
        )
    }

    fn lowered(&self, bound: Bytes) -> String {
        format!("{} (−{})", bytes(bound), bytes(self.explanation.lower_bound - bound))
    }

    fn buffers(&self) -> String {
        let Explanation { lower_bound, step, end, .. } = &self.explanation;
        let side = |bound: Option<Bytes>| match bound {
            Some(bound) if bound < *lower_bound => format!("−{}", bytes(lower_bound - bound)),
            _ => "–".to_owned(),
        };
        let row = |change: &BufferChange| {
            let BufferChange { buffer, gone, freed_by, made_at } = *change;
            vec![
                self.name(buffer),
                bytes(self.size(buffer)),
                self.lowered(gone),
                side(freed_by),
                side(made_at),
            ]
        };
        let (freed_by, made_at) = (format!("freed by {step}"), format!("made at {end}"));
        let head = ["buffer", "size", "gone", &freed_by, &made_at];
        let rows = self.explanation.buffers.iter().map(row);
        format!("the bound with one buffer changed\n{}", table(&head, rows))
    }

    fn ops(&self) -> String {
        let row = |change: &OpChange| {
            vec![self.op(change.op), bytes(change.live), self.lowered(change.gone)]
        };
        let rows = self.explanation.ops.iter().map(row);
        format!("the bound without the buffers of one op\n{}", table(&["op", "live", "gone"], rows))
    }

    /// How far changes at this step can go.
    fn others(&self) -> String {
        let Explanation { lower_bound, step, others, .. } = &self.explanation;
        if others.bytes == 0 {
            return format!("all buffers with bytes are live at step {step}");
        }
        format!(
            "without all that is live at step {step} the load is still {}, at step {}: what is changed \
             there can gain {} at most",
            bytes(others.bytes),
            others.step,
            bytes(lower_bound - others.bytes)
        )
    }
}

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let head = head.iter().map(|&cell| cell.to_owned()).collect();
    grid(&std::iter::once(head).chain(rows).collect::<Vec<Vec<String>>>(), Look::Terminal)
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count == 0 && !self.problem.is_empty() {
            return f.write_str("0 buffers");
        }
        f.write_str(&self.head())?;
        if self.explanation.live.is_empty() {
            return Ok(());
        }
        write!(f, "\n\n{}\n\n", self.live())?;
        if self.explanation.buffers.is_empty() {
            writeln!(f, "no change of one buffer lowers the bound")?;
        } else {
            writeln!(f, "{}", self.buffers())?;
        }
        if !self.explanation.ops.is_empty() {
            writeln!(f, "\n{}", self.ops())?;
        }
        write!(f, "\n{}", self.others())
    }
}
