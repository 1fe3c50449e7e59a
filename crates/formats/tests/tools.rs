//! Files that the real tools make now, and that they read.
//!
//! `npm test -- rust` installs the tools and runs these; alone:
//! `MEMO_TOOLS_PYTHON=python3 cargo test -p memo-formats --test tools -- --ignored`

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use memo_formats::{Document, Options, read_with, tflite};
use memo_malloc::Problem;
use memo_malloc::analysis::recorded;
use memo_malloc::check;

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// What one of the programs in `tests/make` prints.
fn make(program: &str, args: &[&Path]) -> String {
    let python = std::env::var_os("MEMO_TOOLS_PYTHON").unwrap_or_else(|| "python3".into());
    let mut command = Command::new(python);
    let output = command.arg(tests().join("make").join(program)).args(args).output();
    let output = output.expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a text")
}

fn problem(path: &Path, options: &Options) -> Problem {
    match read_with(path, options).expect("the file is right").document {
        Document::Problem(problem) => problem,
        other => panic!("{} holds a {}", path.display(), other.noun()),
    }
}

/// XLA's own plan is a valid one of the problem read, and needs what XLA says it needs.
#[test]
#[ignore = "needs `pip install jax` in the Python that MEMO_TOOLS_PYTHON names"]
fn xla_plans_what_is_read_of_its_modules() {
    let folder = tempfile::tempdir().expect("a folder");
    make("xla.py", &[folder.path()]);
    let told = fs::read(folder.path().join("hlo.json")).expect("made");
    let told: Vec<(String, u64)> = serde_json::from_slice::<serde_json::Map<_, _>>(&told)
        .expect("names and bytes")
        .into_iter()
        .map(|(name, bytes)| (name, bytes.as_u64().expect("bytes")))
        .collect();
    assert!(told.len() > 4, "{told:?}");
    for (name, bytes) in told {
        let path = folder.path().join(format!("{name}.hlo.pb"));
        let read = read_with(&path, &Options::default()).expect("the file is right");
        let Document::Problem(problem) = read.document else { panic!("no problem: {name}") };
        let plan = recorded(&problem, &read.addresses);
        check(&problem, &plan).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(plan.peak, bytes, "{name}");
        assert!(problem.iter().all(|(idx, _)| problem.op(idx).is_some()), "{name}");
    }
}

#[test]
#[ignore = "needs `pip install onnx` in the Python that MEMO_TOOLS_PYTHON names"]
fn onnx_writes_what_was_read() {
    let folder = tempfile::tempdir().expect("a folder");
    make("onnx_model.py", &[folder.path()]);
    let options = Options { dims: [("batch".to_owned(), 2)].into(), ..Options::default() };
    for name in ["chain.onnx", "bare.onnx"] {
        let new = problem(&folder.path().join(name), &options);
        assert_eq!(new, problem(&tests().join("made").join(name), &options), "{name}");
    }
}

#[test]
#[ignore = "needs `pip install tflite flatbuffers numpy` in the Python that MEMO_TOOLS_PYTHON names"]
fn tflite_writes_what_was_read() {
    let folder = tempfile::tempdir().expect("a folder");
    make("tflite_model.py", &[folder.path()]);
    let new = problem(&folder.path().join("chain.tflite"), &Options::default());
    assert_eq!(new, problem(&tests().join("made/chain.tflite"), &Options::default()));
}

/// A planned model in the real TensorFlow Lite for Microcontrollers.
#[test]
#[ignore = "needs `pip install tflite-micro numpy` in the Python that MEMO_TOOLS_PYTHON names"]
fn tflm_follows_the_offsets_and_computes_the_same() {
    let plain = tests().join("made/chain.tflite");
    let model = fs::read(&plain).expect("the file is there");
    let folder = tempfile::tempdir().expect("a folder");
    let run = |offsets: &[u64]| {
        let planned = folder.path().join("planned.tflite");
        let bytes = tflite::with_offsets(&model, offsets).expect("one subgraph");
        fs::write(&planned, bytes).expect("written");
        let printed = make("tflm.py", &[&plain, &planned]);
        let last = printed.lines().last().expect("a line");
        serde_json::from_str::<serde_json::Value>(last).expect("JSON")
    };
    // As planned: x and a, c, d and y one after the other.
    let best = run(&[256, 0, 256, 512, 0]);
    assert_eq!((&best["equal"], &best["planned_head"]), (&true.into(), &best["plain_head"]));
    // With room between them: only a runtime that follows the offsets needs as much.
    let wide = run(&[0, 1024, 2048, 4096, 0]);
    assert_eq!((&wide["equal"], &wide["planned_head"]), (&true.into(), &(4096 + 256).into()));
}
