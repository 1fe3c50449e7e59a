//! Holds the sources against the import table of ARCHITECTURE.md.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Imports = BTreeMap<String, BTreeSet<String>>;

#[test]
fn core_modules_import_only_what_the_table_allows() {
    let found = core_imports();
    assert!(found["core/check"].contains("core/model"), "the reader of sources finds nothing");
    assert_within(&found, &rows_of(|row| row.starts_with("core/")));
}

#[test]
fn packages_depend_only_on_what_the_table_allows() {
    let found = package_imports();
    assert!(found["cli"].contains("core"), "the reader of manifests finds nothing");
    assert_within(&found, &rows_of(|row| !row.starts_with("core/")));
}

#[test]
fn a_forbidden_import_is_seen() {
    let uses = "use crate::model::{Plan};\nuse super::super::arena::Arena;\nuse crate::{check::check, planners::{auto}};\n// crate::trace is only mentioned\n#[cfg(test)]\nmod tests { use crate::analysis; }";
    let seen: Vec<String> = imported_modules(uses, 2).into_iter().collect();
    assert_eq!(seen, ["arena", "check", "model", "planners"]);
}

fn assert_within(found: &Imports, allowed: &Imports) {
    let names = |imports: &Imports| imports.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(allowed), "the table and the sources list different places");
    for (who, imports) in found {
        let extra: Vec<_> = imports.difference(&allowed[who]).collect();
        assert!(extra.is_empty(), "{who} imports {extra:?}, which ARCHITECTURE.md does not allow");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of the table: who, and what it may import.
fn rows_of(wanted: impl Fn(&str) -> bool) -> Imports {
    let document = text(&root().join("ARCHITECTURE.md"));
    let section = document.split("## Who may import whom").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let names = |cell: &str| -> Vec<String> {
        cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let rows = section.lines().filter(|line| line.starts_with("| `")).map(|line| {
        let cells: Vec<&str> = line.split('|').collect();
        (names(cells[1]).remove(0), names(cells[2]).into_iter().collect())
    });
    rows.filter(|(who, _): &(String, _)| wanted(who)).collect()
}

/// What each module of the core imports from the others.
fn core_imports() -> Imports {
    let source = root().join("crates/core/src");
    let mut found = Imports::new();
    for file in rust_files(&source) {
        let inside = file.strip_prefix(&source).unwrap().with_extension("");
        let mut parts: Vec<&str> = inside.iter().map(|part| part.to_str().unwrap()).collect();
        if parts == ["lib"] {
            continue;
        }
        if parts.last() == Some(&"mod") {
            parts.pop();
        }
        let own = format!("core/{}", parts[0]);
        let imports = imported_modules(&text(&file), parts.len());
        let others = imports.iter().filter(|&module| module != parts[0]);
        let entry = found.entry(own).or_default();
        entry.extend(others.map(|module| format!("core/{module}")));
    }
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The top-level names that a file `depth` modules down reaches, outside comments and unit tests.
fn imported_modules(source: &str, depth: usize) -> BTreeSet<String> {
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap();
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let to_root = format!("{}\u{1}", "super::".repeat(depth));
    let marked = code.replace(&"super::".repeat(depth), &to_root).replace("crate::", "\u{1}");
    let after_root = marked.split('\u{1}').skip(1).filter(|rest| !rest.starts_with("super"));
    after_root.flat_map(first_names).collect()
}

/// The first names of a path or of each path in a braced group.
fn first_names(rest: &str) -> Vec<String> {
    let Some(group) = rest.strip_prefix('{') else { return vec![identifier(rest)] };
    let mut names = vec![identifier(group.trim_start())];
    let mut depth = 1;
    for (position, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(identifier(group[position + 1..].trim_start())),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

/// What each package of the workspace depends on, apart from its tests.
fn package_imports() -> Imports {
    let places = ["formats", "report", "torch", "whatif", "cli"]
        .map(|name| (name, format!("crates/{name}")))
        .into_iter();
    let bindings =
        ["c", "edge", "node", "torch", "torch-node"].map(|name| format!("bindings/{name}"));
    let others = bindings.iter().map(String::as_str).chain(["bench"]);
    let others = others.map(|name| (name, name.to_owned()));
    let read = |(who, folder): (&str, String)| {
        let manifest = text(&root().join(folder).join("Cargo.toml"));
        (who.to_owned(), dependencies(&manifest))
    };
    places.chain(others).map(read).collect()
}

fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut inside = false;
    let mut found = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]")
                && !line.contains("dev-")
                && !line.contains("build-");
        } else if inside && line.starts_with("memo-") {
            let name: String = line
                .chars()
                .take_while(|letter| letter.is_alphanumeric() || *letter == '-')
                .collect();
            found.insert(row_of_package(&name).to_owned());
        }
    }
    found
}

fn row_of_package(name: &str) -> &str {
    match name {
        "memo-malloc" => "core",
        "memo-malloc-c" => "bindings/c",
        "memo-malloc-node" => "bindings/node",
        "memo-edge" => "bindings/edge",
        "memo-torch-c" => "bindings/torch",
        "memo-torch-node" => "bindings/torch-node",
        other => other.trim_start_matches("memo-"),
    }
}
