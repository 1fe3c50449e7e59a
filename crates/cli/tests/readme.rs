//! Holds the code in README.md against the examples that are compiled and run.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// The examples, in the order in which README.md quotes them.
const EXAMPLES: [(&str, &str); 9] = [
    ("ts", "examples/plan.ts"),
    ("ts", "examples/tiers.ts"),
    ("rust", "crates/core/examples/plan.rs"),
    ("c", "examples/plan.c"),
    ("rust", "crates/torch/examples/enable.rs"),
    ("python", "examples/serve.py"),
    ("ts", "examples/serve.ts"),
    ("cpp", "examples/serve.cc"),
    ("rust", "crates/torch/examples/serve.rs"),
];

#[test]
fn every_line_of_code_is_that_of_an_example() {
    let readme = text("README.md");
    let blocks: Vec<(&str, &str)> = code_blocks(&readme).filter(|(tag, _)| *tag != "sh").collect();
    assert_eq!(
        blocks.len(),
        EXAMPLES.len(),
        "README.md quotes other examples than this test knows"
    );
    for ((tag, block), (language, example)) in blocks.into_iter().zip(EXAMPLES) {
        assert_eq!(tag, language);
        let code = text(example)
            .replace("\"../ts/mod.ts\"", "\"@memo/malloc\"")
            .replace("\"../ts/torch.ts\"", "\"@memo/malloc/torch\"");
        let mut lines = code.lines().map(str::trim);
        for line in block.lines().map(str::trim).filter(|line| !line.is_empty()) {
            assert!(
                lines.any(|of_example| of_example == line),
                "{example} has no line `{line}` there"
            );
        }
    }
}

#[test]
fn every_file_it_links_to_exists() {
    let readme = text("README.md");
    let links = readme.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let files: Vec<&str> =
        links.map(|(target, _)| target).filter(|target| !target.contains("://")).collect();
    assert!(files.len() > 5, "the reader of links finds nothing");
    for file in files {
        assert!(root().join(file).exists(), "README.md links to {file}");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

/// The language and the text of each fenced block.
fn code_blocks(markdown: &str) -> impl Iterator<Item = (&str, &str)> {
    markdown.split("\n```").skip(1).step_by(2).map(|block| block.split_once('\n').unwrap())
}
