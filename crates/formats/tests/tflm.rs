//! A planned model in the real TensorFlow Lite for Microcontrollers.

use std::fs;
use std::path::Path;
use std::process::Command;

use memo_formats::tflite;

#[test]
#[ignore = "needs `pip install tflite-micro numpy`; MEMO_PYTHON names the interpreter that has them"]
fn tflm_follows_the_offsets_and_computes_the_same() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let plain = tests.join("made/chain.tflite");
    let model = fs::read(&plain).expect("the file is there");
    let folder = tempfile::tempdir().expect("a folder");
    let run = |offsets: &[u64]| {
        let planned = folder.path().join("planned.tflite");
        let bytes = tflite::with_offsets(&model, offsets).expect("one subgraph");
        fs::write(&planned, bytes).expect("written");
        let python = std::env::var_os("MEMO_PYTHON").unwrap_or_else(|| "python3".into());
        let mut command = Command::new(python);
        let output = command.arg(tests.join("make/tflm.py")).args([&plain, &planned]).output();
        let output = output.expect("Python starts");
        let told = String::from_utf8_lossy(&output.stderr);
        let last = String::from_utf8_lossy(&output.stdout);
        let last = last.lines().last().unwrap_or_else(|| panic!("{told}"));
        serde_json::from_str::<serde_json::Value>(last).unwrap_or_else(|_| panic!("{told}"))
    };
    // As planned: x and a, c, d and y one after the other.
    let best = run(&[256, 0, 256, 512, 0]);
    assert_eq!((&best["equal"], &best["planned_head"]), (&true.into(), &best["plain_head"]));
    // With room between them: only a runtime that follows the offsets needs as much.
    let wide = run(&[0, 1024, 2048, 4096, 0]);
    assert_eq!((&wide["equal"], &wide["planned_head"]), (&true.into(), &(4096 + 256).into()));
}
