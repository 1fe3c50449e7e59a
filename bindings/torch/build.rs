//! Passes on what memo-torch was built against, and for the tests which Python has that LibTorch.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=MEMO_PYTHON");
    // Without a LibTorch, the build of memo-torch has told why.
    for name in ["LIBDIR", "VERSION", "STANDARD", "INCLUDES"] {
        let value = given(name);
        println!("cargo::rustc-env=MEMO_TORCH_{name}={value}");
        if name == "LIBDIR" {
            println!("cargo::rustc-link-arg-cdylib=-Wl,-rpath,{value}");
            // Its threads may outlast those who close it.
            println!("cargo::rustc-link-arg-cdylib=-Wl,-z,nodelete");
        }
    }
    println!("cargo::rustc-check-cfg=cfg(python_torch)");
    if let Some(python) = python(&given("VERSION")) {
        println!("cargo::rustc-cfg=python_torch");
        println!("cargo::rustc-env=MEMO_TORCH_PYTHON={python}");
    }
}

fn given(name: &str) -> String {
    std::env::var(format!("DEP_MEMO_TORCH_SHIM_{name}")).unwrap_or_default()
}

/// A Python whose torch is of this version, and that has models; found without importing either.
fn python(version: &str) -> Option<String> {
    const FIND: &str = "\
import importlib.util as u, pathlib, re
torch = u.find_spec('torchvision') and u.find_spec('torch')
text = pathlib.Path(torch.submodule_search_locations[0], 'version.py').read_text()
print(re.search(r'__version__ = .(\\d+\\.\\d+\\.\\d+)', text)[1])
";
    let named = std::env::var("MEMO_PYTHON").ok();
    let mut pythons =
        named.into_iter().chain(["python3".to_owned(), "/usr/bin/python3".to_owned()]);
    pythons.find(|python| {
        let found = Command::new(python).args(["-c", FIND]).output();
        found.is_ok_and(|found| String::from_utf8_lossy(&found.stdout).trim() == version)
    })
}
