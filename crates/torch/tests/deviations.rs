//! A run that differs from its plan is right, and what was not served is counted.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{arena_of, assert_bit_equal, trace_of, warm_model};
use memo_malloc::trace::{EventKind, ThreadIdx};
use memo_malloc::{Code, analysis};
use memo_torch::{Tensor, capture, serve};

const IMAGE: [usize; 4] = [1, 3, 224, 224];

/// Serves a run with these inputs from a plan for [`IMAGE`], then one as planned.
fn served_with(name: &str, shape: &[usize]) {
    let (model, inputs) = warm_model(name, &IMAGE);
    let others = [Tensor::from_seed(shape, 9).unwrap()];
    let expected_other = model.forward(&others).unwrap();
    let expected = model.forward(&inputs).unwrap();
    let mut arena = arena_of(&model, &inputs);

    let outputs = serve(&mut arena, || model.forward(&others)).unwrap();
    assert_bit_equal(&outputs, &expected_other);
    assert!(arena.stats().deviations() > 0, "{:?}", arena.stats());

    let before = arena.stats();
    let outputs = serve(&mut arena, || model.forward(&inputs)).unwrap();
    assert_bit_equal(&outputs, &expected);
    assert_eq!(arena.stats().deviations(), before.deviations(), "{:?}", arena.stats());
}

#[test]
fn another_image_size() {
    served_with("resnet18", &[1, 3, 160, 192]);
    served_with("mobilenet_v3_small", &[1, 3, 320, 320]);
}

#[test]
fn another_batch() {
    served_with("resnet18", &[3, 3, 224, 224]);
    served_with("mobilenet_v3_small", &[2, 3, 224, 224]);
}

#[test]
fn outputs_kept_over_the_next_runs() {
    let (model, inputs) = warm_model("tiny", &[2, 3, 32, 32]);
    let expected = model.forward(&inputs).unwrap();
    let mut arena = arena_of(&model, &inputs);
    let kept: Vec<_> =
        (0..20).map(|_| serve(&mut arena, || model.forward(&inputs)).unwrap()).collect();
    for outputs in &kept {
        assert_bit_equal(outputs, &expected);
    }
    assert_eq!(arena.stats().deviations(), 0, "{:?}", arena.stats());
}

#[test]
fn a_planned_block_kept_over_the_next_runs() {
    let (model, inputs) = warm_model("tiny", &[2, 3, 32, 32]);
    let expected = model.forward(&inputs).unwrap();
    let mut arena = arena_of(&model, &inputs);
    // Takes the slot of the first convolution's result, and keeps it.
    let kept = serve(&mut arena, || Tensor::from_seed(&[2, 8, 32, 32], 3)).unwrap();
    assert!(arena.range().contains(&kept.bytes().unwrap().as_ptr().addr()));
    let copy = kept.bytes().unwrap().to_vec();
    for _ in 0..5 {
        let outputs = serve(&mut arena, || model.forward(&inputs)).unwrap();
        assert_bit_equal(&outputs, &expected);
        assert_eq!(kept.bytes().unwrap(), copy);
    }
    let occupied = arena.stats().occupied;
    assert!(occupied > 0, "{:?}", arena.stats());
    drop(kept);
    let outputs = serve(&mut arena, || model.forward(&inputs)).unwrap();
    assert_bit_equal(&outputs, &expected);
    assert_eq!(arena.stats().occupied, occupied, "{:?}", arena.stats());
}

#[test]
fn a_tensor_freed_on_another_thread() {
    let (model, inputs) = warm_model("tiny", &[2, 3, 32, 32]);
    let expected = model.forward(&inputs).unwrap();
    let mut arena = arena_of(&model, &inputs);
    for _ in 0..10 {
        let kept = serve(&mut arena, || Tensor::from_seed(&[2, 8, 32, 32], 3)).unwrap();
        assert!(arena.range().contains(&kept.bytes().unwrap().as_ptr().addr()));
        std::thread::spawn(move || drop(kept)).join().unwrap();
        let outputs = serve(&mut arena, || model.forward(&inputs)).unwrap();
        assert_bit_equal(&outputs, &expected);
    }
    assert_eq!(arena.stats().occupied, 0, "{:?}", arena.stats());
    assert_eq!(arena.stats().double_frees, 0);
}

#[test]
fn a_free_on_another_thread_is_recorded() {
    let (model, inputs) = warm_model("tiny", &[1, 3, 8, 8]);
    let ((), trace) = capture(model.key(&inputs), || {
        let block = Tensor::from_seed(&[100], 1).unwrap();
        std::thread::spawn(move || drop(block)).join().unwrap();
    });
    let freed: Vec<_> =
        trace.events.iter().filter(|event| matches!(event.kind, EventKind::Free(_))).collect();
    assert_eq!(freed.len(), 1);
    assert_eq!(freed[0].thread, ThreadIdx(1));
    assert_eq!(trace.sizes().collect::<Vec<_>>(), [400]);
}

#[test]
fn another_threads_requests_are_not_recorded() {
    let (model, inputs) = warm_model("tiny", &[1, 3, 8, 8]);
    let ((), trace) = capture(model.key(&inputs), || {
        std::thread::spawn(|| drop(Tensor::from_seed(&[100], 1).unwrap())).join().unwrap();
    });
    assert_eq!(trace.events, []);
}

#[test]
fn a_second_model_in_the_same_scope() {
    let (model, inputs) = warm_model("resnet18", &IMAGE);
    let (second, _) = warm_model("mobilenet_v3_small", &IMAGE);
    let expected = (model.forward(&inputs).unwrap(), second.forward(&inputs).unwrap());
    let mut arena = arena_of(&model, &inputs);
    for second_first in [false, true, false] {
        let (first, other) = serve(&mut arena, || {
            let early = second_first.then(|| second.forward(&inputs).unwrap());
            let first = model.forward(&inputs).unwrap();
            (first, early.unwrap_or_else(|| second.forward(&inputs).unwrap()))
        });
        assert_bit_equal(&first, &expected.0);
        assert_bit_equal(&other, &expected.1);
    }
    assert!(arena.stats().deviations() > 0, "{:?}", arena.stats());
}

#[test]
fn a_model_that_forks() {
    let (model, inputs) = warm_model("forked", &[2, 3, 32, 32]);
    let expected = model.forward(&inputs).unwrap();
    let mut arena = arena_of(&model, &inputs);
    for run in 1..=50 {
        let before = arena.stats().requests();
        let outputs = serve(&mut arena, || model.forward(&inputs)).unwrap();
        assert_bit_equal(&outputs, &expected);
        // At least the first convolution is this thread's.
        let stats = arena.stats();
        assert!(stats.requests() > before, "run {run}: {stats:?}");
        assert_eq!((stats.double_frees, stats.strays), (0, 0), "{stats:?}");
    }
    assert!(arena.stats().hits > 0, "{:?}", arena.stats());
}

#[test]
fn arenas_nest() {
    let (outer, inputs) = warm_model("mobilenet_v3_small", &IMAGE);
    let (inner, small) = warm_model("tiny", &[2, 3, 32, 32]);
    let expected = (outer.forward(&inputs).unwrap(), inner.forward(&small).unwrap());
    let (mut outer_arena, mut inner_arena) = (arena_of(&outer, &inputs), arena_of(&inner, &small));
    let (first, second) = serve(&mut outer_arena, || {
        let second = serve(&mut inner_arena, || inner.forward(&small)).unwrap();
        (outer.forward(&inputs).unwrap(), second)
    });
    assert_bit_equal(&first, &expected.0);
    assert_bit_equal(&second, &expected.1);
    assert_eq!(outer_arena.stats().deviations() + inner_arena.stats().deviations(), 0);
}

#[test]
fn an_exception_in_a_run_leaves_the_next_one_whole() {
    let (model, inputs) = warm_model("resnet18", &IMAGE);
    let expected = model.forward(&inputs).unwrap();
    let wrong = [Tensor::from_seed(&[1, 4, 224, 224], 1).unwrap()];
    let mut arena = arena_of(&model, &inputs);
    let error = serve(&mut arena, || model.forward(&wrong)).unwrap_err();
    assert_eq!(error.code(), Code::RunFailed);
    assert!(error.to_string().contains("channels"), "{error}");
    let before = arena.stats();
    let outputs = serve(&mut arena, || model.forward(&inputs)).unwrap();
    assert_bit_equal(&outputs, &expected);
    assert_eq!(arena.stats().deviations(), before.deviations(), "{:?}", arena.stats());
}

#[test]
fn an_exception_in_a_capture_leaves_a_trace_that_can_be_planned() {
    let (model, inputs) = warm_model("resnet18", &IMAGE);
    let wrong = [Tensor::from_seed(&[1, 4, 224, 224], 1).unwrap()];
    let (result, trace) = capture(model.key(&wrong), || model.forward(&wrong));
    assert!(result.is_err());
    analysis::liveness(&trace).unwrap();
    assert!(analysis::liveness(&trace_of(&model, &inputs)).unwrap().requests.len() > 50);
}

#[test]
fn a_panic_in_a_scope_ends_it() {
    let (model, inputs) = warm_model("tiny", &[2, 3, 32, 32]);
    let mut arena = arena_of(&model, &inputs);
    let run = std::panic::AssertUnwindSafe(|| serve(&mut arena, || panic!("on purpose")));
    assert!(std::panic::catch_unwind(run).is_err());
    let before = arena.stats();
    model.forward(&inputs).unwrap();
    assert_eq!(arena.stats(), before, "a request after the scope reached the arena");
    serve(&mut arena, || model.forward(&inputs)).unwrap();
    assert_eq!(arena.stats().deviations(), 0, "{:?}", arena.stats());
}
