//! `memo plan --all`: a row for every planner, and the best plan.

#[expect(dead_code, reason = "each test file uses a part of what they share")]
mod common;

use common::Folder;
use memo_malloc::planners;
use serde_json::Value;

/// Pieces of a rectangle of 12 bytes, which first fit in the order of start does not put together.
const PUZZLE: &str = "lower,upper,size\n0,3,5\n0,6,4\n0,2,3\n2,7,3\n3,9,5\n6,9,4\n7,9,3\n";

fn names(rows: &Value) -> Vec<&str> {
    rows.as_array().into_iter().flatten().filter_map(|row| row["planner"].as_str()).collect()
}

#[test]
fn each_planner_has_a_row_and_the_best_plan_is_written() {
    let folder = Folder::new();
    folder.put("p.csv", PUZZLE);
    let all = folder.run("plan p.csv --all --time-limit 2 -o best.json --json");
    assert_eq!(all.code, Some(0), "{all:?}");
    let all = all.json();
    let known: Vec<&str> = planners::ALL.iter().map(|planner| planner.name()).collect();
    assert_eq!(names(&all["planners"]), known);
    let peaks = all["planners"].as_array().into_iter().flatten().map(|row| &row["peak"]);
    assert_eq!(peaks.filter_map(Value::as_u64).min(), Some(12));
    assert_eq!((&all["peak"], &all["status"]), (&12.into(), &"optimal".into()));
    let check = folder.run("check best.json --json").json();
    assert_eq!((&check["valid"], &check["peak"]), (&true.into(), &12.into()));
}

#[test]
fn people_get_a_table() {
    let folder = Folder::new();
    let all = folder.run("plan a.csv --all");
    assert_eq!(all.code, Some(0), "{all:?}");
    assert_eq!(all.out.lines().count(), 2 + planners::ALL.len() + 1, "{}", all.out);
    assert!(all.out.starts_with("a.csv: 4 buffers\n  planner "), "{}", all.out);
    assert!(all.out.ends_with("best: auto\n"), "{}", all.out);
    assert!(all.out.contains("max load at step 0"), "{}", all.out);
}

#[test]
fn the_table_makes_room_for_a_plan_on_standard_output() {
    let folder = Folder::new();
    let all = folder.run("plan a.csv --all -o -");
    assert!(all.err.contains("best: auto"), "{all:?}");
    assert_eq!(folder.feed("check -", &all.out).code, Some(0));
}

#[test]
fn a_planner_that_refuses_says_why_and_the_others_go_on() {
    let folder = Folder::new();
    let row = |idx: u32| format!("{idx},{},{}", idx + 9, idx % 7 + 1);
    let rows: Vec<String> = (0..300).map(row).collect();
    folder.put("many.csv", &format!("lower,upper,size\n{}\n", rows.join("\n")));
    let all = folder.run("plan many.csv --all --time-limit 0.1 --json").json();
    let ilp = &all["planners"].as_array().into_iter().flatten().last();
    assert_eq!(ilp.map(|row| &row["error"]["code"]), Some(&"TOO_BIG_FOR_PLANNER".into()));
    assert!(all["peak"].is_u64(), "{all}");
}

#[test]
fn what_is_infeasible_for_one_is_for_all() {
    let folder = Folder::new();
    let all = folder.run("plan a.csv --all --capacity 11 -o p.json");
    assert_eq!(all.code, Some(3), "{all:?}");
    assert!(all.err.contains("needs at least 12 B"), "{all:?}");
    assert!(!folder.path("p.json").exists());
    assert_eq!(folder.run("plan a.csv --all --capacity 11 --json").json()["status"], "infeasible");
}

#[test]
fn one_planner_or_all_of_them() {
    let folder = Folder::new();
    assert_eq!(folder.run("plan a.csv --all --planner sweep").code, Some(2));
}
