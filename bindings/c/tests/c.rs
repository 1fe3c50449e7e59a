//! The header and the library as a C compiler sees them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::Command;

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The folder of the C library that was built for this test, beside the test itself.
fn library_folder() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_owned()
}

fn compile(source: &Path, program: &Path) {
    let folder = library_folder();
    let output = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()))
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-I"])
        .arg(env!("CARGO_MANIFEST_DIR"))
        .arg(source)
        .arg("-o")
        .arg(program)
        .arg(format!("-L{}", folder.display()))
        .arg(format!("-Wl,-rpath,{}", folder.display()))
        .arg("-lmemo_malloc_c")
        .output()
        .unwrap();
    assert!(output.status.success(), "cc: {}", String::from_utf8_lossy(&output.stderr));
}

/// Compiles and runs a C file; returns its status and what it printed.
fn run(source: &str) -> (Option<i32>, String) {
    let source = Path::new(REPOSITORY).join(source);
    let name = source.file_stem().unwrap().to_owned();
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    compile(&source, &program);
    // Cargo names the folder there where an older build may have left a library.
    let output = Command::new(&program).env_remove("LD_LIBRARY_PATH").output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(printed).unwrap())
}

#[test]
fn the_example_plans() {
    let (status, printed) = run("examples/plan.c");
    assert_eq!(status, Some(0), "{printed}");
    assert_eq!(
        printed,
        "peak 1536, lower bound 1536: optimal\nbuffer 0 at 0\nbuffer 1 at 1024\nbuffer 2 at 0\n"
    );
}

#[test]
fn the_edge_holds() {
    let (status, printed) = run("bindings/c/tests/edge.c");
    assert_eq!(status, Some(0), "{printed}");
}
