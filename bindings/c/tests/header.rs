//! `memo.h` is what this crate says. `MEMO_BLESS=1 cargo test -p memo-malloc-c` writes it anew.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use cbindgen::{Builder, Config, EnumConfig, Language, RenameRule, Style};

const TOP: &str = "\
/* The C ABI of memo-malloc: memory planning, lifetimes in, offsets out.
 *
 * A problem is opened from columns, bound by ties, spread over tiers, planned at once or on a thread
 * of its own, written, and closed. Bytes are `double`, exact up to 2^53 - 1; anything else is
 * refused. Every function that returns int32_t returns 0 or the number of a documented code; memo_last_error gives the text of the calling thread's last failure.
 * Every function may be called from any thread.
 *
 * Generated from bindings/c: change it there. SPDX-License-Identifier: MIT OR Apache-2.0 */";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn generated(folder: &Path) -> String {
    let config = Config {
        language: Language::C,
        header: Some(TOP.to_owned()),
        include_guard: Some("MEMO_H".to_owned()),
        no_includes: true,
        sys_includes: vec!["stdint.h".to_owned()],
        cpp_compat: true,
        style: Style::Both,
        usize_is_size_t: true,
        line_length: 100,
        tab_width: 4,
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
    let folder = folder();
    let path = folder.join("memo.h");
    let generated = generated(&folder);
    if std::env::var_os("MEMO_BLESS").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == generated,
        "memo.h is not what the crate says; run: MEMO_BLESS=1 cargo test -p memo-malloc-c"
    );
}
