//! Families of problems, each stressing something else. The same seed gives the same problem.

use memo_malloc::model::BYTES_MAX;
use memo_malloc::{Buffer, Bytes, Problem, Step};

/// `SplitMix64`: small, and its sequence never changes with a library.
pub(crate) struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `low..=high`.
    pub(crate) fn within(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    pub(crate) fn step(&mut self, low: Step, high: Step) -> Step {
        Step::try_from(self.within(low.into(), high.into())).unwrap()
    }
}

/// What a family makes of a number of buffers and a source of chance.
pub(crate) type Family = fn(Step, &mut Random) -> Vec<Buffer>;

/// Every family by name.
pub(crate) const ALL: &[(&str, Family)] = &[
    ("random", random),
    ("nested", nested),
    ("chain", chain),
    ("all equal", all_equal),
    ("all conflicting", all_conflicting),
    ("none conflicting", none_conflicting),
    ("one step", one_step),
    ("aligned", aligned),
    ("pinned", pinned),
    ("without bytes", without_bytes),
    ("huge", huge),
    ("huge and tiny", huge_and_tiny),
];

/// The problem of a family, a number of buffers and a seed.
pub(crate) fn problem(family: Family, count: Step, seed: u64) -> Problem {
    Problem::new(family(count, &mut Random(seed))).unwrap()
}

pub(crate) fn random(count: Step, random: &mut Random) -> Vec<Buffer> {
    let steps = count.max(1) * 2;
    let mut buffer = || {
        let start = random.step(0, steps - 1);
        Buffer::new(random.within(1, 64), start, random.step(start + 1, steps))
    };
    (0..count).map(|_| buffer()).collect()
}

fn nested(count: Step, random: &mut Random) -> Vec<Buffer> {
    (0..count).map(|i| Buffer::new(random.within(1, 99), i, 2 * count - i)).collect()
}

/// Each overlaps the next, as the activations of a feed-forward model do.
fn chain(count: Step, random: &mut Random) -> Vec<Buffer> {
    (0..count).map(|i| Buffer::new(random.within(1, 99), i, i + 2)).collect()
}

fn all_equal(count: Step, random: &mut Random) -> Vec<Buffer> {
    vec![Buffer::new(random.within(1, 99), 3, 7); count as usize]
}

fn all_conflicting(count: Step, random: &mut Random) -> Vec<Buffer> {
    (0..count).map(|i| Buffer::new(random.within(1, 99), i, count + i % 3)).collect()
}

fn none_conflicting(count: Step, random: &mut Random) -> Vec<Buffer> {
    (0..count).map(|i| Buffer::new(random.within(1, 99), 3 * i, 3 * i + 3)).collect()
}

fn one_step(count: Step, random: &mut Random) -> Vec<Buffer> {
    let mut buffer = || {
        let start = random.step(0, count / 4);
        Buffer::new(random.within(1, 99), start, start + 1)
    };
    (0..count).map(|_| buffer()).collect()
}

/// Alignments that are powers of two and others, often larger than the size.
pub(crate) fn aligned(count: Step, chance: &mut Random) -> Vec<Buffer> {
    let mut buffers = random(count, chance);
    for buffer in &mut buffers {
        let alignments = [1, 2, 3, 7, 16, 64];
        let pick = usize::try_from(chance.within(0, 5)).unwrap();
        buffer.alignment = alignments[pick];
    }
    buffers
}

/// Some buffers pinned, in rooms of 64 bytes of their own so that no two pins collide.
fn pinned(count: Step, chance: &mut Random) -> Vec<Buffer> {
    let mut buffers = random(count, chance);
    for (room, buffer) in (0..).zip(buffers.iter_mut().step_by(3)) {
        buffer.pin = Some(room * 64);
    }
    buffers
}

fn without_bytes(count: Step, chance: &mut Random) -> Vec<Buffer> {
    let mut buffers = random(count, chance);
    for buffer in buffers.iter_mut().step_by(2) {
        buffer.size = 0;
    }
    buffers
}

/// Sizes whose sum is just below the most that is allowed.
fn huge(count: Step, chance: &mut Random) -> Vec<Buffer> {
    let mut buffers = random(count, chance);
    let each: Bytes = BYTES_MAX / Bytes::from(count.max(1));
    for buffer in &mut buffers {
        buffer.size = each - chance.within(0, 9);
    }
    buffers
}

/// Sizes of every magnitude up to 2^53, the most that a double counts, some live for one step only.
fn huge_and_tiny(count: Step, chance: &mut Random) -> Vec<Buffer> {
    let mut buffers = random(count, chance);
    for buffer in &mut buffers {
        buffer.size = (1 << 53) >> chance.within(0, 53);
        buffer.size -= chance.within(0, buffer.size / 2);
        if chance.within(0, 3) == 0 {
            buffer.lifetime.end = buffer.lifetime.start + 1;
        }
    }
    buffers
}
