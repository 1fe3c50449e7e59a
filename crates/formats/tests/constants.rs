//! Plans as constants: compiled by the compilers they are for, which check what they are told.

use std::fs;
use std::path::Path;
use std::process::Command;

use memo_formats::{Document, Overwrite, PlanDocument, write};
use memo_malloc::model::{OpIdx, OpTag};
use memo_malloc::{Buffer, Limits, Problem, planners};
use tempfile::TempDir;

fn plan() -> Document {
    let buffers = vec![
        Buffer::new(1024, 0, 2).aligned(64).by(OpIdx(0)),
        Buffer::new(512, 1, 3).aligned(32),
        Buffer::new(1024, 2, 4),
    ];
    let place = "a */ b \\\n#error".to_owned();
    let ops = vec![OpTag { name: "conv".to_owned(), place, ordinal: 0 }];
    let ids = ["x", "y\u{1b}", "z"].map(str::to_owned).to_vec();
    let problem = Problem::with_ops(buffers, ops).and_then(|problem| problem.with_ids(ids));
    planned(problem.expect("a valid problem"))
}

fn planned(problem: Problem) -> Document {
    let outcome = planners::plan(&problem, &Limits::default()).expect("it can be planned");
    let plan = outcome.into_plan().expect("there is no capacity");
    Document::Plan(PlanDocument::new(problem, plan).expect("a valid plan"))
}

fn empty() -> Document {
    planned(Problem::default())
}

fn written(folder: &TempDir, name: &str, document: &Document) -> String {
    let path = folder.path().join(name);
    write(&path, document, Overwrite::Force).expect("written");
    fs::read_to_string(path).expect("there")
}

fn runs(command: &mut Command) -> String {
    let output = command.output().expect("the compiler is installed");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.is_empty(), "{command:?}: {told}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn c_and_cpp_compile_headers_of_two_plans() {
    let folder = tempfile::tempdir().expect("a folder");
    written(&folder, "big-plan.h", &plan());
    written(&folder, "2.h", &empty());
    let main = "#include \"big-plan.h\"\n#include \"2.h\"\n#include \"2.h\"\n#include <stdio.h>\n\
        int main(void) { printf(\"%d %d %d %d\", (int)BIG_PLAN_ARENA_BYTES, (int)BIG_PLAN_ARENA_ALIGNMENT,\
        (int)big_plan_offsets[1], (int)MEMO_2_BUFFER_COUNT); return 0; }";
    fs::write(folder.path().join("main.c"), main).expect("written");
    for language in [["-x", "c", "-std=c11"], ["-x", "c++", "-std=c++11"]] {
        let mut cc = Command::new("cc");
        cc.args(language).args(["-Wall", "-Wextra", "-Werror", "main.c", "-o", "main"]);
        runs(cc.current_dir(&folder));
        assert_eq!(runs(&mut Command::new(folder.path().join("main"))), "1536 64 1024 0");
    }
}

#[test]
fn rust_compiles_the_module() {
    let folder = tempfile::tempdir().expect("a folder");
    written(&folder, "planned.rs", &plan());
    written(&folder, "empty.rs", &empty());
    let main = "#![deny(warnings)]\nmod planned;\nmod empty;\nfn main() { print!(\"{} {} {:?} {}\", \
        planned::ARENA_BYTES, planned::ARENA_ALIGNMENT, planned::OFFSETS, empty::ARENA_BYTES + \
        empty::ARENA_ALIGNMENT + empty::OFFSETS.len() as u64); }";
    fs::write(folder.path().join("main.rs"), main).expect("written");
    let mut rustc = Command::new("rustc");
    runs(rustc.args(["--edition", "2024", "main.rs"]).current_dir(&folder));
    let printed = runs(&mut Command::new(folder.path().join("main")));
    assert_eq!(printed, "1536 64 [0, 1024, 0] 1");
}

/// The same module is compiled, under strict rules, with the tests in TypeScript.
#[test]
fn typescript_is_the_module_that_the_tests_import() {
    let folder = tempfile::tempdir().expect("a folder");
    let module = written(&folder, "planned.ts", &plan());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/support/planned.ts");
    if std::env::var_os("MEMO_BLESS").is_some() {
        fs::write(&path, &module).expect("written");
    }
    assert_eq!(module, fs::read_to_string(path).expect("there"));
}

#[test]
fn counters_follow_the_load() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = written(&folder, "a.counters.json", &plan());
    let trace: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let events = trace["traceEvents"].as_array().expect("a list").iter();
    let counters = events.filter(|event| event["ph"] == "C");
    let loads: Vec<_> =
        counters.map(|event| (event["ts"].as_u64(), event["args"]["load"].as_u64())).collect();
    let expected = [(0, 1024), (1, 1536), (2, 1536), (3, 1024), (4, 0)];
    assert_eq!(loads, expected.map(|(step, load)| (Some(step), Some(load))));
}

#[test]
fn only_plans_are_written_as_constants() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["a.h", "a.rs", "a.ts", "a.counters.json"] {
        let problem = Document::Problem(Problem::default());
        let error =
            write(folder.path().join(name), &problem, Overwrite::Force).expect_err("a problem");
        assert_eq!(error.code().name(), "WRONG_NOUN");
    }
}
