//! Perfect packings: problems whose optimum is their load, with no byte to waste.

use memo_malloc::Problem;

#[path = "../../crates/core/tests/planning/rectangles.rs"]
mod rectangles;

/// Rectangles of many and of few steps, cut in both ways, by a fixed seed.
pub fn packings() -> Vec<(String, Problem)> {
    let mut packings = Vec::new();
    for (grain, sides) in [("fine", (1_000_000, 1_000_000)), ("coarse", (64, 4096))] {
        for count in [50, 100, 200, 500, 1000] {
            let mut state = count as u64;
            let mut chance = |low, high| low + random(&mut state) % (high - low + 1);
            let straight = rectangles::guillotine(count, sides, &mut chance);
            packings.push((format!("{grain} guillotine {count}"), straight));
            let wheels = rectangles::pinwheels(count, sides, &mut chance);
            packings.push((format!("{grain} pinwheels {count}"), wheels));
        }
    }
    packings
}

/// `xorshift64*`, by Vigna.
fn random(state: &mut u64) -> u64 {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 8
}
