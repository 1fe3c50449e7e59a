//! Patches against sets of places, followed back one by one.

use std::collections::BTreeSet;

use super::Random;
use crate::draft::Draft;
use crate::patches::{apply, stages};
use crate::run::Run;

#[path = "../../tests/common/mod.rs"]
mod common;

use common::Net;

/// Kernel and stride of a layer, and how much it pads in front.
#[derive(Debug, Clone, Copy)]
struct Layer {
    kernel: u64,
    stride: u64,
}

impl Layer {
    fn output(self, input: u64) -> u64 {
        input.div_ceil(self.stride)
    }

    /// The places that one of the result is made of, the padding left out.
    fn read(self, place: u64, input: u64) -> BTreeSet<u64> {
        let spanned = (self.output(input) - 1) * self.stride + self.kernel;
        let padded = spanned.saturating_sub(input) / 2;
        let window = (0..self.kernel).map(|step| place * self.stride + step);
        window.filter_map(|at| at.checked_sub(padded)).filter(|&at| at < input).collect()
    }
}

/// The first and one past the last of what is needed of each tensor for a tile of the result.
fn needs(layers: &[Layer], lengths: &[u64], tile: std::ops::Range<u64>) -> Vec<(u64, u64)> {
    let mut needs = vec![(tile.start, tile.end)];
    for (layer, &input) in layers.iter().zip(lengths).rev() {
        let (from, to) = needs[needs.len() - 1];
        let all: BTreeSet<u64> = (from..to).flat_map(|at| layer.read(at, input)).collect();
        let ends = (all.first(), all.last());
        let (Some(&first), Some(&last)) = ends else { panic!("a place made of nothing") };
        needs.push((first, last + 1));
    }
    needs.reverse();
    needs
}

#[test]
fn tiles_need_what_their_places_are_made_of() {
    let mut random = Random(7);
    for _ in 0..40 {
        let layers: Vec<Layer> = (0..4)
            .map(|_| Layer { kernel: [1, 3, 5][random.within(3)], stride: 1 + random.below(2) })
            .collect();
        let length = 16 + random.below(9);
        let mut net = Net::new(length, 1);
        let (mut at, mut lengths) = (0, vec![length]);
        for layer in &layers {
            at = match layer.kernel {
                5 => net.depthwise(at, layer.kernel, layer.stride),
                kernel => net.conv(at, 1, kernel, layer.stride),
            };
            lengths.push(layer.output(lengths[lengths.len() - 1]));
        }
        let at = net.mean(at);
        let run = Run::of(net.finish(at));
        for stage in stages(&run) {
            let (layers, last) = (&layers[..stage.node_count], lengths[stage.node_count]);
            let tiles = |count: u64| {
                (0..count).map(move |tile| last * tile / count..last * (tile + 1) / count)
            };
            let axis = |count| tiles(count).map(|tile| needs(layers, &lengths, tile));
            let all = [axis(stage.grid.rows).collect(), axis(stage.grid.columns).collect()];
            let all: [Vec<Vec<(u64, u64)>>; 2] = all;
            let len = |tile: &Vec<(u64, u64)>, layer: usize| tile[layer].1 - tile[layer].0;
            let mut draft = Draft::of(&run);
            apply(&mut draft, &stage);
            let mut work = run.work();
            for layer in 1..=stage.node_count {
                let most = |axis: usize| all[axis].iter().map(|tile| len(tile, layer)).max();
                let sum = |axis: usize| all[axis].iter().map(|tile| len(tile, layer)).sum::<u64>();
                let output = run.graph.nodes[layer - 1].outputs[0].usize();
                if layer < stage.node_count {
                    let expected = most(0).zip(most(1)).map(|(rows, columns)| rows * columns);
                    assert_eq!(Some(draft.sizes[output]), expected, "{stage}: {layer}");
                }
                let kernel = layers[layer - 1].kernel;
                // Places that no tile needs are not made, but nothing is gained by them.
                let places = (sum(0) * sum(1)).saturating_sub(lengths[layer].pow(2));
                work += places * kernel.pow(2);
            }
            assert_eq!(draft.work, work, "{stage}");
        }
    }
}

#[test]
fn a_stage_ends_before_what_needs_all_places() {
    let mut net = Net::new(16, 4);
    let a = net.conv(0, 4, 3, 1);
    let b = net.conv(a, 4, 3, 1);
    let sum = net.add(a, b);
    let c = net.conv(sum, 4, 3, 1);
    let mean = net.mean(c);
    let result = net.dense(mean, 10);
    let run = Run::of(net.finish(result));
    let ends: BTreeSet<usize> = stages(&run).iter().map(|stage| stage.node_count).collect();
    // After the second convolution the first is still to be read.
    assert_eq!(ends, BTreeSet::from([1, 3, 4]));
}
