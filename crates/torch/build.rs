//! Finds a `LibTorch` and compiles the bridge to it.

#[path = "build/libtorch.rs"]
mod libtorch;

use libtorch::LibTorch;

fn main() {
    for path in ["build.rs", "build", "cpp", "src/bridge.rs", "tests/raw.cc"] {
        println!("cargo::rerun-if-changed={path}");
    }
    println!("cargo::rerun-if-env-changed=LIBTORCH");
    match LibTorch::find() {
        Ok(libtorch) => build(&libtorch),
        Err(message) => {
            for line in message.lines() {
                println!("cargo::error={line}");
            }
        }
    }
}

fn build(libtorch: &LibTorch) {
    let mut shim = cxx_build::bridge("src/bridge.rs");
    shim.files(["cpp/allocator.cc", "cpp/model.cc", "cpp/scopes.cc"]);
    for define in libtorch.defines() {
        shim.define(define, None);
    }
    against(&mut shim, libtorch).compile("memo_torch_shim");

    let mut raw = cc::Build::new();
    raw.cpp(true).file("tests/raw.cc");
    for object in against(&mut raw, libtorch).compile_intermediates() {
        println!("cargo::rustc-link-arg-tests={}", object.display());
        println!("cargo::rustc-link-arg-examples={}", object.display());
    }

    let lib = libtorch.lib.display();
    println!("cargo::rustc-link-search=native={lib}");
    println!("cargo::rustc-link-lib=dylib=torch_cpu");
    println!("cargo::rustc-link-lib=dylib=c10");
    // For this package's tests and examples; a program that depends on it reads
    // DEP_MEMO_TORCH_SHIM_LIBDIR in its own build script.
    println!("cargo::rustc-link-arg=-Wl,-rpath,{lib}");
    println!("cargo::metadata=libdir={lib}");
    println!("cargo::metadata=version={}", libtorch.version);
    println!("cargo::metadata=standard={}", libtorch.cpp_standard());
    let includes = std::env::join_paths(&libtorch.includes).unwrap_or_default();
    println!("cargo::metadata=includes={}", includes.display());
}

/// Lets `code` include this LibTorch.
fn against<'a>(code: &'a mut cc::Build, libtorch: &LibTorch) -> &'a mut cc::Build {
    code.std(libtorch.cpp_standard());
    // LibTorch is built with it, and the layout of some of its classes depends on it.
    code.define("NDEBUG", None);
    for include in &libtorch.includes {
        // As system headers: their warnings are not ours.
        code.flag("-isystem").flag(include.display().to_string());
    }
    code
}
