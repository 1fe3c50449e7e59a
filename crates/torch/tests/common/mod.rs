//! Models to test with, and the way from a model to an arena.

use std::path::{Path, PathBuf};
use std::process::Command;

use memo_malloc::arena::Arena;
use memo_malloc::trace::Trace;
use memo_malloc::{Limits, RunPlan, analysis, check, planners};
use memo_torch::{Model, Tensor, capture};

/// The file of a model, exported by Python when it is not there yet.
///
/// `MEMO_TEST_MODELS` names the folder, `MEMO_PYTHON` a Python with torchvision.
pub(crate) fn model_file(name: &str) -> PathBuf {
    let folder = std::env::var_os("MEMO_TEST_MODELS").map_or_else(own_folder, PathBuf::from);
    let file = folder.join(format!("{name}.pt"));
    if !file.exists() {
        export(&folder, name);
    }
    file
}

fn own_folder() -> PathBuf {
    let version = memo_torch::version().replace(' ', "-");
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("models").join(version)
}

fn export(folder: &Path, name: &str) {
    let script = match name {
        "resnet18" | "mobilenet_v3_small" => "../cli/python/export_models.py",
        _ => "tests/models.py",
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let named = std::env::var("MEMO_PYTHON").ok();
    let pythons = named.into_iter().chain(["python3".into(), "/usr/bin/python3".into()]);
    let mut failures = Vec::new();
    for python in pythons {
        match Command::new(&python).arg(&script).arg(folder).arg(name).output() {
            Ok(output) if output.status.success() => return,
            Ok(output) => {
                let words = String::from_utf8_lossy(&output.stderr);
                failures.push(format!("{python}: {}", words.lines().last().unwrap_or_default()));
            }
            Err(error) => failures.push(format!("{python}: {error}")),
        }
    }
    panic!(
        "no Python could export {name}; set MEMO_PYTHON to one with torchvision\n{}",
        failures.join("\n")
    );
}

/// A model that LibTorch has finished to optimise, and inputs for it.
pub(crate) fn warm_model(name: &str, shape: &[usize]) -> (Model, [Tensor; 1]) {
    let model = Model::load(model_file(name)).unwrap();
    let inputs = [Tensor::from_seed(shape, 7).unwrap()];
    for _ in 0..3 {
        model.forward(&inputs).unwrap();
    }
    (model, inputs)
}

pub(crate) fn trace_of(model: &Model, inputs: &[Tensor]) -> Trace {
    let (outputs, trace) = capture(model.key(inputs), || model.forward(inputs));
    outputs.unwrap();
    trace
}

/// Plans a trace; the judge has agreed.
pub(crate) fn plan_of(trace: Trace) -> RunPlan {
    let run = analysis::liveness(&trace).unwrap();
    let plan = planners::plan(&run.problem, &Limits::default()).unwrap().into_plan().unwrap();
    check(&run.problem, &plan).unwrap();
    RunPlan::new(trace.key, run.problem, plan, run.requests).unwrap()
}

/// An arena for the model's next run.
pub(crate) fn arena_of(model: &Model, inputs: &[Tensor]) -> Arena {
    Arena::new(&plan_of(trace_of(model, inputs))).unwrap()
}

pub(crate) fn assert_bit_equal(found: &[Tensor], expected: &[Tensor]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.bit_equal(expected).unwrap(), "{found:?} differs from {expected:?}");
    }
}
