//! Enabled with one line: whatever is run, results are right, and what repeats is served.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "other tests use the rest")]
mod common;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use common::{assert_bit_equal, model_file};
use memo_formats::Document;
use memo_torch::{Model, Options, ServiceStats, Tensor, disable, enable, scope, settle, stats};

const IMAGE: [usize; 4] = [2, 3, 32, 32];

/// The service is one for the process: one test at a time, each with its own.
struct Alone(#[expect(dead_code, reason = "held")] MutexGuard<'static, ()>);

fn alone() -> Alone {
    static ONE: Mutex<()> = Mutex::new(());
    Alone(ONE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// What a model says without the service.
fn expected(_alone: &Alone, model: &Model, inputs: &[Tensor]) -> Vec<Tensor> {
    assert_eq!(stats(), None, "the service is on");
    model.forward(inputs).unwrap()
}

fn enable_for(_alone: &Alone, options: &Options) {
    enable(options).unwrap();
}

impl Drop for Alone {
    fn drop(&mut self) {
        disable();
    }
}

fn stats_now() -> ServiceStats {
    stats().unwrap()
}

fn load(name: &str) -> Model {
    Model::load(model_file(name)).unwrap()
}

fn seeded(shape: &[usize]) -> [Tensor; 1] {
    [Tensor::from_seed(shape, 7).unwrap()]
}

/// Runs until LibTorch has finished to optimise and the plan fits what it does then.
fn warm(model: &Model, inputs: &[Tensor], expected: &[Tensor]) {
    for _ in 0..8 {
        assert_bit_equal(&model.forward(inputs).unwrap(), expected);
        settle();
    }
}

/// Runs it some times more; all are served without deviation.
fn assert_served(model: &Model, inputs: &[Tensor], expected: &[Tensor]) {
    let before = stats_now();
    for _ in 0..5 {
        assert_bit_equal(&model.forward(inputs).unwrap(), expected);
    }
    let after = stats_now();
    assert_eq!(after.served - before.served, 5, "{after}");
    assert!(after.hits > before.hits, "{after}");
    let new = |count: fn(&ServiceStats) -> u64| count(&after) - count(&before);
    assert_eq!(new(|s| s.fallbacks.unexpected + s.fallbacks.occupied), 0, "{after}");
    assert_eq!(new(|s| s.fallbacks.past_end + s.fallbacks.off + s.bad_frees), 0, "{after}");
}

#[test]
fn a_model_is_served_after_its_first_runs() {
    let alone = alone();
    let (model, inputs) = (load("resnet18"), seeded(&[1, 3, 224, 224]));
    let expected = expected(&alone, &model, &inputs);
    enable_for(&alone, &Options::default());
    model.forward(&inputs).unwrap();
    assert_eq!((stats_now().recorded, stats_now().served), (1, 0));
    settle();
    model.forward(&inputs).unwrap();
    assert_eq!(stats_now().served, 1, "the run after the first is served");
    warm(&model, &inputs, &expected);
    assert_served(&model, &inputs, &expected);
    assert_eq!(stats_now().slabs, 1);
}

#[test]
fn each_shape_has_its_plan_and_all_share_a_slab() {
    let alone = alone();
    let model = load("attention");
    let shapes = [[1, 5, 32], [4, 17, 32], [2, 64, 32], [1, 6, 32]];
    let runs: Vec<_> =
        shapes.map(|shape| seeded(&shape)).map(|x| (expected(&alone, &model, &x), x)).into();
    enable_for(&alone, &Options::default());
    for (expected, inputs) in &runs {
        warm(&model, inputs, expected);
    }
    for _ in 0..3 {
        for (expected, inputs) in &runs {
            assert_served(&model, inputs, expected);
        }
    }
    let stats = stats_now();
    assert_eq!((stats.plans, stats.slabs, stats.most_at_once), (4, 1, 1), "{stats}");
}

#[test]
fn models_in_turn_and_control_flow() {
    let alone = alone();
    let names = ["tiny", "scripted", "traced", "forked", "branching"];
    let models: Vec<_> = names.map(load).into();
    let inputs = [seeded(&IMAGE), [Tensor::from_f32(&IMAGE, &vec![0.5; 6144]).unwrap()]];
    let expected: Vec<Vec<_>> =
        models.iter().map(|m| inputs.iter().map(|x| expected(&alone, m, x)).collect()).collect();
    enable_for(&alone, &Options::default());
    for _ in 0..30 {
        for (model, expected) in models.iter().zip(&expected) {
            for (inputs, expected) in inputs.iter().zip(expected) {
                assert_bit_equal(&model.forward(inputs).unwrap(), expected);
            }
        }
        settle();
    }
    let stats = stats_now();
    // Two inputs of one shape have one key; what a model forks is one of its own.
    assert_eq!(stats.plans, 6, "{stats}");
    assert!(stats.hit_rate() > 0.8 && stats.bad_frees == 0, "{stats}");
}

#[test]
fn many_threads_at_once() {
    let alone = alone();
    let (model, inputs) = (load("mobilenet_v3_small"), seeded(&[1, 3, 64, 64]));
    let expected = expected(&alone, &model, &inputs);
    enable_for(&alone, &Options::default());
    warm(&model, &inputs, &expected);
    thread::scope(|threads| {
        for _ in 0..6 {
            let (model, inputs, expected) = (&model, inputs.clone(), expected.clone());
            threads.spawn(move || {
                for _ in 0..20 {
                    assert_bit_equal(&model.forward(&inputs).unwrap(), &expected);
                }
            });
        }
    });
    let stats = stats_now();
    assert!(stats.slabs <= stats.most_at_once && stats.most_at_once <= 6, "{stats}");
    assert_eq!((stats.bad_frees, stats.no_slab), (0, 0), "{stats}");
    assert_served(&model, &inputs, &expected);
}

#[test]
fn outputs_kept_over_many_runs() {
    let alone = alone();
    let (model, inputs) = (load("attention"), seeded(&[2, 9, 32]));
    let expected = expected(&alone, &model, &inputs);
    enable_for(&alone, &Options::default());
    let kept: Vec<_> = (0..40)
        .map(|_| {
            settle();
            model.forward(&inputs).unwrap()
        })
        .collect();
    for outputs in &kept {
        assert_bit_equal(outputs, &expected);
    }
    assert_served(&model, &inputs, &expected);
}

#[test]
fn scopes_by_hand_hold_several_models() {
    let alone = alone();
    let (first, second, inputs) = (load("tiny"), load("scripted"), seeded(&IMAGE));
    let expected = [expected(&alone, &first, &inputs), expected(&alone, &second, &inputs)];
    enable_for(&alone, &Options::default());
    for _ in 0..8 {
        let both = scope("both", &[&inputs[0]]);
        assert_bit_equal(&first.forward(&inputs).unwrap(), &expected[0]);
        assert_bit_equal(&second.forward(&inputs).unwrap(), &expected[1]);
        drop(both);
        settle();
    }
    let stats = stats_now();
    assert_eq!((stats.scopes, stats.plans), (8, 1), "{stats}");
    assert!(stats.hits > 0, "{stats}");
}

#[test]
fn a_throwing_model_ends_its_scope() {
    let alone = alone();
    let (model, good, inputs) = (load("raising"), load("tiny"), seeded(&IMAGE));
    let expected = expected(&alone, &good, &inputs);
    enable_for(&alone, &Options::default());
    for _ in 0..5 {
        assert!(model.forward(&inputs).is_err());
        settle();
    }
    warm(&good, &inputs, &expected);
    assert_served(&good, &inputs, &expected);
}

#[test]
fn over_the_memory_limit_nothing_is_served() {
    let alone = alone();
    let (model, inputs) = (load("tiny"), seeded(&IMAGE));
    let expected = expected(&alone, &model, &inputs);
    enable_for(&alone, &Options { memory_limit: 4096, ..Options::default() });
    warm(&model, &inputs, &expected);
    let stats = stats_now();
    assert_eq!((stats.served, stats.slabs), (0, 0), "{stats}");
    assert!(stats.no_slab > 0, "{stats}");
}

#[test]
fn the_least_recently_used_plan_goes() {
    let alone = alone();
    let model = load("attention");
    let shapes = [[1, 4, 32], [1, 5, 32], [1, 6, 32]].map(|shape| seeded(&shape));
    enable_for(&alone, &Options { plans_max: 2, ..Options::default() });
    for inputs in &shapes {
        model.forward(inputs).unwrap();
        settle();
    }
    assert_eq!((stats_now().plans, stats_now().planned), (2, 3));
    model.forward(&shapes[2]).unwrap();
    assert_eq!((stats_now().served, stats_now().recorded), (1, 3));
    model.forward(&shapes[0]).unwrap();
    assert_eq!(stats_now().recorded, 4, "the first shape was forgotten");
}

/// What this says in a process forked from this one; false if it has not returned for long.
fn forked(run: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child waits for nothing that other threads of this process may have.
    match unsafe { libc::fork() } {
        -1 => false,
        0 => {
            // SAFETY: has no conditions.
            unsafe { libc::alarm(60) };
            let status = i32::from(!run());
            // SAFETY: has no conditions.
            unsafe { libc::_exit(status) }
        }
        child => {
            let mut status = 0;
            // SAFETY: the pointer is to a whole status.
            (unsafe { libc::waitpid(child, &raw mut status, 0) }) == child && status == 0
        }
    }
}

#[test]
fn a_forked_process_ends_what_was_open_and_may_enable_its_own() {
    let alone = alone();
    let input = Tensor::from_seed(&IMAGE, 7).unwrap();
    let step = || {
        let open = scope("step", &[&input]);
        (Tensor::from_seed(&[100], 1).unwrap(), open)
    };
    enable_for(&alone, &Options::default());
    for turn in 0..2 {
        let mut open = Some(step());
        assert!(forked(|| {
            drop(open.take());
            let off = stats().is_none();
            enable(&Options::default()).unwrap();
            drop(step());
            settle();
            drop(step());
            let stats = stats_now();
            off && (stats.recorded, stats.served, stats.hits) == (1, 1, 1)
        }));
        assert_eq!((stats_now().scopes, stats_now().served), (turn + 1, 0));
        drop(open);
        settle();
        assert_eq!((stats_now().recorded, stats_now().served), (1, turn));
    }
}

fn in_folder(folder: &Path) -> Options {
    Options { plans: Some(folder.to_owned()), ..Options::default() }
}

#[test]
fn plans_are_saved_and_serve_another_process_from_its_first_run() {
    let alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let inputs = seeded(&IMAGE);
    let expected = {
        let model = load("tiny");
        let expected = expected(&alone, &model, &inputs);
        enable_for(&alone, &in_folder(folder.path()));
        warm(&model, &inputs, &expected);
        assert!(stats_now().saved > 0);
        disable();
        expected
    };
    let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
    for file in files {
        let Document::Plan(plan) = memo_formats::read(&file).unwrap() else { panic!("{file:?}") };
        let ops = plan.problem().ops();
        assert!(ops.iter().any(|op| op.name == "aten::relu"), "{ops:?}");
    }
    // Another object of the model, as another process has.
    let model = load("tiny");
    enable_for(&alone, &in_folder(folder.path()));
    assert_eq!(stats_now().loaded, 1, "{}", stats_now());
    assert_bit_equal(&model.forward(&inputs).unwrap(), &expected);
    assert_eq!((stats_now().served, stats_now().recorded), (1, 0), "{}", stats_now());
}

#[test]
fn plans_that_cannot_be_used_are_refused_and_made_anew() {
    let alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let (model, inputs) = (load("tiny"), [seeded(&IMAGE), seeded(&[1, 3, 16, 16])]);
    let expected = expected(&alone, &model, &inputs[0]);
    {
        enable_for(&alone, &in_folder(folder.path()));
        for inputs in &inputs {
            model.forward(inputs).unwrap();
            settle();
        }
        disable();
    }
    let mut files: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 2);
    // One is cut off, and the other has its name.
    let (whole, other) = (std::fs::read(&files[0]).unwrap(), folder.path().join("x.plan.json.gz"));
    std::fs::write(&files[0], &whole[..whole.len() / 2]).unwrap();
    std::fs::rename(&files[1], &other).unwrap();
    std::fs::write(folder.path().join("y.plan.json.gz"), "{}").unwrap();
    enable_for(&alone, &in_folder(folder.path()));
    let stats = stats_now();
    assert_eq!((stats.loaded, stats.refused_plans.len()), (0, 3), "{stats}");
    assert!(stats.refused_plans.iter().any(|why| why.contains("another key")), "{stats}");
    warm(&model, &inputs[0], &expected);
    assert_served(&model, &inputs[0], &expected);
}

#[test]
fn idle_slabs_are_given_back() {
    let alone = alone();
    let (model, inputs) = (load("tiny"), seeded(&IMAGE));
    let expected = expected(&alone, &model, &inputs);
    enable_for(&alone, &Options { trim_after: Duration::from_millis(1), ..Options::default() });
    warm(&model, &inputs, &expected);
    while stats_now().slabs > 0 {
        thread::yield_now();
    }
    assert_served(&model, &inputs, &expected);
}

/// Bytes of this process that are in memory.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    kib.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
}

#[test]
fn a_service_that_has_ended_keeps_no_memory() {
    const SERVICES: usize = 20;
    const BYTES: usize = 32 << 20;
    let _alone = alone();
    let values = vec![1.0; BYTES / 4];
    let step = || {
        let _open = scope("step", &[]);
        drop(Tensor::from_f32(&[values.len()], &values).unwrap());
    };
    let before = resident();
    for turn in 0..SERVICES {
        enable(&Options::default()).unwrap();
        step();
        settle();
        step();
        assert_eq!(stats_now().hits, 1, "{}", stats_now());
        // By the next one or by nothing.
        if turn % 2 == 0 {
            disable();
        }
    }
    disable();
    let grown = resident().saturating_sub(before);
    assert!(grown < SERVICES / 2 * BYTES, "{grown} bytes more");
}
