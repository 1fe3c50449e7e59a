//! `memo_torch.h` is what this crate says, and `scope.hpp` after it.
//! `MEMO_BLESS=1 cargo test -p memo-torch-c` writes it anew.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use cbindgen::{Builder, Config, EnumConfig, ExportConfig, Language, RenameRule, Style};

const TOP: &str = "\
/* The LibTorch service of memo-malloc: from C, and at the end of the file from C++17.
 *
 * Every function that returns int32_t returns 0 or the number of a documented code;
 * memo_torch_last_error gives the text of the calling thread's last failure. Every function may be
 * called from any thread. The library needs the version of LibTorch that it was built for.
 *
 * Generated from bindings/torch: change it there. SPDX-License-Identifier: MIT OR Apache-2.0 */";

fn generated(folder: &Path) -> String {
    let config = Config {
        language: Language::C,
        header: Some(TOP.to_owned()),
        trailer: Some(std::fs::read_to_string(folder.join("scope.hpp")).unwrap()),
        include_guard: Some("MEMO_TORCH_H".to_owned()),
        no_includes: true,
        sys_includes: vec!["stdint.h".to_owned()],
        cpp_compat: true,
        style: Style::Both,
        usize_is_size_t: true,
        line_length: 100,
        tab_width: 4,
        // Numbers in structs are plain integers, so that any value has a meaning.
        export: ExportConfig { include: vec!["MemoTorchKind".to_owned()], ..Default::default() },
        enumeration: EnumConfig {
            rename_variants: RenameRule::ScreamingSnakeCase,
            prefix_with_name: true,
            ..EnumConfig::default()
        },
        ..Config::default()
    };
    let bindings = Builder::new().with_crate(folder).with_config(config).generate().unwrap();
    let mut header = Vec::new();
    bindings.write(&mut header);
    in_words_of_c(&String::from_utf8(header).unwrap())
}

/// Doc comments without what only rustdoc understands.
fn in_words_of_c(header: &str) -> String {
    header.replace("# Safety", "Required:").replace("[`", "`").replace("`]", "`")
}

#[test]
fn the_header_is_current() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = folder.join("memo_torch.h");
    let generated = generated(&folder);
    if std::env::var_os("MEMO_BLESS").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == generated,
        "memo_torch.h is not what the crate says; run: MEMO_BLESS=1 cargo test -p memo-torch-c"
    );
}
