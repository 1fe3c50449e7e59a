//! Buffers placed one by one: what `check` says of the whole, and what is refused.

use memo_malloc::model::{Bytes, Certificate, Lifetime};
use memo_malloc::planners::Stream;
use memo_malloc::{Buffer, Plan, Problem, analysis, check};
use proptest::prelude::*;

fn streamed(problem: &Problem) -> Stream {
    let mut stream = Stream::new();
    let offsets: Vec<Bytes> = problem
        .buffers()
        .iter()
        .map(|b| stream.place(b.size, b.alignment, b.lifetime).unwrap())
        .collect();
    let load = analysis::max_load(problem);
    let certificate = Certificate::MaxLoad { step: load.step };
    let (peak, lower_bound) = (stream.peak(), stream.lower_bound());
    assert_eq!(lower_bound, load.bytes);
    check(problem, &Plan { offsets, peak, lower_bound, certificate }).unwrap();
    stream
}

proptest! {
    #[test]
    fn a_stream_is_a_plan(
        mut buffers in prop::collection::vec((0_u64..40, 0_u32..60, 1_u32..30, 0_u32..4), 0..80)
    ) {
        buffers.sort_by_key(|buffer| buffer.1);
        let buffers = buffers.into_iter().map(|(size, start, steps, log2)| {
            Buffer::new(size, start, start + steps).aligned(1 << log2)
        });
        streamed(&Problem::new(buffers.collect()).unwrap());
    }
}

#[test]
fn what_cannot_be_placed_is_refused_and_the_stream_goes_on() {
    let mut stream = Stream::new();
    let life = |start, end| Lifetime { start, end };
    stream.place(8, 4, life(3, 5)).unwrap();
    let mut code = |size, alignment, lifetime| {
        stream.place(size, alignment, lifetime).unwrap_err().code().name()
    };
    assert_eq!(code(8, 4, life(2, 5)), "OUT_OF_ORDER");
    assert_eq!(code(8, 4, life(3, 3)), "EMPTY_LIFETIME");
    assert_eq!(code(8, 0, life(3, 4)), "BAD_ALIGNMENT");
    assert_eq!(code(u64::MAX, 1, life(3, 4)), "TOO_LARGE");
    assert_eq!(code(1, u64::MAX, life(3, 4)), "TOO_LARGE");
    assert_eq!(stream.place(8, 4, life(3, 4)).unwrap(), 8);
    assert_eq!(stream.place(8, 4, life(5, 6)).unwrap() % 4, 0);
    assert_eq!((stream.peak(), stream.lower_bound()), (16, 16));
}
