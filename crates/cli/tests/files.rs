//! Files of other programs, and what `memo` makes of them.

#[expect(dead_code, reason = "each test file uses a part of what they share")]
mod common;

use std::path::{Path, PathBuf};

use common::Folder;

fn made(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/tests/made").join(name)
}

/// A folder with this file of the formats' tests.
fn with(name: &str) -> Folder {
    let folder = Folder::new();
    std::fs::copy(made(name), folder.path(name)).expect("the file is there");
    folder
}

#[test]
fn a_model_is_planned_for_a_batch() {
    let folder = with("chain.onnx");
    let unknown = folder.run("plan chain.onnx");
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
    assert!(unknown.err.contains("--dim batch=1"), "{unknown:?}");
    let peak = |batch: u32| {
        let plan = folder.run(&format!("plan chain.onnx --dim batch={batch} --json")).json();
        plan["peak"].as_u64()
    };
    assert_eq!((peak(1), peak(8)), (Some(1024), Some(8192)));
    assert_eq!(folder.run("explain chain.onnx --dim batch=2").code, Some(0));
}

#[test]
fn offsets_are_written_into_a_model() {
    let folder = with("chain.tflite");
    let plan = folder.run("plan chain.tflite -o planned.tflite");
    assert_eq!(plan.code, Some(0), "{plan:?}");
    let (old, new) =
        (std::fs::read(made("chain.tflite")), std::fs::read(folder.path("planned.tflite")));
    let (old, new) = (old.expect("there"), new.expect("written"));
    assert!(new.len() > old.len() && new.ends_with(&old));
    assert_eq!(folder.run("plan chain.tflite -o planned.tflite").code, Some(2), "it exists");
    let wrong = folder.run("plan a.csv -o b.tflite --json").json();
    assert_eq!(wrong["error"]["code"], "WRONG_NOUN");
}

#[test]
fn a_run_is_shown_as_its_allocator_placed_it() {
    let folder = with("profile.json.gz");
    let was = folder.run("plan profile.json.gz --recorded -o was.json --json");
    assert_eq!(was.code, Some(0), "{was:?}");
    let planned = folder.run("plan profile.json.gz -o planned.json --json").json();
    let (was, planned) = (was.json()["peak"].as_u64(), planned["peak"].as_u64());
    assert!(was > planned, "{was:?} {planned:?}");
    assert_eq!(folder.run("check was.json").code, Some(0));
    assert_eq!(folder.run("report was.json planned.json -o both.html").code, Some(0));
    let untold = folder.run("plan a.csv --recorded --json");
    assert_eq!((untold.code, &untold.json()["error"]["code"]), (Some(2), &"WRONG_NOUN".into()));
}

#[test]
fn what_xla_has_planned_is_shown_beside_a_plan() {
    let folder = with("loop.hlo.pb");
    let was = folder.run("plan loop.hlo.pb --recorded -o was.json --json");
    assert_eq!(was.code, Some(0), "{was:?}");
    assert_eq!(was.json()["peak"].as_u64(), Some(6552));
    assert!(folder.run("plan loop.hlo.pb --recorded").err.contains("planned by the compiler"));
    let planned = folder.run("plan loop.hlo.pb -o planned.json --json").json();
    assert!(planned["peak"].as_u64() <= Some(6552), "{planned}");
    assert_eq!(folder.run("report was.json planned.json -o both.html").code, Some(0));
}

#[test]
fn a_cut_model_is_refused_with_its_byte() {
    let folder = with("chain.tflite");
    let whole = std::fs::read(made("chain.tflite")).expect("there");
    std::fs::write(folder.path("cut.tflite"), &whole[..700]).expect("written");
    let error = &folder.run("plan cut.tflite --json").json()["error"];
    assert_eq!(error["code"], "MALFORMED");
    assert!(error["byte"].is_u64(), "{error}");
}

#[test]
fn constants_are_written_by_name_and_to_standard_output() {
    let folder = Folder::new();
    assert_eq!(folder.run("plan a.csv -o a.h").code, Some(0));
    assert!(folder.text("a.h").contains("#define A_ARENA_BYTES UINT64_C(12)"));
    let rust = folder.run("plan a.csv -o - --format rust");
    assert!(rust.out.contains("pub const ARENA_BYTES: u64 = 12;"), "{rust:?}");
}

#[test]
fn growth_beyond_the_limit_is_1_and_names_who_grew() {
    let folder = with("chain.onnx");
    folder.put("new.csv", "id,lower,upper,size\n0,0,3,4\n1,3,9,4\n2,0,9,5\n3,0,21,4\n");
    let diff = folder.run("diff a.csv new.csv --max-growth 8%");
    assert_eq!(diff.code, Some(1), "{diff:?}");
    assert!(diff.out.starts_with("peak 12 B to 13 B: +1 B (+8.33 %), more than the 8 % allowed"));
    assert!(diff.out.contains("buffer 2"), "{diff:?}");
    assert_eq!(folder.run("diff a.csv new.csv --max-growth 9%").code, Some(0));
    assert_eq!(folder.run("diff a.csv new.csv --max-growth 1B").code, Some(0));
    assert_eq!(folder.run("diff a.csv new.csv").code, Some(0));
    let json = folder.run("diff a.csv new.csv --max-growth 0 --json");
    assert_eq!(json.code, Some(1), "{json:?}");
    assert_eq!(json.json()["ops"][0]["op"], "buffer 2");
    let same = folder.run("diff a.csv a.csv --max-growth 0%").out;
    assert!(same.contains("unchanged, within the 0 % allowed"), "{same}");
}

#[test]
fn a_difference_is_a_table_in_markdown() {
    let folder = Folder::new();
    folder.put("old.csv", "id,lower,upper,size\na|<b>,0,1,4\n");
    folder.put("new.csv", "id,lower,upper,size\na|<b>,0,1,6\n");
    let markdown = folder.run("diff old.csv new.csv --markdown").out;
    assert!(markdown.contains("\n|-"), "{markdown}");
    assert!(markdown.contains("| buffer a\\|&lt;b> "), "{markdown}");
}
