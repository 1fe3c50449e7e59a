//! A trace like that of one inference of a deep network, made from a seed.
//!
//! 75 layers in four stages; each stage halves the resolution and doubles the channels, so its
//! activations are half as large. A layer asks for its output, a workspace that is freed at once,
//! a shape of a few bytes, and the output of its activation function; every second layer adds the
//! block's input, which has been kept for it. 302 requests, about 560 MiB in all, about 27 MiB at
//! a time; only the result escapes.

use memo_malloc::Bytes;
use memo_malloc::Key;
use memo_malloc::trace::{Recorder, Trace};

const LAYERS: u32 = 75;

/// Bytes of an activation in the first stage: 64 channels of 112 × 112 `f32`, batch 2.
const ACTIVATION: Bytes = 2 * 64 * 112 * 112 * 4;

/// Bytes of the result: 1,000 classes, batch 2.
const LOGITS: Bytes = 2 * 1000 * 4;

/// The alignment LibTorch asks for.
const ALIGNMENT: Bytes = 64;

/// One inference. The same for the same seed.
pub fn trace(seed: u64) -> Trace {
    let mut run = Run { recorder: Recorder::new(ALIGNMENT), next_address: 1, random: seed };
    let mut input = run.ask("input", ACTIVATION);
    let mut kept = None;
    for layer in 0..LAYERS {
        let stage = layer * 4 / LAYERS;
        let activation = run.near(ACTIVATION >> stage);
        input = run.layer(input, activation, &mut kept);
    }
    run.ask("aten::linear", LOGITS);
    for block in kept.into_iter().chain([input]) {
        run.free(block);
    }
    run.recorder.finish(Key::default())
}

struct Run {
    recorder: Recorder,
    next_address: usize,
    random: u64,
}

impl Run {
    /// Convolution with workspace and shape, activation function; keeps its input for the next
    /// layer or adds the one kept before. Returns its output.
    fn layer(&mut self, input: usize, bytes: Bytes, kept: &mut Option<usize>) -> usize {
        let convolved = self.ask("aten::conv2d", bytes);
        let workspace_bytes = self.near(bytes / 2);
        let workspace = self.ask("aten::conv2d", workspace_bytes);
        let shape_bytes = self.near(512);
        let shape = self.ask("aten::conv2d", shape_bytes);
        self.free(workspace);
        self.free(shape);
        let output = self.ask("aten::relu", bytes);
        self.free(convolved);
        match kept.take() {
            Some(block) => {
                self.free(block);
                self.free(input);
            }
            None => *kept = Some(input),
        }
        output
    }

    fn ask(&mut self, op: &str, size: Bytes) -> usize {
        let address = self.next_address;
        self.next_address += 1;
        self.recorder.op_begin(op, "");
        self.recorder.alloc(address, size);
        self.recorder.op_end();
        address
    }

    fn free(&mut self, address: usize) {
        self.recorder.free(address);
    }

    /// Up to a quarter less or more, a multiple of 4.
    fn near(&mut self, bytes: Bytes) -> Bytes {
        // A linear congruential generator, Knuth's constants; its high bits are good enough here.
        let next =
            self.random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        self.random = next;
        let thousandths = 750 + (next >> 33) % 500;
        (bytes * thousandths / 1000).next_multiple_of(4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use memo_malloc::analysis::{liveness, max_load};

    #[test]
    fn it_is_of_the_size_it_says() {
        let trace = trace(1);
        assert_eq!(trace.sizes().count(), 302);
        let total: Bytes = trace.sizes().sum();
        assert!((500 << 20..600 << 20).contains(&total), "{total}");
        let load = max_load(&liveness(&trace).unwrap().problem).bytes;
        assert!((20 << 20..30 << 20).contains(&load), "{load}");
    }

    #[test]
    fn the_same_seed_makes_the_same_trace() {
        assert_eq!(trace(7), trace(7));
        assert_ne!(trace(7), trace(8));
    }
}
