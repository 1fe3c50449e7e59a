//! Random problems of any size: buffers that start at random steps and live about as long.

use clap::ValueEnum;
use memo_malloc::{Buffer, Bytes, Error, Problem, Step};

/// How large the buffers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sizes {
    /// Each of the sizes to the largest is as likely as any other.
    Uniform,
    /// Each of their octaves is.
    LogUniform,
}

/// Sizes are multiples of this, …
const GRAIN: Bytes = 64;

/// … up to 2 to this power of them.
const OCTAVES: u32 = 14;

/// A problem of so many buffers, of which about `alive` are live at each step. As many steps as
/// buffers; durations are uniform, alignments 1.
///
/// # Errors
/// When there are more buffers than a problem can have.
pub fn random(count: u32, alive: u32, sizes: Sizes) -> Result<Problem, Error> {
    let mut chance = Chance::of(count, alive);
    let buffers = (0..count).map(|_| {
        let start = step(chance.below(u64::from(count)));
        buffer(start, alive, sizes, &mut chance)
    });
    Problem::new(buffers.collect())
}

/// As [`random`], one buffer at each step in turn, so that nothing has to be held.
pub fn in_order(count: u32, alive: u32, sizes: Sizes) -> impl Iterator<Item = Buffer> {
    let mut chance = Chance::of(count, alive);
    (0..count).map(move |start| buffer(start, alive, sizes, &mut chance))
}

fn buffer(start: Step, alive: u32, sizes: Sizes, chance: &mut Chance) -> Buffer {
    let duration = step(1 + chance.below(u64::from(2 * alive).saturating_sub(1).max(1)));
    Buffer::new(size(sizes, chance), start, start.saturating_add(duration))
}

fn step(step: u64) -> Step {
    Step::try_from(step).unwrap_or(Step::MAX)
}

fn size(sizes: Sizes, chance: &mut Chance) -> Bytes {
    match sizes {
        Sizes::Uniform => GRAIN * (1 + chance.below(1 << OCTAVES)),
        Sizes::LogUniform => {
            let octave = chance.below(u64::from(OCTAVES));
            GRAIN * ((1 << octave) + chance.below(1 << octave))
        }
    }
}

/// `xorshift64*`, by Vigna.
#[derive(Debug, Clone)]
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    fn of(count: u32, alive: u32) -> Chance {
        Chance(u64::from(count) ^ u64::from(alive) << 32 | 1)
    }

    /// The next of all numbers; the high bits are the better ones.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, count: u64) -> u64 {
        ((self.next() >> 32) * count) >> 32
    }
}
