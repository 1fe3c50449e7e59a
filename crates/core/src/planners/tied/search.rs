//! Exact search over the plans of few items with ties.
//!
//! Every plan can be pushed down until each item lies at the lowest offset that those not above it
//! leave, so the search places items in the order of their offsets, each at its lowest offset that
//! is no lower than the last. It goes back as soon as
//! * an item still to be placed would end beyond the limit, one below the best peak known, or
//! * in some section, the items still to be placed are together too large for what is left there.
//!
//! An item is not placed where another still to be placed would fit in all below it: with the other
//! moved down there, the plan is another one that is as good. When nothing is left to try, the limit
//! is refuted. Exponential; each node is O(n²) and a look at the sections of all items.
//! Source: the canonical solutions of Moffitt, *MiniMalloc*, 2023, here for several parts an item.

use std::cmp::Reverse;

use super::separation::Separation;
use super::shapes::Shapes;
use crate::limits::Deadline;
use crate::model::{Bytes, Reason};

/// What a search has found and proven.
#[derive(Debug)]
pub(super) struct Catch {
    /// The best offsets, if any are within the limit.
    pub(super) offsets: Option<Vec<Bytes>>,
    /// The largest peak that was asked for and not found, if the search has ended.
    pub(super) refuted: Option<Bytes>,
    pub(super) stopped: Option<Reason>,
}

/// Which peaks are looked for, and for how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aim {
    /// The largest peak of interest.
    pub(super) limit: Bytes,
    /// A peak that is good enough.
    pub(super) goal: Bytes,
    /// Most offsets to be looked for.
    pub(super) nodes: Option<u64>,
}

pub(super) fn search(
    shapes: &Shapes,
    separation: &Separation,
    aim: Aim,
    deadline: &Deadline,
) -> Catch {
    let mut search = Search::of(shapes, separation, aim);
    let stopped = search.run(deadline);
    let is_at_goal = search.best.as_ref().is_some_and(|best| shapes.peak(best) <= aim.goal);
    let has_ended = stopped.is_none() && !is_at_goal;
    Catch { offsets: search.best, refuted: has_ended.then_some(search.limit), stopped }
}

/// An item that was placed, and what may be tried after it.
struct Frame {
    item: Option<usize>,
    /// Offsets and items, the last to be tried first.
    choices: Vec<(Bytes, usize)>,
}

struct Search<'a> {
    shapes: &'a Shapes,
    separation: &'a Separation,
    limit: Bytes,
    goal: Bytes,
    nodes: Option<u64>,
    offsets: Vec<Option<Bytes>>,
    waiting: Vec<usize>,
    best: Option<Vec<Bytes>>,
}

impl<'a> Search<'a> {
    fn of(shapes: &'a Shapes, separation: &'a Separation, aim: Aim) -> Search<'a> {
        let is_free = |item: &usize| {
            let shape = &shapes.items[*item];
            shape.pin.is_none() && shape.size > 0
        };
        let Aim { limit, goal, nodes } = aim;
        Search {
            shapes,
            separation,
            limit,
            goal,
            nodes,
            offsets: shapes.items.iter().map(|shape| shape.pin).collect(),
            waiting: (0..shapes.items.len()).filter(is_free).collect(),
            best: None,
        }
    }

    /// Looks for plans within the limit, which goes down with each. Returns what stopped it.
    fn run(&mut self, deadline: &Deadline) -> Option<Reason> {
        let mut frames = vec![Frame { item: None, choices: self.choices(0) }];
        if self.waiting.is_empty() {
            self.keep(deadline);
        }
        while let Some(frame) = frames.last_mut() {
            let Some((offset, item)) = frame.choices.pop() else {
                if let Some(item) = frame.item {
                    self.offsets[item] = None;
                    self.waiting.push(item);
                }
                frames.pop();
                continue;
            };
            let top = offset + self.shapes.items[item].size;
            if top > self.limit {
                continue;
            }
            if let Some(reason) = self.spend().or_else(|| deadline.reached()) {
                return Some(reason);
            }
            self.offsets[item] = Some(offset);
            self.waiting.retain(|&other| other != item);
            if self.waiting.is_empty() && self.keep(deadline) {
                return None;
            }
            frames.push(Frame { item: Some(item), choices: self.choices(offset) });
        }
        None
    }

    /// Counts a look at each waiting item.
    fn spend(&mut self) -> Option<Reason> {
        let Some(nodes) = &mut self.nodes else { return None };
        let looks = self.waiting.len() as u64;
        if *nodes < looks {
            return Some(Reason::NodeLimit);
        }
        *nodes -= looks;
        None
    }

    /// Keeps a plan of all items if it is within the limit. Returns whether it is good enough.
    fn keep(&mut self, deadline: &Deadline) -> bool {
        let offsets: Vec<Bytes> = self.offsets.iter().map(|offset| offset.unwrap_or(0)).collect();
        let peak = self.shapes.peak(&offsets);
        if peak > self.limit {
            return false;
        }
        self.best = Some(offsets);
        deadline.tell(peak, 0);
        // A peak of 0 has nothing below it, and is at every goal.
        self.limit = peak.saturating_sub(1);
        peak <= self.goal
    }

    /// What may come next at or above an offset, best last; nothing where no plan is left.
    fn choices(&self, floor: Bytes) -> Vec<(Bytes, usize)> {
        let lows: Vec<(Bytes, usize)> =
            self.waiting.iter().map(|&item| (self.lowest(item, floor), item)).collect();
        let size = |item: usize| self.shapes.items[item].size;
        let top = |&(low, item): &(Bytes, usize)| low.saturating_add(size(item));
        if lows.iter().any(|low| top(low) > self.limit) || self.is_overfull(&lows) {
            return Vec::new();
        }
        let first_top = lows.iter().map(top).min().unwrap_or(0);
        let mut choices: Vec<(Bytes, usize)> =
            lows.into_iter().filter(|&(low, _)| low < first_top).collect();
        choices.sort_unstable_by_key(|&(low, item)| (Reverse(low), size(item), Reverse(item)));
        choices
    }

    /// The lowest offset at or above the floor that the placed items leave.
    fn lowest(&self, item: usize, floor: Bytes) -> Bytes {
        let alignment = self.shapes.items[item].alignment;
        let mut at = floor.next_multiple_of(alignment);
        while let Some(above) = self.placed().find_map(|(other, offset)| {
            let over = offset + self.separation.between(other, item);
            let collides = at < over && offset < at + self.separation.between(item, other);
            collides.then_some(over)
        }) {
            at = above.next_multiple_of(alignment);
        }
        at
    }

    fn placed(&self) -> impl Iterator<Item = (usize, Bytes)> {
        let placed = self.offsets.iter().enumerate();
        placed.filter_map(|(item, offset)| Some((item, (*offset)?)))
    }

    /// Whether the waiting items of some section cannot all end within the limit.
    fn is_overfull(&self, lows: &[(Bytes, usize)]) -> bool {
        let mut rest: Vec<(Bytes, Bytes)> =
            vec![(Bytes::MAX, 0); self.shapes.section_count as usize];
        for &(low, item) in lows {
            for level in &self.shapes.items[item].levels {
                for &(first, end) in &level.sections {
                    for section in &mut rest[first as usize..end as usize] {
                        *section = (section.0.min(low), section.1 + level.size);
                    }
                }
            }
        }
        rest.into_iter().any(|(low, bytes)| bytes > 0 && low + bytes > self.limit)
    }
}
