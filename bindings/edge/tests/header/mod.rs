//! Headers that cbindgen makes of a crate, for the tests of the crates that have one.

use std::path::Path;

use cbindgen::{Builder, Config, EnumConfig, Language, RenameRule, Style};

/// What all headers have in common.
pub(crate) fn config() -> Config {
    Config {
        language: Language::C,
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
    }
}

/// Fails unless the header of this name is what the crate under test says. `MEMO_BLESS=1` writes it.
pub(crate) fn is_current(name: &str, config: Config) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = folder.join(name);
    let generated = generated(folder, config);
    if std::env::var_os("MEMO_BLESS").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == generated,
        "{name} is not what the crate says; run: MEMO_BLESS=1 cargo test -p {}",
        env!("CARGO_PKG_NAME")
    );
}

fn generated(folder: &Path, config: Config) -> String {
    let bindings = Builder::new().with_crate(folder).with_config(config).generate().unwrap();
    let mut header = Vec::new();
    bindings.write(&mut header);
    in_words_of_c(&String::from_utf8(header).unwrap())
}

/// Doc comments without what only rustdoc understands.
fn in_words_of_c(header: &str) -> String {
    header.replace("# Safety", "Required:").replace("[`", "`").replace("`]", "`")
}
