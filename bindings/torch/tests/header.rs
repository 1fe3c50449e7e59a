//! `memo_torch.h` is what this crate says, and `scope.hpp` after it.
//! `MEMO_BLESS=1 cargo test -p memo-torch-c` writes it anew.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../edge/tests/header/mod.rs"]
mod header;

use cbindgen::{Config, ExportConfig};

const TOP: &str = "\
/* The LibTorch service of memo-malloc: from C, and at the end of the file from C++17.
 *
 * Every function that returns int32_t returns 0 or the number of a documented code;
 * memo_torch_last_error gives the text of the calling thread's last failure. Every function may be
 * called from any thread. The library needs the version of LibTorch that it was built for.
 *
 * Generated from bindings/torch: change it there. SPDX-License-Identifier: MIT OR Apache-2.0 */";

#[test]
fn the_header_is_current() {
    let scope = concat!(env!("CARGO_MANIFEST_DIR"), "/scope.hpp");
    let config = Config {
        header: Some(TOP.to_owned()),
        trailer: Some(std::fs::read_to_string(scope).unwrap()),
        include_guard: Some("MEMO_TORCH_H".to_owned()),
        // Numbers in structs are plain integers, so that any value has a meaning.
        export: ExportConfig { include: vec!["MemoTorchKind".to_owned()], ..Default::default() },
        ..header::config()
    };
    header::is_current("memo_torch.h", config);
}
