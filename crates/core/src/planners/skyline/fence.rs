//! Buffers that lie already at one end of time, which a pass fills the room between.
//!
//! All of them are live at that end; each reaches some sections into the strip. So those that a
//! buffer conflicts with are those that reach further than it stays away from the end, and the
//! lowest of these is the least of a suffix in the order of their reach: a min-tree.

use crate::model::Bytes;

/// A buffer that lies already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pin {
    /// Of how many sections from the end of the strip on it is live.
    pub(super) reach: u32,
    pub(super) low: Bytes,
    pub(super) top: Bytes,
}

/// The pins at one end, by reach.
#[derive(Debug, Clone, Default)]
pub(super) struct Pins(Vec<Pin>);

impl Pins {
    /// Those that have bytes and reach into the strip.
    pub(super) fn of(pins: impl Iterator<Item = Pin>) -> Pins {
        let mut pins: Vec<Pin> = pins.filter(|pin| pin.reach > 0 && pin.low < pin.top).collect();
        pins.sort_unstable_by_key(|pin| (pin.reach, pin.low));
        Pins(pins)
    }

    /// Adds the bytes of each to the loads, which are given from this end on.
    pub(super) fn add_to<'a>(&self, loads: impl Iterator<Item = &'a mut Bytes>) {
        let mut live: Bytes = self.0.iter().map(|pin| pin.top - pin.low).sum();
        let mut pins = self.0.iter().peekable();
        for (section, load) in (0..).zip(loads) {
            while let Some(ended) = pins.next_if(|pin| pin.reach <= section) {
                live -= ended.top - ended.low;
            }
            *load += live;
        }
    }
}

/// The pins at one end in a pass, kept from one to the next for its memory.
///
/// Invariant: the leaf of a pin above the skyline is its `low`, of one that has become part of it
/// [`Bytes::MAX`]; each inner node is the least of its children, at `2i` and `2i + 1`.
#[derive(Debug, Default)]
pub(super) struct Fence {
    /// By reach.
    pins: Vec<Pin>,
    lows: Vec<Bytes>,
    leaf_count: usize,
}

impl Fence {
    /// All of these pins, above the skyline.
    pub(super) fn reset(&mut self, Pins(pins): &Pins) {
        self.pins.clone_from(pins);
        self.leaf_count = self.pins.len().next_power_of_two();
        self.lows.clear();
        self.lows.resize(self.leaf_count, Bytes::MAX);
        self.lows.extend(self.pins.iter().map(|pin| pin.low));
        self.lows.resize(2 * self.leaf_count, Bytes::MAX);
        for node in (1..self.leaf_count).rev() {
            self.lows[node] = self.lows[2 * node].min(self.lows[2 * node + 1]);
        }
    }

    /// The offset of the lowest pin above the skyline that is live in a section at least so far
    /// from this end.
    pub(super) fn ceiling(&self, distance: u32) -> Bytes {
        if self.pins.last().is_none_or(|pin| pin.reach <= distance) {
            return Bytes::MAX;
        }
        let mut node = self.leaf_count + self.pins.partition_point(|pin| pin.reach <= distance);
        let mut lowest = self.lows[node];
        while node > 1 {
            if node.is_multiple_of(2) {
                lowest = lowest.min(self.lows[node + 1]);
            }
            node /= 2;
        }
        lowest
    }

    /// Takes the lowest pin, if the skyline has risen to it.
    pub(super) fn take(&mut self, height: Bytes) -> Option<Pin> {
        if self.pins.is_empty() || self.lows[1] > height {
            return None;
        }
        let mut node = 1;
        while node < self.leaf_count {
            node *= 2;
            node += usize::from(self.lows[node] > height);
        }
        let pin = self.pins[node - self.leaf_count];
        self.lows[node] = Bytes::MAX;
        while node > 1 {
            node /= 2;
            self.lows[node] = self.lows[2 * node].min(self.lows[2 * node + 1]);
        }
        Some(pin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planners::random::Random;

    fn pins(random: &mut Random) -> Vec<Pin> {
        let pin = |position: u64| {
            let reach = u32::try_from(random.below(9)).unwrap();
            Pin { reach, low: 10 * position, top: 10 * position + random.below(10) }
        };
        (0..7).map(pin).collect()
    }

    #[test]
    fn it_answers_as_a_list_of_pins() {
        for seed in 0..20 {
            let mut random = Random::new(seed);
            let pins = pins(&mut random);
            let mut fence = Fence::default();
            fence.reset(&Pins::of(pins.iter().copied()));
            let mut left: Vec<Pin> =
                pins.into_iter().filter(|pin| pin.reach > 0 && pin.low < pin.top).collect();
            loop {
                for distance in 0..10 {
                    let reaching = left.iter().filter(|pin| pin.reach > distance);
                    let lowest = reaching.map(|pin| pin.low).min().unwrap_or(Bytes::MAX);
                    assert_eq!(fence.ceiling(distance), lowest);
                }
                let Some(next) = left.iter().min_by_key(|pin| pin.low).copied() else { break };
                assert!(next.low == 0 || fence.take(next.low - 1).is_none());
                assert_eq!(fence.take(next.low).map(|pin| pin.low), Some(next.low));
                left.retain(|pin| pin.low != next.low);
            }
            assert!(fence.take(Bytes::MAX - 1).is_none());
        }
    }

    #[test]
    fn the_loads_are_those_of_each_section() {
        let pins = pins(&mut Random::new(3));
        let mut loads = [1; 9];
        Pins::of(pins.iter().copied()).add_to(loads.iter_mut());
        for (section, load) in (0..).zip(loads) {
            let live = pins.iter().filter(|pin| pin.reach > section);
            assert_eq!(load, 1 + live.map(|pin| pin.top - pin.low).sum::<Bytes>());
        }
    }
}
