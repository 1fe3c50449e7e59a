//! The runner, driven by `memo` as a user would: needs LibTorch and a Python with torchvision.

#![cfg(feature = "torch")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const IMAGE: [&str; 2] = ["--input", "2x3x32x32"];

/// Runs `memo` with the runner that was built with it.
fn memo(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_memo"))
        .env("MEMO_TORCH", env!("CARGO_BIN_EXE_memo-torch"))
        .args(args)
        .output()
        .unwrap()
}

fn json(args: &[&str]) -> (i32, Value) {
    let output = memo(&[args, &["--json"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), serde_json::from_str(&text).unwrap())
}

fn model() -> String {
    test_model("tiny")
}

/// A small model, exported by the first Python that can.
fn test_model(name: &str) -> String {
    let named = std::env::var_os("MEMO_TEST_MODELS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("models"));
    let file = folder.join(format!("{name}.pt"));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../torch/tests/models.py");
    let exports = |python: String| {
        let output = Command::new(python).arg(script).arg(&folder).arg(name).output();
        output.is_ok_and(|output| output.status.success())
    };
    assert!(file.exists() || pythons().any(exports), "set MEMO_PYTHON to one with torchvision");
    file.to_str().unwrap().to_owned()
}

/// Those that may have torchvision.
fn pythons() -> impl Iterator<Item = String> {
    let named = std::env::var("MEMO_PYTHON").ok();
    named.into_iter().chain(["python3".into(), "/usr/bin/python3".into()])
}

/// A trace and a plan of the model in a folder of their own.
fn planned(folder: &Path, model: &str) -> String {
    let (trace, plan) = (folder.join("trace.json.gz"), folder.join("plan.json"));
    let (trace, plan) = (trace.to_str().unwrap(), plan.to_str().unwrap());
    let captured = memo(&["capture", model, IMAGE[0], IMAGE[1], "-o", trace]);
    assert!(captured.status.success(), "{}", String::from_utf8_lossy(&captured.stderr));
    assert!(memo(&["plan", trace, "-o", plan]).status.success());
    plan.to_owned()
}

#[test]
fn a_model_is_captured_planned_and_measured() {
    let (folder, model) = (tempfile::tempdir().unwrap(), model());
    let plan = planned(folder.path(), &model);
    let effort = ["--runs", "3", "--warmup", "1", "--rounds", "2", "--workers", "2"];
    let args = [&["bench", &model, "--plan", &plan][..], &IMAGE, &effort].concat();
    let (code, found) = json(&args);
    assert_eq!(code, 0, "{found}");
    let comparison = &found["comparison"];
    assert_eq!(comparison["outputs_equal"], true);
    let served = &comparison["figures"][0]["served"];
    assert_eq!(served["deviations"], 0.0, "{served}");
    assert!(served["hits"].as_f64().unwrap() >= 5.0, "{served}");
    assert_eq!(comparison["figures"][1]["served"], Value::Null);
}

/// What the runner answers when a script asks it.
fn runner(args: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_memo-torch")).args(args).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn runs_of_each_kind_are_timed_in_turns() {
    let (folder, model) = (tempfile::tempdir().unwrap(), model());
    let plan = planned(folder.path(), &model);
    let counts = |times: &Value| {
        ["wall_ns", "cpu_ns"].map(|clock| times[clock].as_array().map_or(0, Vec::len))
    };
    let plans = ["--plan", &plan, "--plan", &plan, "--runs", "4"];
    let turns = runner(&[&["turns", &model][..], &IMAGE, &plans].concat());
    assert_eq!(turns["deviations"], 0, "{turns}");
    assert_eq!(turns["planned"].as_array().unwrap().len(), 2, "{turns}");
    for times in [&turns["unplanned"], &turns["planned"][0], &turns["planned"][1]] {
        assert_eq!(counts(times), [4, 4], "{turns}");
    }
    let cost = runner(&[&["capture-cost", &model, "--runs", "3"][..], &IMAGE].concat());
    for kind in ["plain", "recorded", "in_service"] {
        assert_eq!(counts(&cost[kind]), [3, 3], "{cost}");
    }
    let effort = ["measure", &model, "--runs", "9", "--seconds", "0"];
    let stopped = runner(&[&effort[..], &IMAGE].concat());
    assert_eq!(stopped["latencies_ns"].as_array().unwrap().len(), 5, "{stopped}");
}

#[test]
fn the_demo_ends_with_a_table_for_a_document() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo");
    let folder = folder.to_str().unwrap();
    let effort = ["--runs", "2", "--warmup", "0", "--rounds", "1", "--markdown"];
    let mut shown = pythons().map(|python| {
        let demo = ["demo", "--models", "mobilenet_v3_small", "-o", folder, "--python", &python];
        memo(&[&demo[..], &effort].concat())
    });
    let output = shown.find(|output| output.status.success());
    let output = output.expect("set MEMO_PYTHON to one with torchvision");
    let table = String::from_utf8_lossy(&output.stdout);
    let row = |label: &str| {
        let mut rows = table.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
        rows.find(|row| row.get(1) == Some(&label)).unwrap_or_else(|| panic!("{label}: {table}"))[2]
            .to_owned()
    };
    assert_eq!(row(""), "mobilenet_v3_small");
    assert_eq!([row("fell back"), row("outputs bit-equal")], ["0", "yes"]);
    assert_eq!(row("tagged with an op"), "100 %");
    let (requests, hits): (u32, u32) =
        (row("requests a run").parse().unwrap(), row("from the slab").parse().unwrap());
    assert!(hits > 100 && hits <= requests, "{table}");
    assert!(row("p99, glibc tuned").ends_with(" ms"));
    for ending in ["trace.json.gz", "plan.json", "svg"] {
        assert!(Path::new(folder).join(format!("mobilenet_v3_small.{ending}")).exists());
    }
}

#[test]
fn a_trace_for_each_batch() {
    let (folder, model) = (tempfile::tempdir().unwrap(), model());
    let trace = folder.path().join("t.json");
    let output = ["-o", trace.to_str().unwrap(), "--batch", "1,4"];
    let (code, found) = json(&[&["capture", &model][..], &IMAGE, &output].concat());
    assert_eq!(code, 0, "{found}");
    assert_eq!(found["traces"][0]["inputs"][0], "f32[1,3,32,32]");
    assert_eq!(found["traces"][1]["inputs"][0], "f32[4,3,32,32]");
    let captured = &found["traces"][1]["captured"];
    assert_eq!(captured["tagged"], captured["requests"]);
    assert!(folder.path().join("t.b4.json").exists());
}

#[test]
fn a_plan_for_another_run_is_refused() {
    let (folder, model) = (tempfile::tempdir().unwrap(), model());
    let plan = planned(folder.path(), &model);
    for other in
        [["--input", "2x3x32x40", "--threads", "1"], ["--input", "2x3x32x32", "--threads", "2"]]
    {
        let (code, found) = json(&[&["bench", &model, "--plan", &plan][..], &other].concat());
        assert_eq!((code, &found["error"]["code"]), (2, &Value::from("KEY_MISMATCH")), "{found}");
    }
    let copy = folder.path().join("other.pt");
    let mut bytes = std::fs::read(&model).unwrap();
    bytes.extend([0; 4]);
    std::fs::write(&copy, bytes).unwrap();
    let args = [&["bench", copy.to_str().unwrap(), "--plan", &plan][..], &IMAGE].concat();
    let (code, found) = json(&args);
    // LibTorch may refuse the longer file first; it is never served from the other's plan.
    let refused = &found["error"]["code"];
    assert!(code == 2 && (refused == "KEY_MISMATCH" || refused == "BAD_MODEL"), "{found}");
}

#[test]
fn models_that_cannot_be_read_or_run_are_named() {
    let (folder, model) = (tempfile::tempdir().unwrap(), model());
    let trace = folder.path().join("trace.json");
    let trace = trace.to_str().unwrap();
    let garbage = folder.path().join("garbage.pt");
    std::fs::write(&garbage, [7; 1000]).unwrap();
    let raising = test_model("raising");
    let cases: [(&str, &[&str], &str); 8] = [
        ("missing.pt", &IMAGE, "BAD_MODEL"),
        (garbage.to_str().unwrap(), &IMAGE, "BAD_MODEL"),
        (folder.path().to_str().unwrap(), &IMAGE, "BAD_MODEL"),
        (&model, &["--input", "1x4x8x8"], "RUN_FAILED"),
        (&model, &["--input", "2x3x32x32", "--input", "1"], "RUN_FAILED"),
        (&raising, &["--input", "1"], "RUN_FAILED"),
        (&model, &["--input", "2x3x32x32", "--batch", "99999999999999"], "BAD_ARGUMENT"),
        (&model, &["--input", "2x3x32x32", "--batch", "1,0"], "BAD_ARGUMENT"),
    ];
    for (model, inputs, expected) in cases {
        let (code, found) = json(&[&["capture", model, "-o", trace], inputs].concat());
        assert_eq!((code, &found["error"]["code"]), (2, &Value::from(expected)), "{found}");
        let message = found["error"]["message"].as_str().unwrap();
        assert!(!message.is_empty() && message.lines().count() == 1, "{message}");
        assert!(!Path::new(trace).exists());
    }
}

#[test]
fn shapes_that_cannot_be_meant_are_wrong_usage() {
    let model = model();
    for shape in ["99999999999x99999999", "1x0x3", "-1x3", "", "x", "2x2.5", "1073741825"] {
        let input = format!("--input={shape}");
        let output = memo(&["bench", &model, &input]);
        let words = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{shape}: {words}");
        assert!(words.contains("--input <SHAPE>") && words.contains("expected"), "{words}");
    }
}

#[test]
fn without_a_runner_the_fix_is_told() {
    let output = Command::new(env!("CARGO_BIN_EXE_memo"))
        .env("MEMO_TORCH", "nowhere")
        .args(["bench", "m.pt", "--input", "1", "--json"])
        .output()
        .unwrap();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(found["error"]["code"], "NO_TORCH");
    assert!(found["error"]["fix"].as_str().unwrap().contains("npm run demo"));
}
