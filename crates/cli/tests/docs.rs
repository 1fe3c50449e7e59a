//! The documents say what the program does.

use std::fs;
use std::path::Path;

use clap::CommandFactory;
use memo_formats::{Document, read_bytes};
use memo_malloc::{Code, planners};

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The code blocks of a language, in order.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let mark = format!("```{language}\n");
    text.split(&mark).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn errors_lists_every_code_with_its_meaning_and_fix() {
    let text = document("errors.md");
    let listed: Vec<&str> = text.lines().filter(|line| line.contains("| `")).collect();
    let row = |code: &Code| {
        format!("| {} | `{code}` | {} | {} |", code.number(), code.meaning().trim(), code.fix())
    };
    let expected: Vec<String> = Code::ALL.iter().map(row).collect();
    assert_eq!(listed, expected);
}

#[test]
fn the_examples_of_the_formats_can_be_read() {
    let text = document("formats.md");
    let nouns: Vec<&str> = blocks(&text, "json")
        .into_iter()
        .chain(blocks(&text, "csv"))
        .map(|example| match read_bytes("formats.md", example.as_bytes()) {
            Ok(document) => {
                let run_plan =
                    matches!(&document, Document::Plan(plan) if plan.run_plan().is_some());
                if run_plan { "run plan" } else { document.noun() }
            }
            Err(error) => panic!("{error}\n{example}"),
        })
        .collect();
    assert_eq!(
        nouns,
        [
            "problem",
            "problem",
            "problem of several tiers",
            "run plan",
            "plan of several tiers",
            "trace",
            "plan"
        ]
    );
}

#[test]
fn the_command_line_is_told_in_full() {
    let text = document("cli.md");
    for verb in memo_cli::args::Cli::command().get_subcommands() {
        assert!(text.contains(&format!("memo {}", verb.get_name())), "{}", verb.get_name());
        let long = verb.get_arguments().filter_map(clap::Arg::get_long);
        let untold: Vec<&str> = long.filter(|name| !text.contains(&format!("--{name}"))).collect();
        assert!(untold.is_empty() || untold == ["output"], "{}: {untold:?}", verb.get_name());
    }
    for planner in planners::ALL {
        assert!(text.contains(&format!("`{}`", planner.name())), "{}", planner.name());
    }
    for example in blocks(&text, "json") {
        let value: serde_json::Value = serde_json::from_str(example).expect("examples are JSON");
        assert_eq!(value["version"], 1);
    }
}
