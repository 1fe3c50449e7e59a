//! Perfect packings: problems whose optimum is their load, with no byte to waste.

use memo_malloc::Problem;

use crate::random::Chance;

#[path = "../../crates/core/tests/planning/rectangles.rs"]
mod rectangles;

/// Rectangles of many and of few steps, cut in both ways, by a fixed seed.
pub fn packings() -> Vec<(String, Problem)> {
    let mut packings = Vec::new();
    for (grain, sides) in [("fine", (1_000_000, 1_000_000)), ("coarse", (64, 4096))] {
        for count in [50, 100, 200, 500, 1000] {
            let mut random = Chance(count as u64);
            let mut chance = |low, high| low + (random.next() >> 8) % (high - low + 1);
            let straight = rectangles::guillotine(count, sides, &mut chance);
            packings.push((format!("{grain} guillotine {count}"), straight));
            let wheels = rectangles::pinwheels(count, sides, &mut chance);
            packings.push((format!("{grain} pinwheels {count}"), wheels));
        }
    }
    packings
}
