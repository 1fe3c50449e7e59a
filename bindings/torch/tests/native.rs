//! The header and the library as C and C++ compilers see them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{REPOSITORY, library, model_file, succeeded};

/// Compiles a file with the header and the library.
fn compiled(compiler: &str, source: &str, flags: &[String]) -> PathBuf {
    let source = Path::new(REPOSITORY).join(source);
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(source.file_stem().unwrap());
    let folder = library().parent().unwrap().display().to_string();
    let mut command = Command::new(compiler);
    command.args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-I"]);
    command.arg(env!("CARGO_MANIFEST_DIR")).arg(source).arg("-o").arg(&program).args(flags);
    command.arg(format!("-L{folder}")).arg(format!("-Wl,-rpath,{folder}"));
    succeeded(command.arg("-lmemo_torch_c"));
    program
}

fn compiler(variable: &str, default: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| default.to_owned())
}

/// How to compile and link a program of LibTorch.
fn of_libtorch() -> Vec<String> {
    let libdir = env!("MEMO_TORCH_LIBDIR");
    let mut flags = vec![format!("-std={}", env!("MEMO_TORCH_STANDARD"))];
    for folder in std::env::split_paths(env!("MEMO_TORCH_INCLUDES")) {
        flags.push(format!("-isystem{}", folder.display()));
    }
    flags.extend([format!("-L{libdir}"), format!("-Wl,-rpath,{libdir}")]);
    flags.extend(["-ltorch", "-ltorch_cpu", "-lc10"].map(str::to_owned));
    flags
}

#[test]
fn the_edge_holds() {
    let program =
        compiled(&compiler("CC", "cc"), "bindings/torch/tests/edge.c", &["-std=c11".into()]);
    let models = ["tiny", "raising", "attention"].map(model_file);
    succeeded(Command::new(program).args(models));
}

#[test]
fn a_program_of_libtorch_is_served() {
    let program = compiled(&compiler("CXX", "c++"), "examples/serve.cc", &of_libtorch());
    let mut command = Command::new(program);
    let printed = succeeded(command.arg(model_file("tiny")).args(["2", "3", "32", "32"]));
    let scopes = printed.lines().next().unwrap_or_default();
    assert!(scopes.starts_with("scopes     40 ("), "{printed}");
    assert!(printed.contains("plans      2 in memory"), "{printed}");
}
