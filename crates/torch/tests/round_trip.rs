//! Capture, plan, serve: the same bits from one slab.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{arena_of, assert_bit_equal, model_file, plan_of, trace_of, warm_model};
use memo_malloc::Code;
use memo_malloc::trace::EventKind;
use memo_torch::{Model, Tensor, serve};

const IMAGE: [usize; 4] = [1, 3, 224, 224];

fn round_trip(name: &str) {
    let (model, inputs) = warm_model(name, &IMAGE);
    let expected = model.forward(&inputs).unwrap();
    let run_plan = plan_of(trace_of(&model, &inputs));
    let planned = run_plan.requests().iter().filter(|request| request.slot.is_some()).count();
    assert!(planned > 50, "{name}: only {planned} requests");
    let mut arena = memo_malloc::arena::Arena::new(&run_plan).unwrap();
    for run in 1..=3 {
        let outputs = serve(&mut arena, || model.forward(&inputs)).unwrap();
        assert_bit_equal(&outputs, &expected);
        let stats = arena.stats();
        assert_eq!(stats.hits, planned as u64 * run, "{stats:?}");
        assert_eq!(stats.deviations(), 0, "{stats:?}");
        assert_eq!((stats.double_frees, stats.strays), (0, 0));
    }
    // One slab, no larger than the peak but for its rounding to pages of 2 MiB.
    let slab = arena.range().len() as u64;
    assert!(slab >= run_plan.plan().peak && slab < run_plan.plan().peak + (2 << 20));
}

#[test]
fn resnet18_is_served_whole() {
    round_trip("resnet18");
}

#[test]
fn mobilenet_v3_small_is_served_whole() {
    round_trip("mobilenet_v3_small");
}

#[test]
fn every_request_is_tagged_and_has_a_place() {
    let (model, inputs) = warm_model("resnet18", &IMAGE);
    let trace = trace_of(&model, &inputs);
    let mut open = Vec::new();
    for event in &trace.events {
        match event.kind {
            EventKind::OpBegin(op) => open.push(op),
            EventKind::OpEnd(op) => assert_eq!(open.pop(), Some(op)),
            EventKind::Alloc { .. } => {
                let op = &trace.ops[open.last().expect("a request outside of all ops").usize()];
                assert!(op.place.starts_with("torchvision/models/resnet.py:"), "{op}");
            }
            EventKind::Free(_) => {}
        }
    }
    assert_eq!(open, []);
}

#[test]
fn ops_of_models_that_kept_their_modules_name_them() {
    for name in ["scripted", "traced"] {
        let (model, inputs) = warm_model(name, &[2, 3, 32, 32]);
        let trace = trace_of(&model, &inputs);
        let of = |kind: &'static str| trace.ops.iter().filter(move |op| op.name.contains(kind));
        assert_eq!(of("conv").next().unwrap().place, "blocks.0.conv", "{name}");
        assert_eq!(of("conv").next_back().unwrap().place, "blocks.1.conv", "{name}");
        assert_eq!(of("relu").next_back().unwrap().place, "blocks.1", "{name}");
        // Of the model itself, so the line says more.
        assert!(of("mean").next_back().unwrap().place.contains("models.py:"), "{:#?}", trace.ops);
    }
}

#[test]
fn two_captures_are_equal() {
    let (model, inputs) = warm_model("tiny", &[2, 3, 32, 32]);
    assert_eq!(trace_of(&model, &inputs), trace_of(&model, &inputs));
}

#[test]
fn the_key_tells_models_and_shapes_apart() {
    let (tiny, inputs) = warm_model("tiny", &[1, 3, 8, 8]);
    let (other, _) = warm_model("mobilenet_v3_small", &IMAGE);
    let wide = [Tensor::from_seed(&[1, 3, 8, 16], 7).unwrap()];
    let field = |model: &Model, inputs: &[Tensor]| {
        tiny.key(&[Tensor::from_seed(&[1, 3, 8, 8], 1).unwrap()])
            .difference(&model.key(inputs))
            .map(|difference| difference.field)
    };
    assert_eq!(field(&tiny, &inputs), None);
    assert_eq!(field(&tiny, &wide), Some("inputs"));
    assert_eq!(field(&other, &inputs), Some("model"));
}

#[test]
fn files_that_are_no_models_are_refused() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let whole = std::fs::read(model_file("tiny")).unwrap();
    let truncated = folder.join("truncated.pt");
    std::fs::write(&truncated, &whole[..whole.len() / 2]).unwrap();
    let text = folder.join("text.pt");
    std::fs::write(&text, "no model").unwrap();
    for file in [folder.join("missing.pt"), folder.join("."), truncated, text] {
        let error = Model::load(&file).unwrap_err();
        assert_eq!(error.code(), Code::BadModel, "{error}");
        let words = error.to_string();
        assert!(words.starts_with(file.to_str().unwrap()) && words.lines().count() == 1, "{words}");
    }
}

#[test]
fn a_shape_must_have_as_many_values() {
    let error = Tensor::from_f32(&[2, 3], &[0.0; 5]).unwrap_err();
    assert_eq!(error.code(), Code::RunFailed);
    assert!(Tensor::from_f32(&[usize::MAX, 2], &[]).is_err());
    let empty = Tensor::from_f32(&[0, 3], &[]).unwrap();
    assert_eq!((empty.signature().as_str(), empty.bytes().unwrap().len()), ("f32[0,3]", 0));
}

#[test]
fn shapes_beyond_memory_are_refused() {
    for shape in [&[usize::MAX, 2][..], &[99_999_999_999, 99_999_999], &[1 << 60], &[1 << 61, 8]] {
        let error = Tensor::from_seed(shape, 1).unwrap_err();
        assert_eq!(error.code(), Code::RunFailed, "{error}");
    }
    assert!(Tensor::from_seed(&[usize::MAX, 0], 1).is_err(), "no length is negative");
    assert_eq!(Tensor::from_seed(&[], 1).unwrap().signature(), "f32[]");
}

#[test]
fn what_a_model_raises_is_one_line() {
    let model = Model::load(model_file("raising")).unwrap();
    let error = model.forward(&[Tensor::from_seed(&[1], 1).unwrap()]).unwrap_err();
    assert_eq!(error.code(), Code::RunFailed);
    assert_eq!(error.to_string(), "builtins.ValueError: this model");
}

#[test]
fn arenas_of_several_threads_serve_at_once() {
    let (model, inputs) = warm_model("tiny", &[2, 3, 32, 32]);
    let expected = model.forward(&inputs).unwrap();
    let run_plan = plan_of(trace_of(&model, &inputs));
    let (model, run_plan) = (&model, &run_plan);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let (inputs, expected) = (inputs.clone(), expected.clone());
            scope.spawn(move || {
                let mut arena = memo_malloc::arena::Arena::new(run_plan).unwrap();
                for _ in 0..50 {
                    let outputs = serve(&mut arena, || model.forward(&inputs)).unwrap();
                    assert_bit_equal(&outputs, &expected);
                }
                assert_eq!(arena.stats().deviations(), 0, "{:?}", arena.stats());
            });
        }
    });
}

#[test]
fn an_arena_outlived_by_its_blocks_takes_them_back() {
    let (model, inputs) = warm_model("tiny", &[2, 3, 32, 32]);
    let mut arena = arena_of(&model, &inputs);
    let range = arena.range();
    let input = serve(&mut arena, || Tensor::from_seed(&[2, 8, 32, 32], 3)).unwrap();
    let address = input.bytes().unwrap().as_ptr().addr();
    assert!(range.contains(&address), "the tensor is not in the slab");
    let copy = input.bytes().unwrap().to_vec();
    drop(arena);
    assert_eq!(input.bytes().unwrap(), copy);
}
