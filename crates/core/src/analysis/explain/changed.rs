//! Problems that differ a little: in when buffers are live, or in who asked for them.

use crate::model::{Buffer, BufferIdx, Error, Lifetime, Problem, Step};

/// The buffers and their ties alone, which is all that a bound is about.
pub(super) fn without_ops(problem: &Problem) -> Problem {
    with_times(problem, |_, life| Some(life))
}

/// Time running backwards from a step.
pub(super) fn turned(problem: &Problem, end: Step) -> Problem {
    with_times(problem, |_, life| Some(Lifetime { start: end - life.end, end: end - life.start }))
}

/// One buffer live within a time only, of which a part at least is its own.
pub(super) fn within(problem: &Problem, buffer: BufferIdx, time: Lifetime) -> Problem {
    let part = |life: Lifetime| {
        let (start, end) = (life.start.max(time.start), life.end.min(time.end));
        (start < end).then_some(Lifetime { start, end })
    };
    with_times(problem, |idx, life| if idx == buffer { part(life) } else { Some(life) })
}

/// The problem with each interval changed or left out.
fn with_times(
    problem: &Problem,
    time: impl Fn(BufferIdx, Lifetime) -> Option<Lifetime>,
) -> Problem {
    let (mut buffers, mut rows) = (Vec::with_capacity(problem.len()), Vec::new());
    for (idx, buffer) in problem.iter() {
        let intervals = problem.intervals(idx).iter().filter_map(|&life| time(idx, life));
        let first = rows.len();
        rows.extend(intervals.map(|life| (idx, life)));
        let lives = || rows[first..].iter().map(|(_, life)| life);
        let hull = Option::zip(lives().map(|l| l.start).min(), lives().map(|l| l.end).max());
        buffers.push(match hull {
            Some((start, end)) => Buffer { lifetime: Lifetime { start, end }, op: None, ..*buffer },
            None => Buffer { op: None, ..buffer.without_bytes() },
        });
    }
    let Ok(changed) = tied(problem, buffers, rows) else {
        unreachable!("none of these changes breaks an invariant")
    };
    changed
}

/// The buffers with these intervals, and the other ties of a problem.
fn tied(
    problem: &Problem,
    buffers: Vec<Buffer>,
    rows: Vec<(BufferIdx, Lifetime)>,
) -> Result<Problem, Error> {
    let (plain, ties) = (Problem::new(buffers)?, problem.ties());
    if ties.is_empty() {
        return Ok(plain);
    }
    let spanned = plain.with_intervals(rows)?;
    spanned.with_shares(ties.groups())?.with_apart(ties.apart().to_vec())
}
