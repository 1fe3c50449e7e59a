//! The best of many gains, of which the first so many change together.
//!
//! The gain of a place is kept as a sum of shares: its own and those of all later places. So adding
//! to the first so many is adding to one share, and the best gain is the largest sum of shares that
//! goes on to the end. A tree over the shares knows for each node their sum and the largest such
//! sum within it. O(log n) for each call, O(1) for the best.

/// Gains by place. Place 0 has gain 0 at first, all others have none.
#[derive(Debug)]
pub(super) struct Gains {
    /// A heap: the children of `i` are `2i` and `2i + 1`, the leaves are the second half.
    nodes: Vec<Node>,
    leaf_count: usize,
}

/// Of some places in a row.
#[derive(Debug, Clone, Copy)]
struct Node {
    sum: i128,
    /// The largest sum from a place that is set to the last, and that place.
    best: Option<(i128, usize)>,
}

impl Gains {
    pub(super) fn new(count: usize) -> Gains {
        let leaf_count = count.next_power_of_two();
        let nothing = Node { sum: 0, best: None };
        let mut gains = Gains { nodes: vec![nothing; 2 * leaf_count], leaf_count };
        gains.set(0, 0);
        gains
    }

    /// Adds to the first so many places, of which there is at least one.
    pub(super) fn add(&mut self, count: usize, gain: i128) {
        self.change(count - 1, gain, None);
    }

    /// Gives a place after all that are set its first gain.
    pub(super) fn set(&mut self, place: usize, gain: i128) {
        if place > 0 {
            // The share of a place is that of all before it as well.
            self.change(place - 1, -gain, None);
        }
        self.change(place, gain, Some(place));
    }

    /// The largest gain, and its place; of equal ones the first.
    pub(super) fn best(&self) -> (i128, usize) {
        self.nodes[1].best.unwrap_or_default()
    }

    fn change(&mut self, place: usize, gain: i128, is_set: Option<usize>) {
        let mut at = self.leaf_count + place;
        let leaf = &mut self.nodes[at];
        leaf.sum += gain;
        leaf.best = is_set.or(leaf.best.map(|(_, place)| place)).map(|place| (leaf.sum, place));
        while at > 1 {
            at /= 2;
            self.nodes[at] = self.nodes[2 * at].then(self.nodes[2 * at + 1]);
        }
    }
}

impl Node {
    fn then(self, later: Node) -> Node {
        let through = self.best.map(|(best, place)| (best + later.sum, place));
        let best = match (through, later.best) {
            (Some(first), Some(second)) if second.0 > first.0 => Some(second),
            (first, second) => first.or(second),
        };
        Node { sum: self.sum + later.sum, best }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_is_that_of_a_plain_list() {
        let mut random = crate::planners::random::Random::new(5);
        let count = 37;
        let (mut gains, mut list) = (Gains::new(count), vec![0_i128]);
        for round in 0..400 {
            let gain = i128::from(random.below(41)) - 20;
            if round % 10 == 9 && list.len() < count {
                gains.set(list.len(), gain);
                list.push(gain);
            } else {
                let first = random.index(list.len()) + 1;
                gains.add(first, gain);
                list[..first].iter_mut().for_each(|value| *value += gain);
            }
            let best = *list.iter().max().unwrap();
            assert_eq!(gains.best(), (best, list.iter().position(|&g| g == best).unwrap()));
        }
        assert_eq!(list.len(), count);
    }

    #[test]
    fn one_place_is_enough() {
        let mut gains = Gains::new(1);
        gains.add(1, 7);
        assert_eq!(gains.best(), (7, 0));
    }
}
