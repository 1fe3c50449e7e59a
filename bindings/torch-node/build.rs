//! Lets the addon find the LibTorch it was built against, and its Node-API symbols stay undefined
//! until a runtime loads it.

fn main() {
    napi_build::setup();
    println!("cargo::rerun-if-changed=build.rs");
    // Without a LibTorch, the build of memo-torch has told why.
    let libdir = std::env::var("DEP_MEMO_TORCH_SHIM_LIBDIR").unwrap_or_default();
    println!("cargo::rustc-link-arg-cdylib=-Wl,-rpath,{libdir}");
    // Its threads may outlast the runtime's worker, or the runtime itself, which closes it.
    println!("cargo::rustc-link-arg-cdylib=-Wl,-z,nodelete");
}
