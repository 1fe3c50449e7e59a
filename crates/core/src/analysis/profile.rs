//! The load over time, with the largest before and from each step on.
//!
//! A running maximum over the steps at which something starts or ends, from either side.
//! O(n log n) to make, O(log n) to ask.

use super::load::loads_by;
use crate::model::{Buffer, Bytes, Lifetime, Step};

/// The load from each step at which it may change to the next.
#[derive(Debug)]
pub(super) struct Profile {
    steps: Vec<Step>,
    loads: Vec<Bytes>,
    /// The largest of the first so many loads.
    before: Vec<Bytes>,
    /// The largest of the loads from that index on.
    from: Vec<Bytes>,
}

impl Profile {
    /// The profile of buffers that take so many bytes.
    pub(super) fn of(buffers: &[Buffer], bytes: impl Fn(&Buffer) -> Bytes) -> Profile {
        let (steps, loads): (Vec<Step>, Vec<Bytes>) = loads_by(buffers, bytes).into_iter().unzip();
        let before = running_max(loads.iter());
        let mut from = running_max(loads.iter().rev());
        from.reverse();
        Profile { steps, loads, before, from }
    }

    /// The load at a step.
    pub(super) fn at(&self, step: Step) -> Bytes {
        let begun = self.steps.partition_point(|&other| other <= step);
        if begun == 0 { 0 } else { self.loads[begun - 1] }
    }

    /// The intervals with a load above this, in their order.
    pub(super) fn above(&self, bytes: Bytes) -> Vec<Lifetime> {
        let spans = self.steps.windows(2).zip(&self.loads);
        let high = spans.filter(|&(_, &load)| load > bytes);
        high.map(|(span, _)| Lifetime { start: span[0], end: span[1] }).collect()
    }

    /// The largest load before a step.
    pub(super) fn before(&self, step: Step) -> Bytes {
        self.before[self.steps.partition_point(|&other| other < step)]
    }

    /// The largest load at a step or later.
    pub(super) fn from(&self, step: Step) -> Bytes {
        let begun = self.steps.partition_point(|&other| other <= step);
        self.from[begun.saturating_sub(1)]
    }
}

/// The largest of the first 0, 1, 2, … loads.
fn running_max<'a>(loads: impl Iterator<Item = &'a Bytes>) -> Vec<Bytes> {
    let mut maxima = vec![0];
    let mut max = 0;
    for &load in loads {
        max = load.max(max);
        maxima.push(max);
    }
    maxima
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Buffer;

    #[test]
    fn each_question_is_answered_as_by_every_step() {
        let lifetimes = [(2, 9), (3, 5), (3, 4), (4, 9), (5, 6), (11, 12)];
        let sized = (1..).zip(lifetimes).map(|(size, (start, end))| Buffer::new(size, start, end));
        let buffers: Vec<Buffer> = sized.collect();
        let profile = Profile::of(&buffers, |b| b.size);
        let loads: Vec<Bytes> = (0..14)
            .map(|step| {
                let live = buffers.iter();
                live.filter(|b| (b.lifetime.start..b.lifetime.end).contains(&step))
                    .map(|b| b.size)
                    .sum()
            })
            .collect();
        for step in 0..14 {
            let idx = step as usize;
            assert_eq!(profile.at(step), loads[idx], "{step}");
            assert_eq!(profile.before(step), loads[..idx].iter().copied().max().unwrap_or(0));
            assert_eq!(profile.from(step), loads[idx..].iter().copied().max().unwrap_or(0));
            let is_high = profile.above(7).iter().any(|l| (l.start..l.end).contains(&step));
            assert_eq!(is_high, loads[idx] > 7);
        }
        assert_eq!(Profile::of(&[], |b| b.size).from(3), 0);
    }
}
