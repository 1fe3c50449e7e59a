//! A mobile network in int8, of which arXiv 2110.15352 tells what patches save.

mod common;

use common::Net;
use memo_whatif::{Change, Estimate, Exploration, Grid, Wanted, explore};

/// Expansion, channels, repetitions and first stride of its blocks: table 2 of arXiv 1801.04381.
const BLOCKS: [(u64, u64, u64, u64); 7] = [
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
];

fn mobilenet_v2() -> memo_formats::Graph {
    let mut net = Net::new(224, 3);
    let mut at = net.conv(0, 32, 3, 2);
    for (expansion, channels, repetitions, first_stride) in BLOCKS {
        for repetition in 0..repetitions {
            let stride = if repetition == 0 { first_stride } else { 1 };
            let wide = match expansion {
                1 => at,
                _ => net.conv(at, net.channels(at) * expansion, 1, 1),
            };
            let filtered = net.depthwise(wide, 3, stride);
            let narrow = net.conv(filtered, channels, 1, 1);
            at = if repetition > 0 { net.add(at, narrow) } else { narrow };
        }
    }
    at = net.conv(at, 1280, 1, 1);
    at = net.mean(at);
    at = net.dense(at, 1000);
    net.finish(at)
}

/// All that is found, with these changes allowed.
fn found(changes: &[Change], inputs_outside: bool) -> Exploration {
    let changes = changes.iter().copied().collect();
    let wanted = Wanted { changes, inputs_outside, ..Wanted::default() };
    explore(&mobilenet_v2(), &wanted).expect("sizes are small")
}

fn kib(bytes: u64) -> u64 {
    (bytes + 512) / 1024
}

/// The peak in KiB and the extra work in hundredths of a per cent of a grid at a length.
fn patched(found: &Exploration, count: u64, length: u64) -> Option<(u64, u64)> {
    let grid = Grid { rows: count, columns: count };
    let is_it = |estimate: &&Estimate| {
        let stage = estimate.way.stage.as_ref();
        stage.is_some_and(|stage| stage.grid == grid && stage.lengths == [length, length])
    };
    let estimate = found.together.iter().find(is_it)?;
    let extra = (estimate.work - found.as_is.work) * 10_000;
    let extra = (extra + found.as_is.work / 2) / found.as_is.work;
    Some((kib(estimate.peak), extra))
}

#[test]
fn the_figures_of_the_paper_are_met() {
    let mut changes = vec![Change::InPlace];
    let whole = found(&changes, true);
    assert_eq!(whole.as_is.work, 300_991_936);
    assert_eq!((kib(whole.as_is.peak), kib(whole.together[0].peak)), (1470, 1372));
    changes.push(Change::Patches);
    let in_place = found(&changes, true);
    assert_eq!(patched(&in_place, 2, 28), Some((431, 293)));
    assert_eq!(patched(&in_place, 4, 28), Some((196, 928)));
    changes.push(Change::TakeUp);
    let taken_up = found(&changes, true);
    assert_eq!(patched(&taken_up, 4, 28), Some((172, 928)));
    assert!(taken_up.together.iter().all(|estimate| estimate.peak == estimate.lower_bound));
}

#[test]
fn an_input_in_the_arena_is_there_until_its_last_patch() {
    let found = found(&[Change::InPlace, Change::Patches], false);
    // The image of 147 KiB comes to what a tile needs.
    assert_eq!(patched(&found, 4, 28).map(|found| found.0), Some(305));
}

#[test]
fn more_work_than_allowed_is_not_told() {
    let wanted = Wanted { extra_work_max: 1, ..Wanted::default() };
    let found = explore(&mobilenet_v2(), &wanted).expect("sizes are small");
    let most = found.as_is.work + found.as_is.work / 100;
    assert!(found.together.iter().chain(&found.alone).all(|estimate| estimate.work <= most));
    assert!(found.together.len() > 2);
}
