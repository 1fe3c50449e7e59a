//! Writes a problem or a plan as MiniMalloc reads it.

use std::io::Write;

use csv::{Terminator, WriterBuilder};
use memo_malloc::{Bytes, Lifetime, Plan, Problem};

/// Writes the buffers with the offsets of the plan or, without one, with their pins.
///
/// Ops, the capacity and a trace's requests have no column; whoever needs them writes JSON.
pub(crate) fn write(out: impl Write, problem: &Problem, plan: Option<&Plan>) -> csv::Result<()> {
    let aligned = problem.buffers().iter().any(|buffer| buffer.alignment != 1);
    let placed = plan.is_some() || problem.buffers().iter().any(|buffer| buffer.pin.is_some());
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::Any(b'\n'))
        .comment(Some(b'#'))
        .from_writer(out);
    let paused = problem.ties().spanned().next().is_some();
    let optional = [(aligned, "alignment"), (paused, "gaps"), (placed, "offset")];
    let optional = optional.iter().filter(|(used, _)| *used).map(|(_, name)| *name);
    writer.write_record(["id", "lower", "upper", "size"].into_iter().chain(optional))?;
    for (idx, buffer) in problem.iter() {
        writer.write_field(&*problem.id(idx))?;
        writer.write_field(buffer.lifetime.start.to_string())?;
        writer.write_field(buffer.lifetime.end.to_string())?;
        writer.write_field(buffer.size.to_string())?;
        if aligned {
            writer.write_field(buffer.alignment.to_string())?;
        }
        if paused {
            writer.write_field(gaps(problem.intervals(idx)))?;
        }
        if placed {
            let offset = plan.map(|plan| plan.offsets[idx.usize()]).or(buffer.pin);
            writer
                .write_field(offset.map_or_else(String::new, |offset: Bytes| offset.to_string()))?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()?;
    Ok(())
}

/// The steps between intervals, such as `3-7 9-10`.
fn gaps(intervals: &[Lifetime]) -> String {
    let gap = |pair: &[Lifetime]| format!("{}-{}", pair[0].end, pair[1].start);
    intervals.windows(2).map(gap).collect::<Vec<_>>().join(" ")
}
