//! First fit and best fit of items with several parts.
//!
//! All parts of an item have one offset, so it goes where each part has room. Where all are of one
//! size, the holes that the sections of all leave together are those of one buffer. Elsewhere each
//! size in turn raises the offset to the next that it can have, until none does: that is the lowest
//! of all. As parts of other sizes have other holes, there is no smallest hole, and best fit is
//! first fit.

use super::shapes::{Level, Shape, Shapes};
use crate::limits::Deadline;
use crate::model::{BufferIdx, Bytes, Problem, Reason};
use crate::planners::fit::Rule;
use crate::planners::taken::{Span, Taken};

/// As [`fit::place_in_order`](crate::planners::fit::place_in_order): an item comes when the first of
/// its buffers does.
pub(in crate::planners) fn place_in_order(
    problem: &Problem,
    order: &[BufferIdx],
    rule: Rule,
    deadline: &Deadline,
) -> (Vec<Bytes>, Option<Reason>) {
    let reduced = super::items(problem);
    let mut has_come = vec![false; reduced.items.len()];
    let items = order.iter().map(|idx| reduced.item_of[idx.usize()]);
    let order: Vec<usize> =
        items.filter(|&item| !std::mem::replace(&mut has_come[item], true)).collect();
    let (of_items, reason) = place(&Shapes::of(&reduced), &order, rule, deadline);
    (reduced.offsets_of_buffers(&of_items), reason)
}

/// Places the pinned items, then the others in this order; the rest on top when a limit is reached.
pub(super) fn place(
    shapes: &Shapes,
    order: &[usize],
    rule: Rule,
    deadline: &Deadline,
) -> (Vec<Bytes>, Option<Reason>) {
    let mut placed = Placed::of_pins(shapes);
    let mut stopped = None;
    for &item in order.iter().filter(|&&item| shapes.items[item].pin.is_none()) {
        stopped = stopped.or_else(|| deadline.reached());
        if stopped.is_some() {
            placed.stack(item);
        } else {
            placed.put(item, placed.fit(item, rule));
        }
    }
    (placed.offsets, stopped)
}

/// The items placed so far.
#[derive(Debug)]
pub(in crate::planners) struct Placed<'a> {
    shapes: &'a Shapes,
    taken: Taken,
    offsets: Vec<Bytes>,
    top: Bytes,
}

impl<'a> Placed<'a> {
    pub(in crate::planners) fn nothing(shapes: &'a Shapes) -> Placed<'a> {
        let taken = Taken::over(shapes.section_count as usize);
        let offsets = vec![0; shapes.items.len()];
        Placed { shapes, taken, offsets, top: 0 }
    }

    fn of_pins(shapes: &'a Shapes) -> Placed<'a> {
        let mut placed = Placed::nothing(shapes);
        for (item, shape) in shapes.items.iter().enumerate() {
            if let Some(pin) = shape.pin {
                placed.put(item, pin);
            }
        }
        placed
    }

    /// The largest top.
    pub(in crate::planners) fn top(&self) -> Bytes {
        self.top
    }

    pub(in crate::planners) fn put(&mut self, item: usize, offset: Bytes) {
        let Shape { size, ref levels, .. } = self.shapes.items[item];
        self.offsets[item] = offset;
        self.top = self.top.max(offset + size);
        for level in levels {
            let range = (offset, (offset + level.size).next_multiple_of(self.shapes.grain));
            for &sections in &level.sections {
                self.taken.insert(self.taken.span(sections), range);
            }
        }
    }

    /// Where an item goes; a pinned one to its pin, if there is room.
    pub(in crate::planners) fn room(&self, item: usize, rule: Rule) -> Option<Bytes> {
        match self.shapes.items[item].pin {
            None => Some(self.fit(item, rule)),
            Some(pin) => (self.lowest(item, pin) == pin).then_some(pin),
        }
    }

    fn fit(&self, item: usize, rule: Rule) -> Bytes {
        let Shape { alignment, ref levels, .. } = self.shapes.items[item];
        if let [level] = levels.as_slice() {
            let holes = self.taken.holes(self.spans(level), 0);
            return rule.choose(holes, level.size, alignment).unwrap_or(self.top);
        }
        self.lowest(item, 0)
    }

    /// The lowest offset, from one on, at which all levels have room.
    fn lowest(&self, item: usize, from: Bytes) -> Bytes {
        let Shape { alignment, ref levels, .. } = self.shapes.items[item];
        let (mut offset, mut agreed) = (from, 0);
        for level in levels.iter().cycle() {
            if agreed == levels.len() {
                break;
            }
            let holes = self.taken.holes(self.spans(level), offset);
            let raised = Rule::FirstFit.choose(holes, level.size, alignment);
            let raised = raised.unwrap_or(self.top);
            agreed = if raised == offset { agreed + 1 } else { 1 };
            offset = raised;
        }
        offset
    }

    fn spans(&self, level: &Level) -> impl Iterator<Item = Span> {
        level.sections.iter().map(|&sections| self.taken.span(sections))
    }

    /// Above everything: the cheapest place that is certainly free.
    fn stack(&mut self, item: usize) {
        let Shape { size, alignment, .. } = self.shapes.items[item];
        let offset = self.top.next_multiple_of(alignment);
        self.offsets[item] = offset;
        self.top = offset + size;
    }
}
