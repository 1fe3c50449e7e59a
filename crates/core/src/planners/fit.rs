//! Placing one buffer after another: what all fitting planners share.
//!
//! What is [`taken`](super::taken) when is kept in a tree over time, so that this gives the same
//! offsets as a walk over all conflicting buffers at a fraction of the cost: O(log n) range
//! insertions and one merge of O(log n) sets for each buffer. Problems with ties are left to
//! [`tied`](super::tied).

use super::order::Order;
use super::ranges::{Holes, Range};
use super::sections::Sections;
use super::taken::{Span, Taken};
use super::tied;
use crate::limits::Deadline;
use crate::model::{Buffer, BufferIdx, Bytes, Certificate, Error, Plan, Problem, Reason, gcd};

/// Which hole a buffer goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// The lowest that is large enough.
    FirstFit,
    /// The smallest that is large enough; the lowest of these.
    BestFit,
}

impl Rule {
    /// The lowest aligned offset in the hole that a buffer goes to.
    pub(super) fn choose(self, holes: Holes<'_>, size: Bytes, alignment: Bytes) -> Option<Bytes> {
        let room = |hole: Range| Some((aligned_in(hole, size, alignment)?, hole.1 - hole.0));
        let mut fitting = holes.filter_map(room);
        let chosen = match self {
            Rule::FirstFit => fitting.next(),
            Rule::BestFit => fitting.min_by_key(|&(_, length)| length),
        };
        chosen.map(|(offset, _)| offset)
    }
}

/// The lowest offset in a hole at which a buffer has room.
fn aligned_in((low, high): Range, size: Bytes, alignment: Bytes) -> Option<Bytes> {
    let offset = low.checked_next_multiple_of(alignment)?;
    let top = offset.checked_add(size)?;
    (top <= high).then_some(offset)
}

/// Places the pinned buffers, then the others in the given order. When a limit is reached the rest
/// is stacked on top, so that the offsets are always complete and valid.
pub(super) fn place_in_order(
    problem: &Problem,
    order: &[BufferIdx],
    rule: Rule,
    deadline: &Deadline,
) -> (Vec<Bytes>, Option<Reason>) {
    if !problem.ties().is_empty() {
        return tied::place_in_order(problem, order, rule, deadline);
    }
    let mut placed = Placed::of_pins(problem);
    let mut rest = order.iter().copied().filter(|idx| !placed.is_settled(*idx)).collect::<Vec<_>>();
    rest.reverse();
    while let Some(&idx) = rest.last() {
        if let Some(reason) = deadline.reached() {
            rest.into_iter().rev().for_each(|idx| placed.stack(idx));
            return (placed.offsets, Some(reason));
        }
        let offset = placed.fit(idx, rule);
        placed.put(idx, offset);
        rest.pop();
    }
    (placed.offsets, None)
}

/// The plan that a rule makes in an order, and the limit that was reached.
pub(super) fn fitted(
    problem: &Problem,
    order: Order,
    rule: Rule,
    deadline: &Deadline,
) -> (Plan, Option<Reason>) {
    let (offsets, reason) = place_in_order(problem, &order.of(problem), rule, deadline);
    (plan_of(problem, offsets), reason)
}

/// The plan these offsets make, with the bound that is known without a search.
pub(super) fn plan_of(problem: &Problem, offsets: Vec<Bytes>) -> Plan {
    plan_by(problem, offsets, crate::analysis::lower_bound(problem))
}

/// As [`plan_of`], where the bound is known.
pub(super) fn plan_by(
    problem: &Problem,
    offsets: Vec<Bytes>,
    (lower_bound, certificate): (Bytes, Certificate),
) -> Plan {
    let tops = offsets.iter().zip(problem.buffers()).map(|(offset, buffer)| offset + buffer.size);
    let peak = tops.max().unwrap_or(0);
    let plan = Plan { offsets, peak, lower_bound, certificate };
    // Whether the plan fits the capacity is for the outcome to say.
    debug_assert_eq!(judge(problem, &plan), Ok(()), "a planner made an invalid plan");
    plan
}

/// Whether the plan is valid, be it within the capacity or not.
pub(super) fn judge(problem: &Problem, plan: &Plan) -> Result<(), Error> {
    crate::check(&problem.clone().with_capacity(None), plan)
}

/// The buffers placed so far. Buffers without bytes collide with nothing and are not kept.
struct Placed<'a> {
    problem: &'a Problem,
    sections: Sections,
    taken: Taken,
    offsets: Vec<Bytes>,
    top: Bytes,
    /// What all alignments are multiples of: a hole below this is of no use to anybody, so taken
    /// ranges are rounded up to it, which lets more of them merge.
    grain: Bytes,
}

impl<'a> Placed<'a> {
    fn of_pins(problem: &'a Problem) -> Placed<'a> {
        let sections = Sections::of(problem);
        let mut placed = Placed {
            problem,
            taken: Taken::over(sections.len()),
            sections,
            offsets: vec![0; problem.len()],
            top: 0,
            grain: problem.buffers().iter().fold(0, |grain, b| gcd(grain, b.alignment)),
        };
        for (idx, buffer) in problem.iter() {
            if let Some(pin) = buffer.pin {
                placed.put(idx, pin);
            }
        }
        placed
    }

    fn buffer(&self, idx: BufferIdx) -> &'a Buffer {
        &self.problem.buffers()[idx.usize()]
    }

    /// Whether nothing is left to decide about it: it is pinned, or has no bytes.
    fn is_settled(&self, idx: BufferIdx) -> bool {
        let buffer = self.buffer(idx);
        buffer.pin.is_some() || buffer.size == 0
    }

    fn put(&mut self, idx: BufferIdx, offset: Bytes) {
        let buffer = self.buffer(idx);
        self.offsets[idx.usize()] = offset;
        let top = offset + buffer.size;
        self.top = self.top.max(top);
        if buffer.size == 0 {
            return;
        }
        let range = (offset, top.next_multiple_of(self.grain));
        self.taken.insert(self.span(buffer), range);
    }

    fn span(&self, buffer: &Buffer) -> Span {
        self.taken.span(self.sections.range(buffer.lifetime))
    }

    fn fit(&self, idx: BufferIdx, rule: Rule) -> Bytes {
        let buffer = self.buffer(idx);
        let holes = self.taken.holes(std::iter::once(self.span(buffer)), 0);
        rule.choose(holes, buffer.size, buffer.alignment).unwrap_or(self.top)
    }

    /// Above everything: the cheapest place that is certainly free.
    fn stack(&mut self, idx: BufferIdx) {
        let Buffer { size, alignment, .. } = *self.buffer(idx);
        let offset = self.top.next_multiple_of(alignment);
        self.offsets[idx.usize()] = offset;
        self.top = offset + size;
    }
}
