//! One pass: every buffer placed once, from the bottom up.

use super::fence::{Fence, Pin};
use super::outlook::Outlook;
use super::strip::{Item, Strip};
use super::surface::{Segment, Surface};
use super::waiting::Waiting;
use crate::limits::Deadline;
use crate::model::{Bytes, Reason};
use crate::planners::random::Random;

/// How a pass chooses among the buffers that fit on a segment.
#[derive(Debug, Clone, Copy)]
pub(in crate::planners) struct Style {
    /// How many starts are looked at, one candidate for each.
    pub(in crate::planners) breadth: u32,
    /// The weight of the logarithm of the duration in the score of a candidate.
    pub(in crate::planners) duration: u32,
    /// The weight of the logarithm of the size.
    pub(in crate::planners) size: u32,
    /// At most so many doublings are added to the score by chance.
    pub(in crate::planners) noise: u32,
    /// How close to the highest section of all, in 1024ths, a section must come to be critical.
    /// On a segment with a critical section, buffers that are live there go first. 0: none is.
    pub(in crate::planners) care: u32,
}

/// What a pass is to do.
#[derive(Debug, Clone, Copy)]
pub(in crate::planners) struct Attempt {
    pub(in crate::planners) style: Style,
    /// Give up as soon as the peak is certain to exceed this.
    pub(in crate::planners) target: Bytes,
    pub(in crate::planners) seed: u64,
}

/// How a pass ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::planners) enum End {
    /// All is placed, below this peak.
    Placed(Bytes),
    /// The peak would exceed the target.
    TooHigh,
    /// A limit was reached.
    Stopped(Reason),
}

/// The state of a pass, kept from one to the next for its memory.
#[derive(Debug, Default)]
pub(in crate::planners) struct Pass {
    surface: Surface,
    waiting: Waiting,
    outlook: Outlook,
    scores: Vec<u32>,
    /// The pins that are still above the skyline.
    before: Fence,
    after: Fence,
    /// By position in the strip.
    offsets: Vec<Bytes>,
    /// How many are placed.
    pub(in crate::planners) placed: usize,
}

/// The clock is read once for so many buffers, which take milliseconds at the largest breadth.
const BUFFERS_PER_LOOK_AT_THE_CLOCK: usize = 256;

impl Pass {
    pub(in crate::planners) fn run(
        &mut self,
        strip: &Strip,
        attempt: Attempt,
        deadline: &Deadline,
    ) -> End {
        self.reset(strip, attempt);
        while self.placed < strip.items.len() {
            if self.outlook.peak() > attempt.target {
                return End::TooHigh;
            }
            if self.placed.is_multiple_of(BUFFERS_PER_LOOK_AT_THE_CLOCK)
                && let Some(reason) = deadline.reached()
            {
                return End::Stopped(reason);
            }
            let lowest = self.surface.lowest();
            if self.meets_pin(strip, lowest) {
                continue;
            }
            match self.choose(strip, lowest, attempt.style) {
                Some(chosen) => self.place(chosen, strip.items[chosen], lowest),
                None => self.lift(strip, lowest),
            }
        }
        // What the last one wastes for its alignment has not been looked at.
        match self.outlook.peak() {
            peak if peak > attempt.target => End::TooHigh,
            peak => End::Placed(peak),
        }
    }

    /// Writes down where each buffer of the strip lies.
    pub(in crate::planners) fn write(&self, strip: &Strip, offsets: &mut [Bytes]) {
        for (item, offset) in strip.items.iter().zip(&self.offsets) {
            offsets[item.idx.usize()] = *offset;
        }
    }

    /// Puts what still waits on top of everything; returns the peak.
    pub(super) fn stack_rest(&mut self, strip: &Strip) -> Bytes {
        self.waiting.iter().fold(self.surface.highest(), |top, position| {
            let item = strip.items[position];
            self.offsets[position] = top.next_multiple_of(item.alignment);
            self.offsets[position] + item.size
        })
    }

    fn reset(&mut self, strip: &Strip, Attempt { style, seed, .. }: Attempt) {
        self.surface.reset(strip.section_count());
        self.waiting.reset(strip.items.iter().map(|item| item.end));
        self.outlook.reset(&strip.loads);
        self.before.reset(&strip.before);
        self.after.reset(&strip.after);
        self.offsets.resize(strip.items.len(), 0);
        self.placed = 0;
        let mut random = Random::new(seed);
        self.scores.clear();
        if style.breadth > 1 {
            self.scores
                .extend(strip.items.iter().map(|item| score(item, strip, style, &mut random)));
        }
    }

    fn place(&mut self, position: usize, item: Item, on: Segment) {
        let offset = on.height.next_multiple_of(item.alignment);
        if offset > on.height {
            self.outlook.waste(item.first, item.end, offset - on.height);
        }
        let height = offset + item.size;
        self.surface.raise(on, Segment { first: item.first, end: item.end, height });
        self.waiting.remove(position);
        self.offsets[position] = offset;
        self.placed += 1;
    }

    /// Makes a pin part of the skyline that lies on the lowest segment. As nothing is lower, and
    /// nothing was put above a pin, all of its sections are in the segment.
    fn meets_pin(&mut self, strip: &Strip, on: Segment) -> bool {
        let count = strip.section_count();
        if on.first == 0
            && let Some(Pin { reach, top, .. }) = self.before.take(on.height)
        {
            debug_assert!(reach <= on.end, "something lies above a pin");
            self.surface.raise(on, Segment { first: 0, end: reach, height: top });
            return true;
        }
        if on.end == count
            && let Some(Pin { reach, top, .. }) = self.after.take(on.height)
        {
            debug_assert!(count - reach >= on.first, "something lies above a pin");
            self.surface.raise(on, Segment { first: count - reach, end: count, height: top });
            return true;
        }
        false
    }

    /// The offset of the lowest pin above the sections `first..end`.
    fn ceiling(&self, strip: &Strip, first: u32, end: u32) -> Bytes {
        self.before.ceiling(first).min(self.after.ceiling(strip.section_count() - end))
    }

    fn fits_below_pins(&self, strip: &Strip, item: &Item, height: Bytes) -> bool {
        let top = height.next_multiple_of(item.alignment) + item.size;
        top <= self.ceiling(strip, item.first, item.end)
    }

    /// Nothing fits on the segment any more: what is below its lower neighbour is wasted.
    fn lift(&mut self, strip: &Strip, segment: Segment) {
        let neighbour = self.surface.lower_neighbour(segment);
        let ceiling = self.ceiling(strip, segment.first, segment.end);
        let alone = neighbour == segment.height;
        let height = if alone { ceiling } else { neighbour.min(ceiling) };
        self.outlook.waste(segment.first, segment.end, height - segment.height);
        self.surface.raise(segment, Segment { height, ..segment });
    }

    /// The position of the buffer to be placed on a segment; nothing if none fits.
    fn choose(&self, strip: &Strip, on: Segment, style: Style) -> Option<usize> {
        let first = self.waiting.first(strip.position(on.first), on.end)?;
        if style.breadth == 1 && self.fits_below_pins(strip, &strip.items[first], on.height) {
            return Some(first);
        }
        self.critical(on, style.care)
            .and_then(|section| self.choose_at(strip, on, section, style.breadth))
            .or_else(|| self.choose_from(strip, on, first, style.breadth))
    }

    /// The section of a segment that will be highest, if it is among the highest of all.
    fn critical(&self, of: Segment, care: u32) -> Option<u32> {
        if care == 0 {
            return None;
        }
        let (section, height) = self.outlook.highest(of.first, of.end);
        let peak = self.outlook.peak();
        let is_close = u128::from(peak - height) * 1024 <= u128::from(peak) * u128::from(care);
        is_close.then_some(section)
    }

    /// The best of the longest that fit from each of the next starts on.
    fn choose_from(&self, strip: &Strip, on: Segment, first: usize, breadth: u32) -> Option<usize> {
        let next = |&position: &usize| {
            self.waiting.first(strip.position(strip.items[position].first + 1), on.end)
        };
        let candidates = std::iter::successors(Some(first), next).take(breadth as usize);
        let fits =
            |&position: &usize| self.fits_below_pins(strip, &strip.items[position], on.height);
        self.best(candidates.filter(fits))
    }

    /// The best of those that are live in a section, among the longest that fit from each of the
    /// last starts before it.
    fn choose_at(&self, strip: &Strip, on: Segment, live: u32, breadth: u32) -> Option<usize> {
        let longest_before = |section: u32| {
            let last = self.waiting.last(strip.position(section), on.end)?;
            let first = strip.items[last].first;
            (first >= on.first).then(|| self.waiting.first(strip.position(first), on.end))?
        };
        let next = |&position: &usize| longest_before(strip.items[position].first);
        let candidates = std::iter::successors(longest_before(live + 1), next);
        let may = |&position: &usize| {
            let item = &strip.items[position];
            item.end > live && self.fits_below_pins(strip, item, on.height)
        };
        self.best(candidates.take(breadth as usize).filter(may))
    }

    /// The one with the highest score, the first of equals.
    fn best(&self, candidates: impl Iterator<Item = usize>) -> Option<usize> {
        candidates.reduce(
            |best, next| {
                if self.scores[next] > self.scores[best] { next } else { best }
            },
        )
    }
}

fn score(item: &Item, strip: &Strip, style: Style, random: &mut Random) -> u32 {
    let chance = match style.noise {
        0 => 0,
        noise => random.below(u64::from(noise) << 16),
    };
    style.duration * log2(u64::from(item.end - item.first))
        + style.size * log2(item.size / strip.grain)
        + u32::try_from(chance).unwrap_or(0)
}

/// The logarithm in 65536ths, straight between powers of two: rising, and the same on every machine.
fn log2(number: u64) -> u32 {
    let whole = number.ilog2();
    let below = number - (1 << whole);
    let fraction = if whole > 16 { below >> (whole - 16) } else { below << (16 - whole) };
    (whole << 16) + u32::try_from(fraction).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_rises() {
        assert_eq!([1, 2, 3, 4, 1 << 40].map(log2), [0, 1 << 16, 3 << 15, 2 << 16, 40 << 16]);
        assert!((1..5000).all(|number| log2(number) < log2(number + 1)));
        assert!(log2(u64::MAX) < 64 << 16);
    }
}
