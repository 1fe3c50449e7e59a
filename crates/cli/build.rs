//! Tells the runner where the LibTorch is that `memo-torch` was built against.

fn main() {
    if let Ok(libdir) = std::env::var("DEP_MEMO_TORCH_SHIM_LIBDIR") {
        println!("cargo::rustc-link-arg-bin=memo-torch=-Wl,-rpath,{libdir}");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
