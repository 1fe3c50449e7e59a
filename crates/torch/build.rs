//! Finds a `LibTorch` and compiles the bridge to it.

#[path = "build/libtorch.rs"]
mod libtorch;

use libtorch::LibTorch;

fn main() {
    for path in ["build.rs", "build", "cpp", "src/bridge.rs"] {
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
    shim.files(["cpp/allocator.cc", "cpp/model.cc"]).std(libtorch.cpp_standard());
    for include in &libtorch.includes {
        // As system headers: their warnings are not ours.
        shim.flag("-isystem").flag(include.display().to_string());
    }
    for define in libtorch.defines() {
        shim.define(define, None);
    }
    shim.compile("memo_torch_shim");

    let lib = libtorch.lib.display();
    println!("cargo::rustc-link-search=native={lib}");
    println!("cargo::rustc-link-lib=dylib=torch_cpu");
    println!("cargo::rustc-link-lib=dylib=c10");
    // For this package's tests and examples; a program that depends on it reads
    // DEP_MEMO_TORCH_SHIM_LIBDIR in its own build script.
    println!("cargo::rustc-link-arg=-Wl,-rpath,{lib}");
    println!("cargo::metadata=libdir={lib}");
}
