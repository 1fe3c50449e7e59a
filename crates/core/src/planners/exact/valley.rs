//! Where to branch: the ends of the valleys of a skyline.
//!
//! ```text
//!   left rim ▒▒▒                ▒▒▒ right rim
//!            ▒▒▒▒▒▒▒        ▒▒▒▒▒▒▒
//!            ▒▒▒▒▒▒▒        ▒▒▒▒▒▒▒
//!                   ◀─valley─▶
//! ```
//! A valley is a run of sections with the same floor between two higher ones. A bar that comes to
//! lie on that floor is inside the valley, as sections outside have no room so low. So the lowest
//! bar of the first section is either one of those that start there and end within the valley, put
//! on the floor; or it lies higher, and the floor of that section can be raised. The same holds for
//! the last section. This leaves few ways to go on:
//! * none: the floor is raised; it must then meet the rim, or the top of a bar that is put in the
//!   valley beside it. A section that lacks room for its remaining sizes ends the branch;
//! * one, and no room to spare for a raise: the bar is placed;
//! * otherwise the search branches: on which bar, if any, is put at one of the ends; or, where there
//!   is much room to spare, on whether the first of all bars inside is put on the floor.
//!
//! Both of the first are done until nothing is forced. With no room to spare (the target is the
//! load) nearly everything is. A pass looks at every section and at the bars that start or end at
//! the ends of valleys: O(sections + their spans).

use std::ops::Range;

use super::order::Pick;
use super::skyline::{Dead, Skyline};
use crate::model::Bytes;

/// A rim that nothing crosses.
const SHEER: Bytes = Bytes::MAX;

/// A run of sections with the same floor, lower than both neighbours.
#[derive(Debug, Clone)]
pub(super) struct Valley {
    pub(super) span: Range<usize>,
    pub(super) floor: Bytes,
    /// The floor of the lower neighbour.
    rim: Bytes,
}

/// An end of a valley.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// A valley to branch on.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub(super) valley: Valley,
    on: On,
    /// How many ways there are to go on.
    pub(super) ways: u64,
    /// How much room a raise leaves to spare, plus 1; 0 if it lacks room.
    pub(super) spare: Bytes,
}

/// What of a valley to branch on.
#[derive(Debug, Clone, Copy)]
enum On {
    /// Which bar, if any, is put at this end.
    End(Side),
    /// Whether this bar is put on the floor or lies higher.
    Bar(usize),
}

/// A way to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Place(usize),
    Lift(usize),
    Raise(Side),
}

/// What a region is after forced moves.
#[derive(Debug)]
pub(super) enum Settled {
    /// Nothing is left to be placed.
    Done,
    /// This is to be decided next.
    At(Branch),
    /// There may be more forced moves.
    Paused,
}

/// Forced moves between two looks at the limits. Where alignments leave a unit of one byte, a floor
/// may be raised as many times as there are bytes to spare.
const MOVES_AT_ONCE: u64 = 1024;

impl Valley {
    /// The section at an end.
    fn section(&self, side: Side) -> usize {
        match side {
            Side::Left => self.span.start,
            Side::Right => self.span.end - 1,
        }
    }

    fn has_inside(&self, span: &Range<usize>) -> bool {
        self.span.start <= span.start && span.end <= self.span.end
    }
}

impl Skyline<'_> {
    /// Makes the forced moves in a region; then finds the best place to branch, if anything is left.
    pub(super) fn settle(&mut self, region: Range<usize>, pick: Pick) -> Result<Settled, Dead> {
        loop {
            let mut best: Option<Branch> = None;
            let mut is_settled = true;
            let (mut at, mut before) = (region.start, region.start);
            while at < region.end {
                let end = self.run_end(at, region.end);
                if let Some(valley) = self.valley(at..end) {
                    if self.force(&valley)? {
                        if self.moves >= MOVES_AT_ONCE {
                            return Ok(Settled::Paused);
                        }
                        // The run before may have become a valley or part of this one.
                        is_settled = false;
                        at = before;
                        continue;
                    }
                    best = self.better(best, valley, pick);
                }
                (before, at) = (at, end);
            }
            if is_settled {
                return Ok(best.map_or(Settled::Done, Settled::At));
            }
        }
    }

    /// The ways to go on at a branch, those to be tried first in front.
    pub(super) fn list_ways(&self, branch: &Branch, ways: &mut Vec<Way>) {
        match branch.on {
            On::Bar(bar) => ways.extend([Way::Place(bar), Way::Lift(bar)]),
            On::End(side) => {
                ways.extend(self.options(&branch.valley, side).map(Way::Place));
                ways.extend((branch.spare > 0).then_some(Way::Raise(side)));
            }
        }
    }

    /// Goes one way.
    pub(super) fn go(&mut self, branch: &Branch, way: Way) -> Result<(), Dead> {
        match way {
            Way::Place(bar) => {
                self.place(bar);
                Ok(())
            }
            Way::Lift(bar) => {
                self.lift(bar, branch.valley.floor);
                Ok(())
            }
            Way::Raise(side) => {
                let floor = self.floor_after(&branch.valley, side);
                self.raise(branch.valley.section(side), floor)
            }
        }
    }

    /// The parts of a region between which no bar is left to be placed, without those in which
    /// nothing is.
    pub(super) fn parts(&self, region: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut at = region.start;
        std::iter::from_fn(move || {
            let start = (at..region.end).find(|&idx| self.sections[idx].remaining > 0)?;
            at = (start + 1..region.end).find(|&idx| !self.is_crossed(idx)).unwrap_or(region.end);
            Some(start..at)
        })
    }

    /// Where the run of sections with the same floor ends.
    fn run_end(&self, at: usize, limit: usize) -> usize {
        let floor = self.sections[at].floor;
        let is_other = |&idx: &usize| self.sections[idx].floor != floor || !self.is_crossed(idx);
        (at + 1..limit).find(is_other).unwrap_or(limit)
    }

    /// The run as a valley, if it is one and has anything left to be placed.
    fn valley(&self, span: Range<usize>) -> Option<Valley> {
        let floor = self.sections[span.start].floor;
        // Nothing crosses the ends of all, so the neighbours asked for are there.
        let left = self.is_crossed(span.start).then(|| self.sections[span.start - 1].floor);
        let right = self.is_crossed(span.end).then(|| self.sections[span.end].floor);
        let rim = left.unwrap_or(SHEER).min(right.unwrap_or(SHEER));
        let is_valley = self.sections[span.start].remaining > 0 && floor < rim;
        is_valley.then_some(Valley { span, floor, rim })
    }

    /// Makes a forced move in a valley, if there is one.
    fn force(&mut self, valley: &Valley) -> Result<bool, Dead> {
        if self.is_given_up(valley) {
            valley.span.clone().try_for_each(|idx| self.raise(idx, valley.rim))?;
            return Ok(true);
        }
        for side in [Side::Left, Side::Right] {
            let mut options = self.options(valley, side);
            match (options.next(), options.next()) {
                (None, _) => {
                    drop(options);
                    self.raise(valley.section(side), self.floor_after(valley, side))?;
                    return Ok(true);
                }
                (Some(only), None) => {
                    drop(options);
                    if self.spare_after(valley, side).is_none() {
                        self.place(only);
                        return Ok(true);
                    }
                }
                _ => {}
            }
        }
        Ok(false)
    }

    /// Whether nothing can lie on the floor of a valley, as none of it is the top of anything.
    fn is_given_up(&self, valley: &Valley) -> bool {
        let mut sections = self.sections[valley.span.clone()].iter();
        self.rules.rest && self.grid.is_plain && sections.all(|s| s.settled < valley.floor)
    }

    /// The best branch so far, or one that a valley has to offer.
    fn better(&self, best: Option<Branch>, valley: Valley, pick: Pick) -> Option<Branch> {
        if pick.is_low() && best.as_ref().is_some_and(|best| best.valley.floor < valley.floor) {
            return best;
        }
        let offered = self.branches(valley, pick).into_iter().flatten();
        best.into_iter().chain(offered).min_by_key(|branch| pick.key(branch))
    }

    /// The branches that a valley has to offer.
    fn branches(&self, valley: Valley, pick: Pick) -> [Option<Branch>; 2] {
        if !matches!(pick, Pick::First) {
            return [Side::Left, Side::Right].map(|side| Some(self.branch(&valley, side)));
        }
        let inside = self.order.starting[valley.span.clone()].iter().flatten().copied();
        let options = inside.filter(|&bar| self.is_option(bar, &valley));
        let first = options.min_by_key(|&bar| self.order.rank[bar]);
        [first.map(|bar| Branch { valley, on: On::Bar(bar), ways: 2, spare: 0 }), None]
    }

    fn branch(&self, valley: &Valley, side: Side) -> Branch {
        let spare = self.spare_after(valley, side).map_or(0, |spare| spare + 1);
        let ways = self.options(valley, side).count() as u64 + u64::from(spare > 0);
        Branch { valley: valley.clone(), on: On::End(side), ways, spare }
    }

    /// The bars that may be put on the floor at an end of a valley, in the static order.
    fn options<'b>(&'b self, valley: &'b Valley, side: Side) -> impl Iterator<Item = usize> + 'b {
        let bars = match side {
            Side::Left => &self.order.starting[valley.span.start],
            Side::Right => &self.order.ending[valley.span.end - 1],
        };
        bars.iter().copied().filter(|&bar| self.is_option(bar, valley))
    }

    fn is_option(&self, idx: usize, valley: &Valley) -> bool {
        let (bar, floor) = (&self.grid.bars[idx], valley.floor);
        !self.is_placed(idx)
            && valley.has_inside(&bar.span)
            && floor + bar.size <= self.target
            && !self.is_lifted(idx, floor)
            && !(self.rules.twins && self.order.twin[idx].is_some_and(|twin| !self.is_placed(twin)))
            && (self.grid.is_plain || self.lowest(idx, |section| section.floor) == floor)
            && !(self.rules.rest && self.lowest(idx, |section| section.settled) != floor)
            && !(self.rules.stacks && self.is_out_of_order(idx, floor))
    }

    /// Whether the bar would lie on one of the same span that it should be below.
    fn is_out_of_order(&self, idx: usize, floor: Bytes) -> bool {
        let bar = &self.grid.bars[idx];
        let section = self.sections[bar.span.start];
        let Some(under) = section.under.filter(|_| section.settled == floor) else { return false };
        let below = &self.grid.bars[under];
        // Exchanged, both would be as well aligned, and clear of pins as before.
        self.order.rank[idx] < self.order.rank[under]
            && below.span == bar.span
            && below.alignment == bar.alignment
            && bar.size.is_multiple_of(bar.alignment)
    }

    /// The room to spare after a raise at an end of a valley; `None` if that lacks room.
    fn spare_after(&self, valley: &Valley, side: Side) -> Option<Bytes> {
        // Most have too little room for any raise, which is quicker to see.
        self.spare(valley.section(side), valley.floor + 1)?;
        let floor = self.floor_after(valley, side);
        self.spare(valley.section(side), floor).filter(|_| floor < self.target)
    }

    /// The floor of the section at an end of a valley when no bar is put on it there.
    ///
    /// The lowest bar of the section then either is one that sticks out of the valley, and lies no
    /// lower than the rim; or rests on a bar that is put in the valley beside the section.
    fn floor_after(&self, valley: &Valley, side: Side) -> Bytes {
        let section = valley.section(side);
        let (mut has_inside, mut beside_min) = (false, SHEER);
        for &idx in self.order.starting[valley.span.clone()].iter().flatten() {
            let bar = &self.grid.bars[idx];
            if self.is_placed(idx) || !valley.has_inside(&bar.span) {
                continue;
            }
            if bar.span.contains(&section) {
                has_inside = true;
            } else {
                beside_min = beside_min.min(bar.size);
            }
        }
        let on_beside = valley.floor.saturating_add(beside_min);
        let blocked = if has_inside { on_beside.min(valley.rim) } else { valley.rim };
        if self.grid.is_plain {
            return blocked;
        }
        let lowest = |idx| match self.lowest(idx, |section| section.floor) {
            offset if offset > valley.floor => offset,
            _ => blocked,
        };
        self.unplaced_over(section).map(lowest).min().unwrap_or(SHEER)
    }
}
